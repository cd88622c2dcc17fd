"""Dead letters on the real bus, by the command an operator types."""

import asyncio
import itertools
import json

import pytest
from typer.testing import CliRunner

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import LETTER_BYTES, Message, dead_letter
from chassis.runtime.bus.streams import records
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from services.rating.service import service
from tools.cli.main import app
from tools.operations import dead_letters

TOPIC = "rating.submitted"
SERVICE = "rating"
runner = CliRunner()
numbers = itertools.count()


@pytest.fixture
def run(command_line, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")

    def command(*words):
        result = runner.invoke(app, ["dead-letters", *words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


async def published(bus, *messages):
    publisher = Publisher(bus)
    try:
        await publisher(messages)
    finally:
        await publisher.stop()


async def all_records(bus, topic):
    return [record async for record in records(bus, [topic])]


@pytest.fixture
def put_aside(settings):
    """A record of this value goes through rating's loop and becomes a dead letter; its name."""

    async def through_the_loop(value, key):
        await published(settings.bus, Message(TOPIC, key, value))
        mine = [one for one in await all_records(settings.bus, TOPIC) if one.value == value and one.key == key]
        publisher = Publisher(settings.bus)
        try:
            await Loop(service(), MemoryStore(), publisher).process(mine)
        finally:
            await publisher.stop()

    def letter(value, key=None):
        key = key or f"D.letter-{next(numbers)}".encode()
        before = {one.name for one in asyncio.run(dead_letters.list_all(settings.bus, SERVICE))}
        asyncio.run(through_the_loop(value, key))
        [fresh] = [one for one in asyncio.run(dead_letters.list_all(settings.bus, SERVICE)) if one.name not in before]
        return fresh

    return letter


def told(run, name, *words):
    [found] = [one for one in json.loads(run("list", SERVICE, "--json", *words).stdout) if one["name"] == name]
    return found


def test_a_letter_is_listed_with_its_reason_and_origin(run, put_aside):
    letter = put_aside(b"not JSON")
    found = told(run, letter.name)
    assert found["status"] == "open"
    assert "JSON" in found["reason"]
    assert found["from"]["topic"] == TOPIC
    assert letter.name in run("list", SERVICE).stdout


def test_showing_gives_reason_and_headers_and_bytes_only_when_asked(run, put_aside):
    letter = put_aside(b"secret\x00\x1b[31m")
    plain = run("show", letter.name).stdout
    assert "reason  " in plain
    assert f"header  topic: {TOPIC}" in plain
    assert "secret" not in plain
    dump = run("show", letter.name, "--bytes").stdout
    assert "73 65 63 72 65 74 00 1b" in dump
    assert "secret..[31m" in dump
    assert "\x1b" not in dump


def test_bytes_go_to_a_new_file_as_they_are(run, put_aside, tmp_path):
    value = bytes(range(256))
    letter = put_aside(value)
    file = tmp_path / "letter"
    run("show", letter.name, "--out", str(file))
    assert file.read_bytes() == value
    with pytest.raises(dead_letters.DeadLetterError, match="name a new file"):
        run("show", letter.name, "--out", str(file))


def test_a_replay_puts_the_same_record_back_and_is_on_record(run, put_aside, settings):
    letter = put_aside(b"to be mended", b"D.replayed")
    run("replay", letter.name, "--by", "lan", "--why", "version 2 reads it")
    back = [one for one in asyncio.run(all_records(settings.bus, TOPIC)) if one.value == b"to be mended"]
    assert [(one.key, one.partition) for one in back] == [(b"D.replayed", letter.partition)] * 2
    found = told(run, letter.name, "--all")
    assert found["status"] == "replayed"
    assert [(one["what"], one["by"], one["why"]) for one in found["actions"]] == [
        ("replayed", "lan", "version 2 reads it")
    ]
    assert letter.name not in run("list", SERVICE).stdout


def test_a_second_replay_is_a_second_action(run, put_aside):
    letter = put_aside(b"twice")
    run("replay", letter.name, "--by", "lan")
    run("replay", letter.name, "--by", "minh")
    assert [one["by"] for one in told(run, letter.name, "--all")["actions"]] == ["lan", "minh"]


def test_replaying_a_service_takes_what_is_open_and_leaves_what_is_not(run, put_aside):
    gone, first, second = (put_aside(value) for value in (b"gone", b"first", b"second"))
    run("discard", gone.name, "--why", "nonsense")
    run("replay", SERVICE, first.name)
    assert [told(run, one.name, "--all")["status"] for one in (gone, first, second)] == [
        "discarded", "replayed", "replayed",
    ]  # fmt: skip
    assert len(told(run, first.name, "--all")["actions"]) == 1


def test_a_cut_letter_is_replayed_whole(run, put_aside, settings):
    value = b"x" * (LETTER_BYTES + 10_000)
    letter = put_aside(value, b"D." + b"k" * 2_000)
    assert letter.cut
    assert len(letter.key) < 2_000
    run("replay", letter.name)
    back = [one for one in asyncio.run(all_records(settings.bus, TOPIC)) if one.value == value]
    assert [len(one.key) for one in back] == [2_002, 2_002]


def test_a_discard_needs_a_reason_and_is_on_record(run, put_aside):
    letter = put_aside(b"never")
    assert run("discard", letter.name).exit_code == 2
    with pytest.raises(dead_letters.DeadLetterError, match="say why"):
        run("discard", letter.name, "--why", " ")
    run("discard", letter.name, "--why", "sent by a test machine")
    found = told(run, letter.name, "--all")
    assert (found["status"], found["actions"][0]["why"]) == ("discarded", "sent by a test machine")
    assert found["actions"][0]["by"]


def test_what_was_discarded_is_neither_discarded_again_nor_replayed(run, put_aside):
    letter = put_aside(b"once only")
    run("discard", letter.name, "--why", "nonsense", "--by", "lan")
    for words in (("discard", letter.name, "--why", "again"), ("replay", letter.name)):
        with pytest.raises(dead_letters.DeadLetterError, match="was discarded by lan at "):
            run(*words)
    assert len(told(run, letter.name, "--all")["actions"]) == 1


def test_nothing_is_done_if_one_of_several_can_not_be(run, put_aside):
    good = put_aside(b"good one")
    with pytest.raises(dead_letters.NoSuchDeadLetterError):
        run("discard", good.name, "rating/0/999999", "--why", "both")
    assert told(run, good.name)["status"] == "open"


@pytest.mark.parametrize(
    "name", ["rating/0/999999", "rating/99/0", "rating/0", "nobody/0/0", "", "rating/0/-1", "rating/0/1/2", "../../etc"]
)
@pytest.mark.parametrize("verb", [("show",), ("replay",), ("discard", "--why", "x")])
def test_a_letter_that_does_not_exist_is_named(run, verb, name):
    with pytest.raises(dead_letters.NoSuchDeadLetterError, match="dead letter"):
        run(*verb, name)


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


def test_a_replay_keeps_the_headers_of_the_record(run, settings):
    headers = (("ce_id", b"17"), ("schema", b"\x00\x01"))
    asyncio.run(published(settings.bus, Message(TOPIC, b"D.headers", b"with headers", headers)))

    def mine():
        return [one for one in asyncio.run(all_records(settings.bus, TOPIC)) if one.key == b"D.headers"]

    [record] = mine()
    asyncio.run(letter_about(settings.bus, record))
    [letter] = [one for one in asyncio.run(dead_letters.list_open(settings.bus, SERVICE)) if one.key == b"D.headers"]
    run("replay", letter.name)
    assert [one.headers for one in mine()] == [headers, headers]


async def letter_about(bus, record):
    await published(bus, dead_letter(record, "for a test", SERVICE))


@pytest.mark.parametrize("words", [("list",), ("show", "rating/0/0"), ("replay", "rating/0/0"), ("replay", "rating")])
def test_a_bus_that_is_down_is_named(run, monkeypatch, words):
    monkeypatch.setenv("LIENTHONG_KAFKA", "127.0.0.1:1")
    with pytest.raises(Exception, match=r"127\.0\.0\.1:1"):
        run(*words)


def test_an_unknown_service_is_refused(run):
    assert run("list", "nobody").exit_code == 2
