"""Rows with personal fields: what is written, what is read, and what does not open."""

import pytest

from chassis.runtime.personal.keys import PLAIN, PersonalKeyError
from chassis.runtime.personal.rows import PersonalRows

FIELDS = ("name", "answer.text")
ROW = {"_id": "ref-1", "name": "Nguyễn Thị Hoa", "language": "vi", "answer": {"text": "Đã xong", "at": "2026"}}


@pytest.fixture
def rows(keys):
    return PersonalRows("applicants", FIELDS, keys)


async def test_a_row_comes_back_as_it_was(rows):
    assert await rows.opened(await rows.sealed(ROW)) == ROW


async def test_what_is_written_holds_nothing_personal(rows):
    written = repr(await rows.sealed(ROW))
    assert "Hoa" not in written
    assert "xong" not in written
    assert "2026-11" in written  # which key wraps it is no secret


async def test_what_is_not_there_stays_so(rows):
    bare = {"_id": "ref-2", "name": None, "answer": None}
    assert await rows.opened(await rows.sealed(bare)) == bare


async def test_a_row_from_before_is_read(rows):
    assert await rows.opened(ROW) == ROW
    assert await rows.field_sealed(ROW, "answer.text", "plain") == "plain"


async def test_one_more_field_of_an_encrypted_row_is_encrypted_too(rows):
    row = await rows.sealed({**ROW, "answer": None})
    text = await rows.field_sealed(row, "answer.text", "Đã xong")
    assert isinstance(text, bytes)
    assert (await rows.opened({**row, "answer": {"text": text}}))["answer"] == {"text": "Đã xong"}


async def test_every_row_has_a_data_key_of_its_own(rows):
    one, other = await rows.sealed(ROW), await rows.sealed({**ROW, "_id": "ref-2"})
    with pytest.raises(PersonalKeyError):
        await rows.opened({**one, "name": other["name"]})


@pytest.mark.parametrize("moved", [{"_id": "ref-2"}, {"name": b"short"}, {"name": bytes(60)}])
async def test_what_was_changed_or_moved_to_another_row_does_not_open(rows, moved):
    with pytest.raises(PersonalKeyError):
        await rows.opened({**await rows.sealed(ROW), **moved})


async def test_a_field_does_not_open_in_the_place_of_another(rows):
    row = await rows.sealed(ROW)
    with pytest.raises(PersonalKeyError):
        await rows.opened({**row, "name": row["answer"]["text"]})


async def test_a_row_does_not_open_in_another_collection(rows, keys):
    with pytest.raises(PersonalKeyError):
        await PersonalRows("words", FIELDS, keys).opened(await rows.sealed(ROW))


async def test_plain_mode_writes_rows_as_they_are_and_says_what_an_encrypted_one_needs(rows):
    plain = PersonalRows("applicants", FIELDS, PLAIN)
    assert await plain.sealed(ROW) == ROW
    with pytest.raises(PersonalKeyError, match="LIENTHONG_KEK_FILE"):
        await plain.opened(await rows.sealed(ROW))
