import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tools.importer import load_mapping
from tools.importer.report import Kind

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LIENTHONG_DATA", ROOT.parent / "shared" / "data"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DATA / "receipt.xes.gz").exists(),
        reason="the receipt log is not here: set LIENTHONG_DATA to the folder with receipt.xes.gz and receipt.csv.gz",
    ),
]


@pytest.fixture(params=[("receipt.xes.gz", "receipt.yaml"), ("receipt.csv.gz", "receipt-csv.yaml")])
def played(request, run):
    log, mapping = request.param
    return run(DATA / log, load_mapping(ROOT / "examples" / mapping))


def test_the_real_log_gives_the_known_figures(played):
    report, bus = played
    assert (report.cases, report.played, report.events) == (1434, 1434, 8577)
    assert (report.ended, report.ended_late, report.hand_overs) == (1329, 377, 5131)
    assert {kind: (found.count, found.cases) for kind, found in report.anomalies.items()} == {
        Kind.OPEN_CASE: (105, 105),
        Kind.OPEN_PAST_DEADLINE: (39, 39),
        Kind.EVENT_AFTER_END: (180, 145),
        Kind.END_BEFORE_START: (2, 2),
        Kind.EVENT_BEFORE_START: (12, 2),
    }
    latest = datetime.fromisoformat("2012-01-23T15:42:54.644+01:00")
    assert bus.calls[-1] == ("receipt", latest)


def test_the_real_log_gives_the_known_claims(played):
    events = played[1].events
    claims = Counter(event.data.claim.kind for event in events)
    assert claims == {
        "application": 1434,
        "forwards": 5131,
        "took-custody": 5131,
        "finished-step": 8577,
        "has-result": 1329,
    }
    channels = Counter(e.data.claim.channel for e in events if e.type == "intake.submitted")
    assert channels == {"online": 1271, "counter": 110, "post": 53}
    assert len({event.identity for event in events}) == len(events)


def test_both_forms_of_the_real_log_give_the_same_claims(run):
    told = []
    for log, mapping in (("receipt.xes.gz", "receipt.yaml"), ("receipt.csv.gz", "receipt-csv.yaml")):
        _, bus = run(DATA / log, load_mapping(ROOT / "examples" / mapping))
        told.append([(event.type, event.subject, event.time, event.data) for event in bus.events])
    assert told[0] == told[1]


def test_in_the_real_log_every_cases_reports_have_strictly_ordered_times(played):
    last = {}
    for event in played[1].events:
        if event.type == "agency.reported":
            assert event.subject not in last or last[event.subject] < event.time
            last[event.subject] = event.time
