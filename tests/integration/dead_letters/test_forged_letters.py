"""Dead letters that do not tell the truth about their origin: never put back, refused on record."""

import asyncio

import pytest

from chassis.runtime.bus.record import Message
from tests.integration.dead_letters.letters import SERVICE, TOPIC, all_records, numbers, published, told
from tools.operations import dead_letters


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"topic": "dossier.received", "partition": "x", "offset": "1"},
        {"topic": "some.other", "partition": "0", "offset": "0"},
        {"topic": "dossier.received", "partition": "0", "offset": "9" * 40},
        {"topic": "rating.dead-letter", "partition": "0", "offset": "0"},
        {"topic": "dossier.transferred", "partition": "0", "offset": "0"},
    ],
)
def test_a_record_that_does_not_say_where_it_came_from_can_only_be_discarded(run, settings, headers):
    marked = {**headers, "reason": f"strange {next(numbers)}\x1b[2J[bold]"}
    pairs = tuple((name, text.encode()) for name, text in marked.items())
    asyncio.run(published(settings.bus, Message("rating.dead-letter", b"k", b"v", pairs)))
    [letter] = [
        one for one in asyncio.run(dead_letters.list_open(settings.bus, SERVICE)) if one.reason == marked["reason"]
    ]
    assert "\x1b" not in run("list", SERVICE).stdout
    assert "[bold]" in run("show", letter.name).stdout
    with pytest.raises(dead_letters.DeadLetterError, match="only be discarded"):
        run("replay", letter.name)
    run("discard", letter.name, "--why", "not ours")
    assert told(run, letter.name, "--all")["status"] == "discarded"


@pytest.fixture
def forged(settings):
    """A letter that somebody else wrote: its name."""

    def write(topic, partition, offset, key, value, **more):
        mark = f"forged {next(numbers)}"
        origin = {"topic": topic, "partition": str(partition), "offset": str(offset), "reason": mark, **more}
        headers = tuple((name, text.encode()) for name, text in origin.items())
        asyncio.run(published(settings.bus, Message("rating.dead-letter", key, value, headers)))
        found = asyncio.run(dead_letters.list_all(settings.bus, SERVICE))
        return next(one.name for one in found if one.reason == mark)

    return write


def counted(settings):
    return len(asyncio.run(all_records(settings.bus, TOPIC)))


@pytest.mark.parametrize(
    ("same_key", "value", "more"),
    [
        (True, b"not what stands there", {}),
        (True, None, {}),
        (False, b"an origin", {}),
        (True, b"an ori", {}),
        (True, b"an ori", {"cut": "6 of 9000 bytes"}),
    ],
)
def test_a_letter_that_holds_other_bytes_than_its_origin_is_refused_on_record(
    run, put_aside, forged, settings, same_key, value, more
):
    origin = put_aside(b"an origin")
    key = origin.key if same_key else b"D.other"
    name = forged(TOPIC, origin.partition, origin.offset, key, value, **more)
    before = counted(settings)
    with pytest.raises(dead_letters.DeadLetterError, match="another record stands at"):
        run("replay", name, "--by", "lan")
    assert counted(settings) == before
    [deed] = told(run, name)["actions"]
    assert (deed["what"], deed["by"]) == ("refused", "lan")
    assert "another record" in deed["why"]


def test_a_letter_about_a_record_that_is_not_there_is_refused_on_record(run, put_aside, forged, settings):
    origin = put_aside(b"the last one")
    before = counted(settings)
    for partition, offset in ((origin.partition, origin.offset + 10**6), (9_999, 0)):
        name = forged(TOPIC, partition, offset, b"D.x", b"made up")
        with pytest.raises(dead_letters.DeadLetterError, match="there is no record at"):
            run("replay", name)
        assert told(run, name)["status"] == "refused"
    assert counted(settings) == before


def test_what_is_refused_keeps_no_other_letter_from_being_put_back_and_can_be_discarded(run, put_aside, forged):
    good = put_aside(b"honest")
    name = forged(TOPIC, 0, 10**9, b"D.x", b"made up")
    with pytest.raises(dead_letters.DeadLetterError, match="1 put back, 1 refused"):
        run("replay", name, good.name)
    assert told(run, good.name, "--all")["status"] == "replayed"
    run("discard", name, "--why", "somebody wrote it by hand")
    assert told(run, name, "--all")["status"] == "discarded"
