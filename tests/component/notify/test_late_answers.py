"""A mail server that answers late, or never: real SMTP, and short patience instead of long waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from contracts.sla import ApologyRequired, ApologyWithdrawn
from services.notify import rules
from services.notify.adapters import attempts
from services.notify.adapters.contacts import Contact
from services.notify.adapters.mail import Mail, Patience, Sender, read_smtp_url

Make = Callable[..., Any]
CITIZEN = Contact(name="Hoa", email="hoa@example.vn")


@dataclass
class Slow:
    """A server that takes mails in, and answers when it is told to."""

    taken: list[str] = field(default_factory=list)
    at_rcpt: asyncio.Event = field(default_factory=asyncio.Event)
    at_dot: asyncio.Event = field(default_factory=asyncio.Event)
    answer: str = "250 kept"
    hangs_up: bool = False
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self.at_rcpt.wait()
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += envelope.rcpt_tos
        if self.hangs_up and server.transport:
            server.transport.abort()
        await self.at_dot.wait()
        return self.answer

    def mail(self, content: float = 20) -> Mail:
        url = read_smtp_url(f"smtp://127.0.0.1:{self.port}")
        return Mail(url, Sender("", "mot-cua@h29.gov.vn"), Patience(20, content, 0.1))


@pytest.fixture
async def slow(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slow]:
    monkeypatch.setattr(attempts, "STALL_SECONDS", 0.3)
    handler = Slow()
    handler.at_rcpt.set()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler, hostname="slow"), "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    yield handler
    handler.at_rcpt.set()
    handler.at_dot.set()
    server.close()


async def until(desk: Any, told: Callable[[], bool], **span: float) -> None:
    """Sweep until it is so."""
    async with asyncio.timeout(20):
        while not told():
            await asyncio.sleep(0.01)
            await desk.wait(**(span or {"seconds": 1}))


async def test_a_batch_does_not_wait_for_an_answer_and_the_doubt_ends_with_it(
    office: Make, received: Make, slow: Slow
) -> None:
    desk = office(CITIZEN, live={"email": slow.mail()})
    await desk.hear(received())
    await until(desk, lambda: desk.outcomes == [("doubtful", "email", 1)])
    assert desk.store.documents["H29.16-260105-0001"].state["doubtful"] == 1
    slow.at_dot.set()
    await until(desk, lambda: len(desk.outcomes) == 2)
    await desk.wait(days=1)
    assert desk.outcomes[1:] == [("sent", "email", 1)]
    assert slow.taken == ["hoa@example.vn"]


async def test_a_late_refusal_takes_the_next_medium(office: Make, received: Make, slow: Slow) -> None:
    slow.answer = "554 not this one"
    desk = office(Contact(email="hoa@example.vn", phone="0912345678"), live={"email": slow.mail()})
    await desk.hear(received())
    slow.at_dot.set()
    await until(desk, lambda: len(desk.outcomes) == 3)
    assert desk.outcomes == [
        ("doubtful", "email", 1),
        ("failed", "email", 1, "smtp: SMTPDataError 554", False),
        ("sent", "sms", 2),
    ]


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_what_was_never_answered_for_stays_in_doubt_and_is_not_repeated(
    hangs_up: bool, office: Make, received: Make, slow: Slow
) -> None:
    slow.hangs_up = hangs_up
    desk = office(CITIZEN, live={"email": slow.mail(content=0.5)})
    await desk.hear(received())
    for _ in range(80):
        await asyncio.sleep(0.01)
        await desk.wait(minutes=1)
    await desk.hear(received())
    assert desk.outcomes == [("doubtful", "email", 1)]
    assert slow.taken == ["hoa@example.vn"]


async def test_a_server_that_is_slow_before_it_has_the_mail_is_waited_for_beside_the_batch(
    office: Make, received: Make, slow: Slow
) -> None:
    slow.at_rcpt.clear()
    slow.at_dot.set()
    desk = office(CITIZEN, live={"email": slow.mail()})
    await desk.hear(received())
    await desk.wait(seconds=1)
    await desk.wait(seconds=1)
    assert desk.outcomes == [], "nobody has it, so there is no doubt either"
    slow.at_rcpt.set()
    await until(desk, lambda: ("sent", "email", 1) in desk.outcomes)
    assert slow.taken == ["hoa@example.vn"]


async def test_who_finds_no_place_on_a_slow_line_comes_again_and_no_attempt_counts(
    office: Make, received: Make, slow: Slow
) -> None:
    slow.at_rcpt.clear()
    slow.at_dot.set()
    desk = office(CITIZEN, live={"email": slow.mail()})
    await desk.hear(*(received(subject=f"H29.16-260105-{n:04}") for n in range(attempts.AT_ONCE + 2)))
    assert desk.outcomes == [("failed", "counter", 1, "email: busy", False)] * 2
    assert {event.data.ours for event in desk.said} == {True}
    slow.at_rcpt.set()
    await until(desk, lambda: sum(one[0] == "sent" for one in desk.outcomes) == attempts.AT_ONCE + 2, seconds=15)
    assert len(slow.taken) == attempts.AT_ONCE + 2


async def test_an_attempt_that_is_not_ordered_any_more_gives_nothing_to_its_carrier(
    office: Make, received: Make, slow: Slow
) -> None:
    slow.at_rcpt.clear()
    slow.at_dot.set()
    desk = office(CITIZEN, live={"email": slow.mail()})
    await desk.hear(received())
    desk.at += attempts.LEASE + timedelta(seconds=1)
    slow.at_rcpt.set()
    await asyncio.gather(*(one.task for one in desk.delivery._under_way._attempts.values()))
    assert slow.taken == []
    await until(desk, lambda: ("sent", "email", 2) in desk.outcomes, minutes=1)


async def test_what_is_asked_after_days_later_is_told_and_not_sent_again(
    office: Make, received: Make, slow: Slow
) -> None:
    slow.at_rcpt.clear()
    slow.at_dot.set()
    desk = office(CITIZEN, live={"email": slow.mail()})
    await desk.hear(received())
    assert desk.outcomes == []
    slow.at_rcpt.set()
    await asyncio.gather(*(one.task for one in desk.delivery._under_way._attempts.values()))
    await desk.wait(days=2)
    assert (desk.outcomes, slow.taken) == ([("sent", "email", 1)], ["hoa@example.vn"])


async def test_an_apology_on_its_way_when_it_is_retracted_is_withdrawn(
    office: Make, received: Make, event: Make, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TELLS_MORE", received().time)
    desk = office(CITIZEN, live={"email": slow.mail()})
    slow.at_dot.set()
    await desk.hear(received())
    slow.at_dot.clear()
    due = received().data.appointment_date
    await desk.hear(event(ApologyRequired(overdue_id="overdue-1", due=due, agency="H29.02"), 0.5))
    await until(desk, lambda: ("doubtful", "email", 1) in desk.outcomes)
    await desk.hear(event(ApologyWithdrawn(overdue_id="overdue-1", due=due, agency="H29.02"), 0.6))
    slow.at_dot.set()
    await until(desk, lambda: sum(one[0] == "sent" for one in desk.outcomes) == len(("receipt", "apology", "its end")))
    told = [one.data.template for one in desk.said if one.type == "notification.sent"]
    assert sorted(set(told)) == ["apology", "apology-withdrawn", "receipt"]
    assert desk.store.documents["H29.16-260105-0001"].state["sent"] == len(set(told))
