"""Dead letters on the real bus, by the command an operator types."""

import asyncio

import pytest

from chassis.runtime.bus.record import LETTER_BYTES, Message, dead_letter
from tests.integration.dead_letters.letters import SERVICE, TOPIC, all_records, published, told
from tools.operations import dead_letters


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
