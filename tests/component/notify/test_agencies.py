"""What agencies are told: one letter a post and half hour, to the directory's address."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.envelope import AnyEvent, new_event
from contracts.sla import WHOLE, DossierDueSoon, DossierEscalated, DossierOverdueRetracted, ExplanationRequired
from domain.procedures import load_directory
from services.notify.adapters.digest import Digests
from services.notify.adapters.writing import Wording
from services.notify.decide import NOBODY, Order
from services.notify.state import Cause, Desk, Details, Recipient
from tests.component.notify.test_delivery import Carrier

Make = Callable[..., Any]
MONDAY = datetime(2026, 12, 7, 2, 10, tzinfo=UTC)


def told(data: Any, code: str = "H29.16.01-261207-0001", **envelope: Any) -> AnyEvent:
    given = {"subject": code, "correlationid": "s-1", "time": MONDAY, **envelope}
    return new_event(data, source="/lienthong/sla", unique=(data.model_dump_json(),), **given)


def due_soon(code: str, agency: str = "H29.02") -> AnyEvent:
    return told(DossierDueSoon(deadline=WHOLE, due=MONDAY + timedelta(hours=8), agency=agency), code)


ESCALATED = DossierEscalated(
    deadline="step:appraise#1", due=MONDAY, rung="one-stop-head", agency="H29.02", to_agency="H29.16.01"
)
EXPLAIN = ExplanationRequired(deadline=WHOLE, agency="H29.02", by=MONDAY + timedelta(days=2), due=MONDAY)


async def test_a_thousand_dossiers_due_soon_are_one_letter_for_each_chunk(office: Make) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier}, at=MONDAY)
    await desk.hear(*(due_soon(f"H29.16.01-261207-{n:04}") for n in range(1000)))
    assert carrier.parcels == [], "they wait for the others of their half hour"
    await desk.wait(minutes=20)
    assert {one.to for one in carrier.parcels} == {"van-thu.h29-02@example.org"}
    assert len(carrier.parcels) <= 6
    assert sum(one.body.count("H29.16.01-2612") for one in carrier.parcels) == 1000
    assert len([one for one in desk.outcomes if one[0] == "sent"]) == 1000
    await desk.wait(days=1)
    assert len(carrier.parcels) <= 6


@pytest.mark.parametrize(
    ("data", "to", "words"),
    [
        (ESCALATED, "mot-cua.h29-16-01@example.org", "Quá hạn, đề nghị chỉ đạo giải quyết"),
        (
            ESCALATED.model_copy(update={"rung": "agency-head", "to_agency": "H29.02"}),
            "lanh-dao.h29-02@example.org",
            "cơ quan chậm trễ: Sở Tư pháp; lý do báo cáo: quá hạn.",
        ),
        (
            ESCALATED.model_copy(update={"rung": "level-above", "to_agency": "H29"}),
            "lanh-dao.h29@example.org",
            "Kính gửi Ủy ban nhân dân Thành phố,",
        ),
        (EXPLAIN, "lanh-dao.h29-02@example.org", "Gửi giải trình trước 09:10 ngày 09/12/2026."),
    ],
)
async def test_the_post_that_has_to_act_is_told(data: Any, to: str, words: str, office: Make) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier}, at=MONDAY)
    await desk.hear(told(data))
    await desk.wait(minutes=20)
    (parcel,) = carrier.parcels
    assert parcel.to == to
    assert words in parcel.body
    assert "H29.16.01-261207-0001" in parcel.body


async def test_an_agency_without_an_address_is_told_by_topics_alone_and_that_is_counted(office: Make) -> None:
    desk = office(at=MONDAY)
    await desk.hear(due_soon("H29.16.01-261207-0001", "H29.10"))
    await desk.wait(minutes=20)
    await desk.wait(days=1)
    state = desk.store.documents["H29.16.01-261207-0001"].state
    assert desk.outcomes == [("failed", "counter", 1, "directory: no address", True)]
    assert (state["unaddressed"], state["failed"], desk.files) == (1, 0, [])


async def test_history_and_what_was_before_the_day_of_the_rule_tell_nobody(office: Make) -> None:
    desk = office(at=MONDAY)
    await desk.hear(told(EXPLAIN, timeline="import-2019"), told(EXPLAIN, time=datetime(2026, 11, 30, tzinfo=UTC)))
    await desk.wait(days=1)
    assert (desk.outcomes, desk.files) == ([], [])


async def test_what_is_taken_back_before_its_half_hour_is_not_told(office: Make) -> None:
    desk = office(at=MONDAY)
    due, later = ESCALATED.due, MONDAY + timedelta(minutes=5)
    retracted = DossierOverdueRetracted(deadline=ESCALATED.deadline, due=due, overdue_id="overdue-1")
    await desk.hear(told(ESCALATED), told(retracted, time=later))
    await desk.wait(minutes=20)
    assert desk.outcomes == []


async def test_a_repeat_of_the_events_tells_nothing_twice(office: Make) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier}, at=MONDAY)
    for _ in range(2):
        await desk.hear(told(EXPLAIN), told(ESCALATED))
        await desk.wait(minutes=20)
    assert len(carrier.parcels) == 2


def letter(digests: Digests, agency: str = "H29.02") -> Wording:
    def order(template: Any, code: str, **details: Any) -> Order:
        cause = Cause("event-1", code, MONDAY, "s-1", "live")
        recipient = Recipient("p", "vi", "H29.16.01", "1.001193") if template != "due-soon" else NOBODY
        return Order(code, template, 1, False, cause, recipient, Details(**details), (), Desk(agency, "head"))

    return digests.write(
        [
            order("due-soon", "D-1", deadline="feedback", due=MONDAY, agency="H29.02"),
            order("escalation", "D-2", deadline="new-date", due=MONDAY, agency="H29.02", reason="second-breach"),
            order("explanation-required", "D-3", deadline="consultation:x", new_date=MONDAY, agency="H29.02"),
        ]
    )


def test_a_letter_has_a_part_for_each_kind(digests: Digests) -> None:
    found = letter(digests)
    assert found.subject == "3 hồ sơ cần xử lý: 1 sắp đến hạn, 1 quá hạn, 1 phải giải trình"
    for words in (
        "- D-1: trả lời phản ánh, kiến nghị, hạn 09:10 ngày 07/12/2026.",
        "- D-2 (Đăng ký khai sinh): thời điểm hẹn lại, hạn 09:10 ngày 07/12/2026; cơ quan chậm trễ: Sở Tư pháp;",
        "lý do báo cáo: quá hạn cả thời điểm hẹn lại.",
        "- D-3 (Đăng ký khai sinh): cho ý kiến phối hợp. Gửi giải trình trước 09:10 ngày 07/12/2026.",
    ):
        assert words in found.body
    assert "None" not in found.body


def test_an_agency_may_be_written_to_in_english(digests: Digests, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = load_directory()
    agencies = {**directory.agencies, "H29.02": directory.agencies["H29.02"].model_copy(update={"language": "en"})}
    monkeypatch.setattr(digests, "_directory", type(directory)(agencies, directory.roles))
    found = letter(digests)
    assert found.subject == "3 dossiers need attention: 1 due soon, 1 overdue, 1 to be explained"
    assert (
        "- D-2 (Birth registration): the new date, due at 09:10 on 07/12/2026; late: Department of Justice"
        in found.body
    )
    assert not any(sign in found.body for sign in ("None", "hạn"))
