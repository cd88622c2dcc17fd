import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from chassis.core.decision import Effect
from contracts.envelope import AnyEvent
from contracts.intake import NO_APPOINTMENT
from contracts.notify import Medium
from contracts.sla import ApologyRequired, DossierRescheduled
from services.notify.adapters.carrier import CarrierError, Handing, Parcel
from services.notify.adapters.contacts import Contact

Make = Callable[..., Any]


@dataclass
class Carrier:
    """Keeps what it is given, or fails as told."""

    medium: Medium = "email"
    error: Exception | None = None
    parcels: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel, handing: Handing) -> None:
        self.parcels.append(parcel)
        handing()
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("contact", "medium", "ending"),
    [
        (Contact(email="a@example.vn", phone="0912345678"), "email", "eml"),
        (Contact(phone="0912345678"), "sms", "txt"),
        (Contact(email="lan,hoa@example.org", phone="0912345678"), "sms", "txt"),
        (Contact(email="lan,hoa@example.org", phone="01691234567"), "counter", "txt"),
        (Contact(name="Không có địa chỉ"), "counter", "txt"),
        (None, "counter", "txt"),
    ],
)
async def test_without_carriers_all_goes_to_the_outbox(
    contact: Contact | None, medium: str, ending: str, office: Make, received: Make
) -> None:
    desk = office(contact)
    await desk.hear(received())
    assert desk.outcomes == [("sent", medium, 1)]
    assert desk.files == [f"{desk.said[0].data.message_id}.{ending}"]


async def test_a_receipt_of_history_without_an_appointment_names_no_date(office: Make, received: Make) -> None:
    desk = office(None)
    known = received()
    without = known.data.model_copy(update={"appointed": False, "appointment_date": NO_APPOINTMENT})
    await desk.hear(known.model_copy(update={"data": without}))
    (file,) = desk.folder.iterdir()
    text = file.read_text()
    assert "đã tiếp nhận hồ sơ của Ông/Bà" in text
    assert "2199" not in text
    assert "hẹn trả kết quả:" not in text


async def test_nobody_is_asked_for_an_applicant_without_reference(office: Make, received: Make) -> None:
    desk = office(CarrierError("contacts: must not be asked"))
    await desk.hear(received(applicant_ref=None))
    assert desk.outcomes == [("sent", "counter", 1)]
    (file,) = desk.folder.iterdir()
    assert "Kính gửi Ông/Bà,\n" in file.read_text()


async def test_history_never_sends_real_mail(office: Make, received: Make) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier})
    await desk.hear(received(timeline="import-2019"))
    await desk.loop.sweep([0], "import-2019", desk.at)
    assert (carrier.parcels, desk.outcomes) == ([], [("sent", "email", 1)])
    assert len(desk.files) == 1
    assert {event.timeline for event in desk.said} == {"import-2019"}


async def test_an_outbox_that_can_not_be_written_is_tried_again(office: Make, received: Make) -> None:
    desk = office(None)
    desk.folder.write_text("in the way")
    await desk.hear(received())
    assert desk.outcomes == [("failed", "counter", 1, "outbox: FileExistsError EEXIST", False)]
    desk.folder.unlink()
    await desk.wait(minutes=1)
    assert desk.outcomes[1:] == [("sent", "counter", 2)]


async def test_a_record_that_comes_again_sends_nothing(office: Make, received: Make) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier})
    await desk.hear(received())
    await desk.hear(received())
    assert len(carrier.parcels) == 1
    assert desk.bus[1] == desk.bus[0], "what the record caused is published again, byte for byte"


async def test_a_crash_after_sending_leaves_one_file(office: Make, received: Make) -> None:
    desk = office(None)
    perform = desk.delivery.perform

    async def crash(effects: Sequence[Effect]) -> list[AnyEvent]:
        await perform(effects)
        raise KeyboardInterrupt

    dying = office(None, perform=crash, store=desk.store)
    with pytest.raises(KeyboardInterrupt):
        await dying.hear(received())
    await desk.hear(received())
    assert (len(desk.files), desk.outcomes) == (1, [("sent", "counter", 1)])


