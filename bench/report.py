"""`docs/benchmarks.md`, made from the results and from what was written by hand in `notes.md`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.contender import Run
from bench.figures import Figure
from bench.results import Results, figures_of

HOW = """Every raw figure is in [benchmarks.json](benchmarks.json). The middle one of
all rounds counts; a ratio is taken round by round."""
NOTES = Path(__file__).with_name("notes.md")


def render(results: Results, notes: str) -> str:
    """The whole document."""
    parts = [
        "# Benchmarks",
        f"Measured by `make bench` on {results.taken}. {HOW}",
        _figures(figures_of(results)),
        "## Machine, versions and settings",
        _pairs(results.machine | results.versions | results.settings),
        *_raw(results),
        notes.strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(figures: Iterable[Figure]) -> str:
    rows = [(figure.measure, figure.target, _value(figure), _range(figure), figure.verdict) for figure in figures]
    return _table(("measure", "must reach", "figure", "lowest to highest", "reached"), rows)


def _value(figure: Figure) -> str:
    return f"{figure.text(figure.spread.middle)} {figure.unit}".rstrip()


def _range(figure: Figure) -> str:
    return f"{figure.text(figure.spread.low)} to {figure.text(figure.spread.high)}"


def _pairs(pairs: dict[str, str]) -> str:
    return _table(("what", "which"), pairs.items())


def _raw(results: Results) -> Iterable[str]:
    if results.runs:
        yield "## Rounds, in the order in which they ran"
        head = (
            "contender",
            "events",
            "events/s",
            "CPU an event, ms",
            "memory at most, MB",
            "said",
            "document bytes an event",
        )
        yield _table(head, map(_run, results.runs))
    if results.stored:
        yield "## Rounds with many dossiers stored"
        rows = [
            (f"{stored.dossiers:,}", f"{run.rate:,.0f}", f"{run.cpu_ms:.3f}", f"{sweep:.2f}")
            for stored in results.stored
            for run, sweep in zip(stored.runs, stored.sweeps, strict=True)
        ]
        yield _table(("dossiers stored", "events/s", "CPU an event, ms", "sweep, s"), rows)
    if flow := results.flow:
        yield "## The whole flow"
        memory = [(name, f"{flow.idle_mb[name]:.0f}", f"{flow.peak_mb[name]:.0f}") for name in flow.idle_mb]
        yield _table(("service", "memory idle, MB", "at most, MB"), memory)
        yield (
            f"{flow.dossiers:,} dossiers in {flow.seconds:.1f} s, {flow.records:,} records on all topics; then "
            f"{len(flow.latencies_ms):,} dossiers at {flow.half_rate:.1f} a second."
        )


def _run(run: Run) -> Sequence[str]:
    state = f"{run.state_bytes:,.0f}" if run.stored_bytes else "elsewhere"
    numbers = (f"{run.events:,}", f"{run.rate:,.0f}", f"{run.cpu_ms:.3f}", f"{run.peak_mb:.0f}", f"{run.said:,}")
    return (run.contender, *numbers, state)
