"""What every kind of bad input gets, and that the services go on."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from aiokafka.errors import MessageSizeTooLargeError

from chassis.runtime import clock
from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.streams import records
from contracts import claims, rating
from contracts.envelope import new_event
from contracts.rule_days import ANY_RECORD
from contracts.topics import MAX_RECORD_BYTES
from domain.procedures import load_catalogue
from tools.operations import dead_letter_actions, dead_letters
from tools.ticking import ticks

pytestmark = [pytest.mark.stack, pytest.mark.slow]

UNIT = "H29.16.01"
BIRTH = load_catalogue()["1.001193"]
COMPLETE = [item.id for item in BIRTH.checklist if item.required]


@pytest.fixture
async def publish(shop):
    publisher = Publisher(shop.settings.bus)
    yield publisher
    await publisher.stop()


@pytest.fixture
async def http():
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


def application(submission, **changes):
    body = {"procedure": BIRTH.code, "channel": "counter", "receiving_unit": UNIT, "components": COMPLETE} | changes
    data = claims.IntakeSubmitted(submission_id=submission, claim=claims.Application(**body))
    return new_event(
        data, source="/portal/test", subject=submission, time=clock.now(), correlationid=submission, unique=("a",)
    )


def report(dossier, claim, *, agency=UNIT, timeline="live", correlation="unknown-one"):
    data = claims.AgencyReported(agency=agency, claim=claim)
    return new_event(
        data,
        source=f"/agency/{agency}",
        subject=dossier,
        time=clock.now(),
        correlationid=correlation,
        unique=(claim.model_dump_json(), agency),
        timeline=timeline,
    )


def message(event, **changes):
    record = json.loads(event.to_json()) | changes
    return Message(event.type, event.subject.encode(), json.dumps(record).encode())


async def accepted(shop, http, key):
    body = {"procedure": BIRTH.code, "channel": "counter", "receiving_unit": UNIT, "components": COMPLETE}
    answer = await http.post(shop.url("intake", "/v1/submissions"), json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def submissions(shop):
    """How many records stand on the bus."""
    async with Admin(shop.settings.bus) as admin:
        return (await admin.records())["intake.submitted"]


async def reasons(shop, service):
    return [letter.reason for letter in await dead_letters.list_open(shop.settings.bus, service)]


async def rejections(shop, dossier):
    found = [r async for r in records(shop.settings.bus, ["report.rejected"])]
    return [json.loads(r.value)["data"]["code"] for r in found if r.key == dossier.encode()]


async def eventually(look):
    """The first true result; the test's own timeout ends it."""
    while not (found := await look()):  # noqa: ASYNC110 - another process does it
        await asyncio.sleep(0.1)
    return found


FUTURE = (clock.now() + timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    ("name", "bad", "says"),
    [
        ("broken JSON", lambda e: Message(e.type, b"x", b'{"specversion":'), "JSON"),
        ("a wrong type", lambda e: message(e, time="soon"), "time"),
        ("a missing field", lambda e: Message(e.type, b"x", b'{"type":"intake.submitted"}'), "Field required"),
        ("no value", lambda e: Message(e.type, b"x", None), "no value"),
        ("a date in the future", lambda e: message(e, time=FUTURE), "future"),
        ("too many bytes", lambda e: Message(e.type, b"x", b" " * (MAX_RECORD_BYTES + 1)), "bytes is more"),
    ],
)
async def test_an_unusable_record_becomes_a_dead_letter_and_intake_goes_on(shop, http, publish, name, bad, says):
    key = f"goes on after {name}"
    await publish([bad(application("bad-" + name.replace(" ", "-")))])

    async def told():
        return [reason for reason in await reasons(shop, "intake") if says in reason]

    await eventually(told)
    assert (await accepted(shop, http, key))["dossier_code"]


async def test_a_dead_letter_can_be_replayed_and_is_then_handled(shop, publish):
    await publish([Message("intake.submitted", b"x", b"not yet mended")])

    async def find():
        found = await dead_letters.list_open(shop.settings.bus, "intake")
        return [one for one in found if one.value == b"not yet mended"]

    [letter] = await eventually(find)
    await dead_letter_actions.replay(shop.settings.bus, [letter], "test")

    async def came_back():
        names = [one.name for one in await find()]
        return names and letter.name not in names

    await eventually(came_back)


