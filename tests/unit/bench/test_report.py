import json
from pathlib import Path

from bench.contender import Run
from bench.flow import Flow
from bench.replay import Replay
from bench.report import NOTES, render
from bench.reporting import Reported
from bench.results import Results, figures_of
from bench.stored import Stored


def run(contender: str, seconds: float) -> Run:
    return Run(contender, 1000, 1100, 600_000, seconds, 0.15, 80.0, 130.0, 300, 240_000, 1_400_000)


RESULTS = Results(
    taken="2026-03-02",
    machine={"processor": "2 × Some"},
    versions={"kafka": "4.3.0"},
    settings={"rounds": "2"},
    runs=[run(name, seconds) for name, seconds in (("sla", 0.5), ("handler", 20.0), ("bare", 0.4), ("quix", 0.2))],
    flow=Flow(
        100, 4.0, 2600, 12.5, [10.0, 20.0, 400.0], {"sla": 90.0, "intake": 110.0}, {"sla": 120.0, "intake": 240.0}
    ),
    stored=[Stored(10_000, 1.0, 1000, [run("sla", 0.5)], [0.4]), Stored(10**6, 90.0, 1000, [run("sla", 0.6)], [0.8])],
    replays=[Replay(60_000, 2.5, 5_000)],
    reported=[Reported("a-store 1", 100_000, 30.0, {"agency": [1.0, 1.5, 1.2], "step": [2.4, 2.2, 2.3]})],
)


def test_every_measure_has_its_line() -> None:
    found = {one.measure: (one.target, one.verdict) for one in figures_of(RESULTS)}
    assert list(found.items()) == [
        ("one instance of `sla`", ("stated", "stated")),
        ("`sla` ÷ the plain FastStream handler", ("≥ 30", "yes")),
        ("`sla` ÷ the bare loop", ("≥ 1", "no, by 20%")),
        ("`sla` ÷ Quix Streams", ("≥ 0.7", "no, by 43%")),
        ("CPU of the service's own process an event", ("≤ 0.2 ms", "yes")),
        ("whole flow, all five services", ("stated", "stated")),
        ("`dossier.received` to `dossier.transferred` at half that load, p50", ("stated", "stated")),
        ("`dossier.received` to `dossier.transferred` at half that load, p99", ("≤ 250 ms", "no, by 60%")),
        ("time per event with 1,000,000 dossiers stored ÷ with 10,000", ("≤ 1.3", "yes")),
        ("one sweep of 1,000 due timers with 1,000,000 dossiers stored ÷ with 10,000", ("≤ 1.5", "no, by 33%")),
        ("`report deadlines --by agency`, 100,000 dossiers, a-store 1", ("≤ 2 s", "yes")),
        ("`report deadlines --by step`, 100,000 dossiers, a-store 1", ("≤ 2 s", "no, by 15%")),
        ("replay in one process, fold and compare", ("≥ 20,000 events/s", "yes")),
        ("memory of an idle service, the largest", ("≤ 120 MB", "yes")),
        ("memory of a service under full load, the largest", ("≤ 250 MB", "yes")),
    ]


def test_what_was_not_measured_has_no_line() -> None:
    assert figures_of(Results("2026-03-02", {}, {}, {})) == []


def test_the_document_shows_the_figures_the_surroundings_every_round_and_the_notes() -> None:
    text = render(RESULTS, "## Notes\n\nWord for word.\n")
    assert "| `sla` ÷ the bare loop | ≥ 1 | 0.80 | 0.80 to 0.80 | no, by 20% |" in text
    assert "| kafka | 4.3.0 |" in text
    assert "| quix | 1,000 | 5,000 | 0.150 | 130 | 300 | 1,000 |" in text
    assert "| 1,000,000 | 1,667 | 0.150 | 0.80 |" in text
    assert text.endswith("## Notes\n\nWord for word.\n")


def test_every_raw_figure_is_kept_and_read_again(tmp_path: Path) -> None:
    RESULTS.write(tmp_path / "benchmarks.json")
    assert Results.read(tmp_path / "benchmarks.json") == RESULTS
    assert json.loads((tmp_path / "benchmarks.json").read_text())["figures"][2]["reached"] is False


def test_the_notes_are_there() -> None:
    assert NOTES.read_text().startswith("## What is measured")