async def test_a_dead_line_does_not_hold_up_a_batch(office: Make, received: Make) -> None:
    carrier = Carrier(error=CarrierError("smtp: SMTPConnectError", down=True))
    desk = office(live={"email": carrier})
    await desk.hear(*(received(subject=f"H29.16-260105-{n:04}") for n in range(100)))
    assert len(desk.outcomes) == 100
    assert len(carrier.parcels) <= 3 + 8, "those on the way when it was found dead, no more"
    assert {one[4] for one in desk.outcomes} == {False}


async def test_a_fault_of_one_message_is_its_own(office: Make, received: Make) -> None:
    desk = office(live={"email": Carrier(error=ValueError("hoa@example.vn is odd"))})
    await desk.hear(received())
    assert desk.outcomes == [("failed", "email", 1, "fault: ValueError", False)]


async def test_lateness_is_apologised_for_and_on_record(office: Make, received: Make, event: Make) -> None:
    desk = office()
    first = received()
    due = first.data.appointment_date
    late = event(ApologyRequired(overdue_id="overdue-1", due=due, agency="H29.02"), 0.5)
    await desk.hear(first, late)
    await desk.hear(late, first)
    letters = {one.identity: one for one in desk.said if one.type == "letter.issued"}
    (letter,) = letters.values()
    assert (letter.data.overdue_id, letter.causationid) == ("overdue-1", late.id)
    assert f"{letter.data.message_id}.eml" in desk.files
    assert len(desk.files) == 2


def late_with_a_new_date(first: AnyEvent, event: Make, **envelope: Any) -> list[AnyEvent]:
    due = first.data.appointment_date
    told: dict[str, Any] = {"new_date": due + timedelta(days=2), "cause": "Đo đạc lại", "agency": "H29.02"}
    given = event(DossierRescheduled(old_date=due, overdue_id="overdue-1", **told), 0.5, **envelope)
    late = ApologyRequired(overdue_id="overdue-1", due=due, rescheduled_id=given.id, **told)
    return [event(late, 0.5, **envelope), given]


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_letter_carries_the_new_date_whichever_comes_first(
    backwards: bool, office: Make, received: Make, event: Make
) -> None:
    carrier = Carrier()
    desk = office(live={"email": carrier})
    await desk.hear(received())
    late, given = late_with_a_new_date(received(), event)
    for one in (given, late) if backwards else (late, given):
        await desk.hear(one)
    (letter,) = [one for one in desk.said if one.type == "letter.issued"]
    assert (letter.data.overdue_id, letter.data.rescheduled_id) == ("overdue-1", given.id)
    (receipt, apology) = carrier.parcels
    assert (receipt.pdf, apology.message_id) == (b"", letter.data.message_id)
    assert "17:00 ngày 07/01/2026" in PdfReader(BytesIO(apology.pdf)).pages[0].extract_text()
    assert b"Hoa" not in b"".join(one.value for one in desk.bus), "the name stands only in what goes out"


@pytest.mark.parametrize("contact", [Contact(name="An", phone="0912345678"), None])
async def test_the_letter_lies_beside_the_text_in_the_outbox(
    contact: Contact | None, office: Make, received: Make, event: Make
) -> None:
    desk = office(contact)
    await desk.hear(received(), *late_with_a_new_date(received(), event))
    (letter,) = [one for one in desk.said if one.type == "letter.issued"]
    name = letter.data.message_id
    assert {f"{name}.txt", f"{name}.pdf"} <= set(desk.files)
    assert (desk.folder / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
    assert len(desk.files) == 3


async def test_a_mail_in_the_outbox_has_the_letter_inside_and_is_the_same_when_repeated(
    office: Make, received: Make, event: Make, tmp_path: Path
) -> None:
    texts = list[bytes]()
    for folder in ("first", "second"):
        desk = office(folder=tmp_path / folder)
        await desk.hear(received(), *late_with_a_new_date(received(), event))
        (letter,) = [one for one in desk.said if one.type == "letter.issued"]
        texts.append((desk.folder / f"{letter.data.message_id}.eml").read_bytes())
    assert texts[0] == texts[1]
    mail = email.message_from_bytes(texts[0], policy=email.policy.default)
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/pdf",
        f"{letter.data.message_id}.pdf",
    )
    assert "chân thành xin lỗi" in mail.get_body().get_content()
