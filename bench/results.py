"""Everything one benchmark gave, as it is kept in `docs/benchmarks.json`, and the figures that follow from it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from bench.contender import Run
from bench.figures import Figure, Spread, percentile
from bench.flow import Flow
from bench.replay import Replay
from bench.reporting import Reported
from bench.stored import Stored


@dataclass(frozen=True)
class Results:
    """One benchmark: what it ran on, how, and every raw figure. What was not measured is empty."""

    taken: str
    machine: dict[str, str]
    versions: dict[str, str]
    settings: dict[str, str]
    runs: list[Run] = field(default_factory=list)
    flow: Flow | None = None
    stored: list[Stored] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Keep all of it, with the derived figures for whoever reads it with a program."""
        figures = [{**asdict(figure), "reached": figure.reached} for figure in figures_of(self)]
        text = json.dumps({**asdict(self), "figures": figures}, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "Results":
        """The results that were kept."""
        return TypeAdapter(Results).validate_json(path.read_bytes())


def figures_of(results: Results) -> list[Figure]:
    """The table, in the order in which it is read."""
    return [
        *_throughput(results.runs),
        *_flow(results.flow),
        *_stored(results.stored),
        *_reported(results.reported),
        *_rest(results),
    ]


def _throughput(runs: list[Run]) -> Iterator[Figure]:
    rates: dict[str, list[float]] = {}
    for run in runs:
        rates.setdefault(run.contender, []).append(run.rate)
    if "sla" not in rates:
        return
    yield Figure("one instance of `sla`", Spread.of(rates["sla"]), "events/s", digits=0)
    against = (
        ("handler", "the plain FastStream handler", 30),
        ("bare", "the bare loop", 1),
        ("quix", "Quix Streams", 0.7),
    )
    for name, words, bound in against:
        if name in rates:
            yield Figure(f"`sla` ÷ {words}", Spread.of_ratios(rates["sla"], rates[name]), bound=bound)
    cpu = [run.cpu_ms for run in runs if run.contender == "sla"]
    yield Figure("CPU of the service's own process an event", Spread.of(cpu), "ms", 0.2, "at most", 3)


def _flow(flow: Flow | None) -> Iterator[Figure]:
    if flow is None:
        return
    yield Figure("whole flow, all five services", Spread.of([flow.rate]), "dossiers/s", digits=1)
    for share, bound in ((0.5, None), (0.99, 250)):
        waited = Spread.of([percentile(flow.latencies_ms, share)])
        words = f"`dossier.received` to `dossier.transferred` at half that load, p{share * 100:.0f}"
        yield Figure(words, waited, "ms", bound, "at most", 0)


def _stored(found: list[Stored]) -> Iterator[Figure]:
    if not found:
        return
    few, many = min(found, key=lambda stored: stored.dossiers), max(found, key=lambda stored: stored.dossiers)
    words = f"with {many.dossiers:,} dossiers stored ÷ with {few.dossiers:,}"
    costs = Spread.of_ratios([1 / run.rate for run in many.runs], [1 / run.rate for run in few.runs])
    yield Figure(f"time per event {words}", costs, bound=1.3, sense="at most")
    sweeps = Spread.of_ratios(many.sweeps, few.sweeps)
    yield Figure(f"one sweep of {many.due:,} due timers {words}", sweeps, bound=1.5, sense="at most")


def _rest(results: Results) -> Iterator[Figure]:
    if results.replays:
        rates = Spread.of([replay.rate for replay in results.replays])
        yield Figure("replay in one process, fold and compare", rates, "events/s", 20_000, digits=0)
    if flow := results.flow:
        idle = Spread.of(list(flow.idle_mb.values()))
        yield Figure("memory of an idle service, the largest", _largest(idle), "MB", 120, "at most", 0)
        # The busiest process there is: sla alone at its full speed, or any service of the whole flow.
        alone = [run.peak_mb for run in results.runs if run.contender == "sla"]
        peak = Spread.of([*flow.peak_mb.values(), *alone])
        yield Figure("memory of a service under full load, the largest", _largest(peak), "MB", 250, "at most", 0)


def _reported(found: list[Reported]) -> Iterator[Figure]:
    for report in found:
        for by, seconds in report.seconds.items():
            words = f"`report deadlines --by {by}`, {report.dossiers:,} dossiers, {report.store}"
            yield Figure(words, Spread.of(seconds), "s", 2, "at most")


def _largest(spread: Spread) -> Spread:
    """Where the largest counts, it stands in the middle too."""
    return Spread(spread.high, spread.low, spread.high)
