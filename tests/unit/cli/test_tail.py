"""`tail`: a line an event, for one agency or for all, with nobody's words and nothing that harms a terminal."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import typer

from contracts import claims
from contracts.envelope import following
from contracts.routing import DossierSuspended, ReportRejected
from contracts.topics import PAYLOADS
from lienthong_agency import Agency, Bus
from tests.unit.agency.records import AT, answer, hand_over
from tools.cli.tail import moment
from tools.operations.tailing import NAMES, WIDTH, Telling

AGENCY = Agency(Bus(agency="H29.04.01", servers="127.0.0.1:9"))
WORDS = "Ông Nguyễn Văn An, 0912345678"


def record(event, topic="", value=None):
    content = event.to_json().encode() if value is None else value
    stamp = int(AT.timestamp() * 1000)
    return SimpleNamespace(
        topic=topic or event.type, partition=2, offset=7, value=content, headers=(), timestamp=stamp, key=b""
    )


def test_a_line_tells_when_of_what_dossier_and_what():
    line = Telling().line(record(hand_over()))
    assert line == "08:30:00 H29.16.01-261201-0001 transferred: register, from agency H29.16.01, → …"
    assert len(line) == WIDTH
    assert " chuyển: " in Telling(language="vi").line(record(hand_over()))


def test_a_report_tells_whose_it_is_and_what_is_claimed():
    report = AGENCY.report_on(hand_over(), claims.TookCustody(step="register"))
    line = Telling().line(record(report))
    assert line == "08:30:00 H29.16.01-261201-0001 agency reports H29.04.01: took-custody, register"


def test_nobodys_words_are_told():
    told = Telling()
    step = {"step": "register"}
    spoken = [
        claims.SentBack(**step, to_step="forward", reason=WORDS),
        claims.NeedsSupplement(**step, missing=("form",), reason=WORDS),
        claims.AsksOpinion(**step, of_agency="H29.02", question=WORDS, limit="1 working-days"),
        claims.GivesOpinion(**step, opinion=WORDS),
        claims.ExplainsDelay(**step, cause=WORDS, owner=WORDS, plan=WORDS, target=AT),
        claims.Recalls(reason=WORDS),
    ]
    events = [AGENCY.report_on(hand_over(), claim) for claim in spoken]
    rejected = {"report_id": "r", "agency": "H29.04.01", "code": "suspended", "reason": WORDS}
    events.append(following(hand_over(), ReportRejected.model_validate(rejected), source="/lienthong/routing"))
    stopped = DossierSuspended(cause="supplement", step="register", agency="H29.04.01", reason=WORDS)
    events.append(following(hand_over(), stopped, source="/lienthong/routing"))
    lines = [told.line(record(event)) for event in events]
    assert len(lines) == len(events)
    assert not any(word in line for line in lines for word in ("Nguyễn", "0912"))


def test_an_agency_sees_the_dossiers_that_named_it_from_then_on():
    told = Telling("H29.04.01")
    others = hand_over(to="H29.02")
    assert told.line(record(others)) is None
    handed = hand_over()
    assert told.line(record(handed)) is not None
    assert told.line(record(others)) is not None


def test_records_of_an_inbox_name_their_type_themselves():
    telling = Telling()
    assert "transferred" in telling.line(record(hand_over(), "agency.H29.04.01.inbox"))


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"\xff\x00", b'{"type": "dossier.unheard-of"}', b'{"type": []}'])
@pytest.mark.parametrize("topic", ["dossier.transferred", "agency.H29.04.01.inbox"])
def test_what_can_not_be_read_is_told_by_its_place(topic, value):
    assert f"{topic} 2:7: not readable" in Telling().line(record(hand_over(), topic, value))


def test_control_characters_do_not_reach_the_terminal():
    content = json.loads(hand_over().to_json()) | {"source": "/agency/x"}
    content["data"]["from_agency"] = "A\u202eB\u2066"
    line = Telling().line(record(hand_over(), value=json.dumps(content).encode()))
    assert line.isprintable()


def test_every_event_that_has_a_name_exists():
    assert set(NAMES) <= set(PAYLOADS)


def test_since_is_a_time_ago_or_a_moment():
    now = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert moment("10m", now) == now - timedelta(minutes=10)
    assert moment("2h", now) == now - timedelta(hours=2)
    assert moment("2026-12-01T08:30", now) == datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    for text in ("", "yesterday", "10", "99999d", "-1h"):
        with pytest.raises(typer.BadParameter, match="is no time"):
            moment(text, now)


def test_an_answer_is_told_as_well():
    report = AGENCY.report_on(hand_over(), claims.TookCustody(step="register"))
    assert "acknowledged" in Telling().line(record(answer(report)))
