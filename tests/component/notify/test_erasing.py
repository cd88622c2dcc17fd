"""What notify keeps of an applicant who is erased is gone: mails, notices and printed letters in the spool."""

from datetime import timedelta

from contracts.intake import ApplicantErased
from contracts.notify import NotificationErased
from contracts.routing import DossierCompleted
from services.notify.adapters.erasing import SpoolEraser
from services.notify.adapters.mail_spool import forget
from tests.component.notify.conftest import START

ERASED = ApplicantErased(
    submission_id="submission-1", reference="person-1", reason="request", basis="Đơn", by="CB-0007"
)


def told(office):
    return [event for event in office.said if isinstance(event.data, NotificationErased)]


async def test_files_of_an_erased_applicant_are_removed_and_that_is_said(office, received, event):
    shop = office()
    await shop.hear(received())
    (mail,) = shop.files
    assert "Hoa" in (shop.folder / mail).read_text() or mail.endswith(".eml")
    await shop.hear(event(ERASED, 1))
    assert shop.files == []
    (said,) = told(shop)
    assert (said.data.reference, said.data.message_ids) == ("person-1", (mail.removesuffix(".eml"),))
    assert said.time == START + timedelta(hours=1)


async def test_again_it_changes_nothing(office, received, event):
    shop = office()
    await shop.hear(received())
    await shop.hear(event(ERASED, 1))
    await shop.hear(event(ERASED, 1))
    await shop.wait(hours=1)
    assert len({one.id for one in told(shop)}) == 1


async def test_other_dossiers_keep_what_they_have(office, received, event):
    shop = office()
    await shop.hear(received(), received(subject="H29.16-260105-0002", correlationid="submission-2"))
    await shop.hear(event(ERASED, 1))
    assert len(shop.files) == 1


async def test_what_is_told_after_the_erasure_lies_at_the_counter_without_a_name(office, received, event):
    shop = office(None)
    await shop.hear(received(), event(ERASED, 1))
    await shop.wait(hours=2)
    await shop.hear(event(DossierCompleted(outcome="granted", agency="H29.02"), 2))
    (notice,) = shop.files
    assert notice.endswith(".txt")
    assert "Hoa" not in (shop.folder / notice).read_text()


async def test_an_erasure_that_comes_before_the_mail_is_out_removes_it_afterwards(office, received, event):
    """The batch brings both: the mail is sent first, and then forgotten."""
    shop = office()
    await shop.hear(received(), event(ERASED, 1))
    assert shop.files == []
    assert len(told(shop)) == 1


async def test_what_can_not_be_removed_is_not_said_to_be_gone_and_tried_again(office, received, event):
    tries = []

    async def stuck(message_ids):
        tries.append(message_ids)
        if len(tries) < 3:
            raise OSError(112, "host is down")
        await forget(shop.folder, message_ids)

    shop = office(forget=stuck)
    await shop.hear(received())
    await shop.hear(event(ERASED, 1))
    assert (len(shop.files), told(shop)) == (1, [])
    await shop.wait(minutes=10)
    await shop.wait(minutes=10)
    assert (shop.files, len(told(shop)), len(tries)) == ([], 1, 3)


async def test_a_spool_that_was_restored_from_a_copy_is_cleared_again(office, received, event):
    shop = office()
    await shop.hear(received())
    (mail,) = shop.files
    copy = (shop.folder / mail).read_bytes()
    erased = event(ERASED, 1)
    await shop.hear(erased)
    (shop.folder / mail).write_bytes(copy)
    stranger = shop.folder / "another-message.eml"
    stranger.write_text("?")

    class States:
        async def state_of(self, query):
            return shop.store.documents[query["_id"]].state

    eraser = SpoolEraser(States(), lambda message_ids: forget(shop.folder, message_ids))
    await eraser.apply(erased)
    await eraser.apply(erased)
    assert shop.files == [stranger.name]


async def test_nothing_is_there_to_forget(tmp_path):
    await forget(tmp_path / "none", ["message"])
