"""One instance of sla against those who do the same job, or less, on the same servers: in rounds, to and fro."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.contender import Batch, Contender, Run
from bench.environment import environment
from bench.runner import Runner, runner
from bench.workload import Dossiers, Sent, stream, under_way

SLA = Contender("sla", ("-m", "tools.cli", "run", "sla"), variables={"LIENTHONG_SWEEP_SECONDS": "60"})
"""It looks at the wall clock so seldom that nothing happens but what the events cause: their deadlines are past."""

HANDLER = Contender("handler", ("-m", "bench.contenders.handler"))
BARE = Contender("bare", ("-m", "bench.contenders.bare"))
QUIX = Contender("quix", ("-m", "bench.contenders.quix"), preloaded=True)

WARM_FROM = 1_000_000
"""Dossiers with higher numbers are for warming up."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured: events of all, of the handler (it is slow), and how many rounds."""

    events: int
    handler_events: int
    rounds: int
    warm_events: int = 2000


async def throughput(sizes: Sizes, tell: Callable[[str], None], only: tuple[str, ...] = ()) -> list[Run]:
    """Runs of all contenders, or of some, in the order in which they ran."""
    runs: list[Run] = []
    async with environment(("sla",)) as servers, runner(servers) as bench:
        field = [contender for contender in (SLA, HANDLER, BARE, QUIX) if not only or contender.name in only]
        for number in range(sizes.rounds):
            for contender in field if number % 2 == 0 else field[::-1]:
                told = _sized(contender, runs) if contender is BARE else contender
                runs.append(await _run(bench, told, sizes))
                tell(_line(runs[-1]))
    return runs


async def _run(bench: Runner, contender: Contender, sizes: Sizes) -> Run:
    slow = contender.name == HANDLER.name
    warm = sizes.warm_events // 20 if slow else sizes.warm_events
    return await bench.run(contender, _batch(warm, WARM_FROM), _batch(sizes.handler_events if slow else sizes.events))


def _batch(events: int, first: int = 0) -> Batch:
    records: list[Sent] = list(stream(Dossiers.usual(), events, first))
    return Batch(records, under_way(events))


def _sized(bare: Contender, runs: list[Run]) -> Contender:
    """Give the loop without logic the sizes that sla really had."""
    like = next(run for run in runs if run.contender == SLA.name)
    variables = {
        "BENCH_STATE_BYTES": str(like.state_bytes),
        "BENCH_SAID": str(like.said / like.taken),
        "BENCH_SAID_BYTES": str(round(like.said_bytes / max(1, like.said))),
    }
    return replace(bare, variables=variables)


def _line(run: Run) -> str:
    return (
        f"{run.contender:8} {run.rate:8,.0f} events/s {run.cpu_ms:7.3f} ms CPU an event "
        f"{run.peak_mb:6.0f} MB at most {run.said:8,} said"
    )
