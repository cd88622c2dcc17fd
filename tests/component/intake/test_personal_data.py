"""Persons in intake's store: encrypted where there is a key, gone when they are erased, and never on the bus."""

from datetime import UTC, datetime

import pytest

from chassis.runtime.bus.record import message_of
from chassis.runtime.personal.key_file import new_key_file, write_key_file
from contracts import claims
from contracts.envelope import event_id, new_event
from contracts.intake import ErasureRequested
from tests.component.intake.conftest import Unit
from tests.component.intake.requests import BIRTH, PERSON, lodge

READABLE = ("Hoa", "hoa@example.vn", "901234567")


@pytest.fixture(scope="module")
async def locked_unit(tmp_path_factory):
    """One whose operator has set a key file."""
    path = tmp_path_factory.mktemp("keys") / "kek.json"
    write_key_file(path, new_key_file("2026-11"))
    unit = Unit(kek_file=path)
    yield unit
    await unit.http.aclose()


@pytest.fixture
def locked(locked_unit):
    locked_unit.forget()
    return locked_unit


async def reference_of(unit):
    await lodge(unit, applicant=PERSON)
    (received,) = unit.events("dossier.received")
    return received["data"]["applicant_ref"]


async def erase(unit, reference, submission):
    now = datetime.now(UTC)  # noqa: TID251 - as the bus stamps it
    data = ErasureRequested(reference=reference, by="CB-0007", basis="Đơn ngày 01/12/2026")
    request = new_event(data, source="/operator", subject=submission, time=now, correlationid=submission, unique=())
    await unit.publish([message_of(request)])


async def test_what_is_kept_of_a_person_can_not_be_read(locked):
    await lodge(locked, applicant=PERSON)
    (row,) = locked.store.database.applicants.kept
    assert not any(word in repr(row) for word in READABLE)
    assert row["lock"]["kid"] == "2026-11"


async def test_who_may_ask_gets_it_all_the_same(locked):
    reference = await reference_of(locked)
    answer = await locked.operator.get(
        f"/internal/contacts/{reference}", headers={"Authorization": "Bearer not-a-secret"}
    )
    assert answer.json()["name"] == PERSON["name"]


async def test_a_row_from_before_is_read_and_answered(locked, unit):
    reference = await reference_of(unit)
    (row,) = unit.store.database.applicants.kept
    locked.store.database.applicants.kept.append(row)
    answer = await locked.operator.get(
        f"/internal/contacts/{reference}", headers={"Authorization": "Bearer not-a-secret"}
    )
    assert answer.json()["email"] == PERSON["email"]


async def test_an_erased_person_is_gone_with_the_key_and_the_events_say_so(locked):
    reference = await reference_of(locked)
    submission = locked.store.database.applicants.kept[0]["submission"]
    await erase(locked, reference, submission)
    assert locked.store.database.applicants.kept == []
    (erased,) = locked.events("applicant.erased")
    assert erased["data"] == {
        "submission_id": submission,
        "reference": reference,
        "reason": "request",
        "basis": "Đơn ngày 01/12/2026",
        "by": "CB-0007",
    }
    assert not any(word in repr(locked.published) for word in READABLE)


async def test_erasing_twice_says_it_once(locked):
    reference = await reference_of(locked)
    submission = locked.store.database.applicants.kept[0]["submission"]
    await erase(locked, reference, submission)
    await erase(locked, reference, submission)
    assert len({event["id"] for event in locked.events("applicant.erased")}) == 1


async def test_a_request_for_somebody_elses_applicant_erases_nobody(unit):
    reference = await reference_of(unit)
    await lodge(unit, components=["form"])
    other = unit.events("dossier.supplement-requested")[0]["data"]["submission_id"]
    await erase(unit, reference, other)
    assert len(unit.store.database.applicants.kept) == 1


async def test_a_submission_that_names_another_ones_applicant_can_not_have_them_erased(unit):
    reference = await reference_of(unit)
    thief = claims.IntakeSubmitted.model_validate(
        {
            "submission_id": "thief-0001",
            "claim": {"kind": "application", **BIRTH, "applicant_ref": reference},
        }
    )
    now = datetime.now(UTC)  # noqa: TID251 - as the bus stamps it
    names = {"source": "/portal/x", "subject": "thief-0001", "correlationid": "thief-0001"}
    await unit.publish([message_of(new_event(thief, time=now, unique=(), **names))])
    await erase(unit, reference, "thief-0001")
    assert [row["_id"] for row in unit.store.database.applicants.kept] == [reference]


async def test_the_key_of_an_erased_request_stands_for_no_request_any_more(unit):
    key = {"Idempotency-Key": "key-number-1"}
    body = BIRTH | {"applicant": PERSON}
    await unit.http.post("/v1/submissions", json=body, headers=key)
    (row,) = unit.store.database.applicants.kept
    await erase(unit, row["_id"], row["submission"])
    assert (await unit.http.post("/v1/submissions", json=body, headers=key)).status_code == 409
    assert unit.store.database.applicants.kept == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"attributes": {"note": "x"}}, "attributes"),
        ({"components": ["form", "0912 345 678"]}, "components"),
        ({"procedure": "9.999999", "attributes": {"note": "hoa@example.vn"}}, "attributes"),
        ({"procedure": "9.999999", "attributes": {"079200012345": True}}, "attributes"),
    ],
)
async def test_what_everybody_would_read_is_refused_before_anything_is_kept(unit, fields, field):
    answer = await lodge(unit, applicant=PERSON, **fields)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body", field])
    assert not any(word in answer.text for word in ("0912", "hoa@", "0792"))
    assert unit.published == []
    assert unit.store.database.applicants.kept == []


async def test_a_key_that_could_be_guessed_tells_nothing_by_the_ids_on_the_bus(locked, unit):
    """Whoever knows the form of ids, and tries phone numbers, finds the submission of the unit without keys alone."""
    guessed = event_id("submission", BIRTH["receiving_unit"], "0912345678")
    for one in (locked, unit):
        await one.http.post("/v1/submissions", json=BIRTH, headers={"Idempotency-Key": "0912345678"})
    assert [guessed in repr(one.published) for one in (locked, unit)] == [False, True]
    again = await locked.http.post("/v1/submissions", json=BIRTH, headers={"Idempotency-Key": "0912345678"})
    assert again.json()["submission_id"] == locked.events("dossier.received")[0]["correlationid"]
