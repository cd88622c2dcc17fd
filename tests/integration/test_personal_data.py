"""Persons and words on a real store and bus: encrypted, erased, and gone from copies that are restored."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.personal.erasures import Erasures
from chassis.runtime.personal.key_file import new_key_file, read_key_file, write_key_file
from chassis.runtime.personal.keys import PLAIN, PersonalKeyError, load_personal_keys
from chassis.runtime.personal.rewrapping import rewrap
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import new_event
from contracts.intake import ApplicantErased
from services.intake.adapters import Eraser, PersonalDataStore
from services.intake.adapters.personal_data import Applicant, applicant_rows
from services.rating.adapters.words import Answer, StoredWords, word_rows
from tools.cli.main import app
from tools.operations.erasing import replay_erasures

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 28, 13, tzinfo=UTC)
HOA = Applicant(name="Nguyễn Thị Hoa", email="hoa@example.vn", phone="0901234567")


@pytest.fixture
def locked(settings: Settings) -> Settings:
    """With a key file."""
    path = settings.home / "kek.json"
    write_key_file(path, new_key_file("first"))
    return settings.model_copy(update={"kek_file": path})


@pytest.fixture
async def intake(settings: Settings) -> AsyncIterator[MongoStore]:
    store = MongoStore(settings.mongo_for("intake"), settings.database_prefix + "intake")
    yield store
    store.close()


@pytest.fixture
async def rating(settings: Settings) -> AsyncIterator[MongoStore]:
    store = MongoStore(settings.mongo_for("rating"), settings.database_prefix + "rating")
    yield store
    store.close()


async def rows(collection):
    return await collection.find({}).to_list(None)


async def test_a_person_comes_back_and_nobody_reads_it_in_the_store(locked, intake):
    persons = PersonalDataStore(intake, load_personal_keys(locked))
    await persons.prepare()
    reference = await persons.put("submission-1", HOA, "en")
    assert await persons.put("submission-1", HOA, "en") == reference
    assert await persons.get(reference) == {
        "name": "Nguyễn Thị Hoa",
        "email": "hoa@example.vn",
        "phone": "+84901234567",
        "language": "en",
    }
    assert "Hoa" not in repr(await rows(intake.database.applicants))


async def test_words_and_their_answer_come_back_and_nobody_reads_them_in_the_store(locked, rating):
    words = StoredWords(rating, load_personal_keys(locked))
    await words.prepare()
    kept = await words.keep("key", words.digest("body"), "Chậm quá", AT)
    assert (await words.keep("key", words.digest("body"), "Chậm quá", AT)).reference == kept.reference
    assert await words.keep_answer(kept.reference, Answer("Đã xong", AT)) == Answer("Đã xong", AT)
    assert await words.keep_answer(kept.reference, Answer("Khác", AT)) == Answer("Đã xong", AT)
    found = await words.get(kept.reference)
    assert (found.text, found.answer, found.content) == ("Chậm quá", Answer("Đã xong", AT), words.digest("body"))
    stored = repr(await rows(rating.database.words))
    assert not any(word in stored for word in ("Chậm", "xong", words._keys.references.hex()))


async def test_rows_from_before_are_encrypted_by_a_command_and_read_before_and_after(locked, intake, rating):
    persons, words = PersonalDataStore(intake, PLAIN), StoredWords(rating, PLAIN)
    references = [await persons.put(f"submission-{n}", HOA, "vi") for n in range(7)]
    kept = await words.keep("key", words.digest("body"), "Chậm quá", AT)
    await words.keep_answer(kept.reference, Answer("Đã xong", AT))
    silent = await words.keep("other", words.digest("other"), "Chưa trả lời", AT)
    keys = load_personal_keys(locked)
    pages: list[int] = []
    done = await rewrap(intake.database.applicants, applicant_rows(keys), keys, lambda found: pages.append(found.seen))
    assert (done.total, done.encrypted, done.rewrapped, done.left, pages) == (7, 7, 0, 0, [7])
    assert (await rewrap(rating.database.words, word_rows(keys), keys, lambda _: None)).encrypted == 2
    assert "Hoa" not in repr(await rows(intake.database.applicants))
    assert "xong" not in repr(await rows(rating.database.words))
    assert {(await PersonalDataStore(intake, keys).get(one))["name"] for one in references} == {HOA.name}
    sealed = StoredWords(rating, keys)
    assert (await sealed.get(kept.reference)).answer == Answer("Đã xong", AT)
    await sealed.keep_answer(silent.reference, Answer("Nay thì có", AT))
    assert (await sealed.get(silent.reference)).answer == Answer("Nay thì có", AT)
    assert "Nay" not in repr(await rows(rating.database.words))
    again = await rewrap(intake.database.applicants, applicant_rows(keys), keys, lambda _: None)
    assert (again.total, again.seen) == (0, 0)


async def test_a_new_key_wraps_all_rows_anew_and_the_old_one_can_go(locked, intake):
    before = load_personal_keys(locked)
    running = PersonalDataStore(intake, before)
    reference = await running.put("submission-1", HOA, "vi")
    write_key_file(locked.kek_file, read_key_file(locked.kek_file).with_new_key("second"))
    keys = load_personal_keys(locked)
    done = await rewrap(intake.database.applicants, applicant_rows(keys), keys, lambda _: None)
    assert (done.rewrapped, done.kid, done.left) == (1, "second", 0)
    assert (await running.get(reference))["name"] == HOA.name  # a service that runs meets the new key
    write_key_file(locked.kek_file, read_key_file(locked.kek_file).without_key("first"))
    assert (await PersonalDataStore(intake, load_personal_keys(locked)).get(reference))["name"] == HOA.name


async def test_rows_whose_key_is_lost_are_told_and_left(locked, intake):
    await PersonalDataStore(intake, load_personal_keys(locked)).put("submission-1", HOA, "vi")
    write_key_file(locked.kek_file, new_key_file("another"))
    keys = load_personal_keys(locked)
    done = await rewrap(intake.database.applicants, applicant_rows(keys), keys, lambda _: None)
    assert (done.failed, done.left) == (1, 1)
    with pytest.raises(PersonalKeyError):
        await rewrap(intake.database.applicants, applicant_rows(PLAIN), PLAIN, lambda _: None)


def erased(submission: str, reference: str):
    data = ApplicantErased(submission_id=submission, reference=reference, reason="request", basis="?", by="CB-1")
    return new_event(
        data,
        source="/lienthong/intake",
        subject=submission,
        time=datetime.now(UTC),  # noqa: TID251 - as the bus stamps it
        correlationid=submission,
        unique=(reference,),
    )


async def test_nobody_who_was_erased_reappears_with_a_restored_copy(settings, intake):
    persons, publisher = PersonalDataStore(intake), Publisher(settings.bus)
    erasures = Erasures(settings.bus, intake.database, Eraser(persons).apply)
    names = [f"{settings.database_prefix}{n}" for n in range(3)]
    references = [await persons.put(name, HOA, "vi") for name in names]
    try:
        await publisher([message_of(erased(names[0], references[0]))])
        await erasures.catch_up()
        copy = await rows(intake.database.applicants)
        noted = await rows(intake.database.erasures)
        await publisher([message_of(erased(names[1], references[1]))])
        assert await erasures.catch_up() == 1
        assert await erasures.catch_up() == 0
        assert {row["submission"] for row in await rows(intake.database.applicants)} == {names[2]}
        for collection, kept in ((intake.database.applicants, copy), (intake.database.erasures, noted)):
            await collection.delete_many({})
            await collection.insert_many(kept)
        assert {row["submission"] for row in await rows(intake.database.applicants)} == set(names[1:])
        assert await erasures.catch_up() == 1
        assert {row["submission"] for row in await rows(intake.database.applicants)} == {names[2]}
        # A copy of before that is noted nowhere: the command applies all there ever was.
        await intake.database.applicants.delete_many({})
        await intake.database.applicants.insert_many(copy)
        assert (await replay_erasures(settings))["intake"] >= 2
        assert {row["submission"] for row in await rows(intake.database.applicants)} == {names[2]}
    finally:
        await publisher.stop()


def test_the_commands_make_keys_encrypt_and_refuse_what_loses_data(settings, command_line, monkeypatch):
    path = settings.home / "access" / "kek.json"

    def run(*words: str):
        return CliRunner().invoke(app, ["personal-data", *words])

    async def put():
        store = MongoStore(settings.mongo_for("intake"), settings.database_prefix + "intake")
        await PersonalDataStore(store).put("submission-1", HOA, "vi")
        store.close()

    asyncio.run(put())
    assert run("new-keys", str(path), "--kid", "first").exit_code == 0
    assert run("new-keys", str(path)).exit_code != 0
    monkeypatch.setenv("LIENTHONG_KEK_FILE", str(path))
    told = run("rotate")
    assert (told.exit_code, "1 encrypted" in told.output) == (0, True)
    assert run("add-key", "--kid", "second").exit_code == 0
    assert isinstance(run("drop-key", "first").exception, PersonalKeyError)
    assert "1 wrapped anew by second" in run("rotate").output
    assert run("drop-key", "first").exit_code == 0
    assert [*read_key_file(path).keys] == ["second"]
