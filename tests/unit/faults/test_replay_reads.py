"""Whose clock ran ahead: what a service said itself stays in its replay; what it refused of others stays out."""

from dataclasses import dataclass

from chassis.runtime.settings import Settings
from contracts import notify, sla
from tests.given import at, fact
from tools.operations import replay as replaying
from tools.operations.registry import all_services

NOTIFY = all_services(Settings())["notify"]


@dataclass(frozen=True)
class Taken:
    """A record that the bus took in an hour before what it speaks of."""

    topic: str
    value: bytes
    key: bytes = b""
    partition: int = 0
    offset: int = 0
    timestamp: int = int(at(5, "08:00").timestamp() * 1000)
    headers: tuple[tuple[str, bytes], ...] = ()


async def facts_of(event, monkeypatch):
    async def pages(_kafka, _topics):
        yield [Taken(event.type, event.to_json().encode())]

    monkeypatch.setattr(replaying, "pages", pages)
    return await replaying.read_facts("nowhere", NOTIFY, None, lambda _: None)


async def test_a_replay_keeps_what_the_service_said_itself_of_the_future(monkeypatch):
    sent = fact(
        notify.NotificationSent(message_id="m", template="receipt", medium="counter", attempt=1), at(5, "09:00")
    )
    assert await facts_of(sent, monkeypatch) == {sent.subject: [sent.take_in(at(5, "08:00"))]}


async def test_a_replay_leaves_out_what_the_service_refused_of_others(monkeypatch):
    warned = fact(sla.DossierDueSoon(deadline=sla.WHOLE, due=at(5, "09:00"), agency="H29.05"), at(5, "09:00"))
    assert await facts_of(warned, monkeypatch) == {}