async def test_five_megabytes_are_refused_before_they_are_on_the_bus(shop, http, publish):
    with pytest.raises(MessageSizeTooLargeError):
        await publish([Message("intake.submitted", b"x", b" " * 5_000_000)])
    json = {"content-type": "application/json"}
    before = await submissions(shop)
    # The rest is not waited for: who goes on sending meets a closed connection, and may miss the answer.
    with suppress(httpx.TransportError):
        answer = await http.post(shop.url("intake", "/v1/submissions"), content=b" " * 5_000_000, headers=json)
        assert answer.status_code == 413
    assert await submissions(shop) == before
    assert (await accepted(shop, http, "goes on after 5 MB"))["dossier_code"]


async def test_an_unknown_event_type_is_skipped(shop, http, publish):
    before = len(await reasons(shop, "intake"))
    await publish([message(application("unknown-type-1"), type="intake.invented")])
    assert (await accepted(shop, http, "goes on after an unknown type"))["dossier_code"]
    await shop.settled()
    assert len(await reasons(shop, "intake")) == before


async def test_a_report_on_an_unknown_dossier_is_rejected_once_it_has_waited(shop, publish):
    event = report("H29.16.01-000000-0000", claims.TookCustody(step="verify"), timeline="bad-input")
    await publish([message(event)])
    await publish(ticks("bad-input", event.time + timedelta(minutes=3), 6))
    assert await eventually(lambda: rejections(shop, event.subject)) == ["unknown-dossier"]


@pytest.mark.skipif(clock.now() >= ANY_RECORD, reason="it waits five minutes since; the next test ends a wait as well")
async def test_on_the_live_timeline_the_wall_clock_ends_the_wait(shop, publish):
    event = report("H29.16.01-000000-0009", claims.TookCustody(step="verify"))
    long_ago = (event.time - timedelta(minutes=5)).isoformat()
    await publish([message(event, time=long_ago)])
    assert await eventually(lambda: rejections(shop, event.subject)) == ["unknown-dossier"]


async def test_a_report_of_an_agency_that_does_not_hold_the_dossier_is_rejected(shop, http, publish):
    dossier = (await accepted(shop, http, "for a wrong holder"))["dossier_code"]
    await publish([message(report(dossier, claims.FinishedStep(step="forward"), agency="H29.11"))])
    assert await eventually(lambda: rejections(shop, dossier)) == ["not-the-holder"]


async def test_a_submission_sent_twice_is_one_dossier(shop, http):
    first = await accepted(shop, http, "sent twice, key 1")
    assert await accepted(shop, http, "sent twice, key 1") == first


async def test_many_submissions_at_once_get_numbers_without_gap_or_repeat(shop, http):
    answers = await asyncio.gather(*(accepted(shop, http, f"at once, key {n}") for n in range(30)))
    numbers = sorted(int(one["dossier_code"].rpartition("-")[2]) for one in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 30))


async def test_a_rating_of_seven_is_refused_everywhere(shop, http, publish):
    dossier = (await accepted(shop, http, "to be rated with 7"))["dossier_code"]
    body = {"dossier": dossier, "channel": "web", "holder": "token-1", "agency": UNIT, "answers": {"7": 7}}
    answer = await http.post(shop.url("rating", "/v1/ratings"), json=body)
    assert answer.status_code == 422
    good = new_event(
        rating.RatingSubmitted(channel="web", holder="token-1", agency=UNIT, answers={"7": 2}),
        source="/lienthong/rating",
        subject=dossier,
        time=clock.now(),
        correlationid="unknown-one",
        unique=("token-1",),
    )
    record = json.loads(good.to_json())
    record["data"]["answers"]["7"] = 7
    await publish([Message(good.type, dossier.encode(), json.dumps(record).encode())])

    async def told():
        return [reason for reason in await reasons(shop, "rating") if "data.answers.*: " in reason]

    await eventually(told)
    body["answers"] = {"7": 2}
    assert (await http.post(shop.url("rating", "/v1/ratings"), json=body)).status_code == 201
