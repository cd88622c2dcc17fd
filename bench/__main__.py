"""The command line of the benchmark."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from bench import flow as flows
from bench import reporting as reports
from bench.figures import percentile
from bench.flow import flow
from bench.profiling import profile
from bench.replay import replay
from bench.reporting import reported
from bench.results import Results
from bench.stored import Plan, stored
from bench.suite import FULL, QUICK, run_suite, write
from bench.throughput import Sizes, throughput
from tools.operations.processes import sigterm_like_ctrl_c

Contenders = Annotated[list[str] | None, typer.Option(help="sla, handler, bare or quix; by default all of them")]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def benchmark() -> None:
    """Measure Liên Thông on this machine."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it complains about topics that are just being made


@app.command("profile")
def profile_command(
    events: Annotated[int, typer.Option(min=1)] = 20_000,
    batch: Annotated[int, typer.Option(min=1, help="Records a batch")] = 1000,
) -> None:
    """Show where the CPU time of sla goes, in this process, over a store in memory."""
    profile(events, batch)


@app.command("all")
def all_command(
    folder: Annotated[Path, typer.Option(help="Where benchmarks.md and benchmarks.json go")] = Path("docs"),
    only: Contenders = None,
    *,
    quick: Annotated[bool, typer.Option(help="Very little of everything: the figures say nothing")] = False,
) -> None:
    """Measure everything and write it down."""
    asyncio.run(run_suite(QUICK if quick else FULL, folder, print, tuple(only or ())))
    print(f"written to {folder / 'benchmarks.md'} and {folder / 'benchmarks.json'}")


@app.command("render")
def render_command(folder: Annotated[Path, typer.Option(help="Where benchmarks.json is")] = Path("docs")) -> None:
    """Write benchmarks.md anew from benchmarks.json and the notes."""
    write(Results.read(folder / "benchmarks.json"), folder)


@app.command("flow")
def flow_command(
    dossiers: Annotated[int, typer.Option(min=1)] = FULL.flow.dossiers,
    half_dossiers: Annotated[int, typer.Option(min=1, help="At half the load")] = FULL.flow.half_dossiers,
    under_way: Annotated[int, typer.Option(min=1)] = FULL.flow.under_way,
    *,
    secure: Annotated[bool, typer.Option("--secure", help="With TLS, passwords and rights")] = False,
) -> None:
    """Measure all five services together."""
    found = asyncio.run(flow(flows.Plan(dossiers, half_dossiers, under_way), print, secure=secure))
    waits = ", ".join(f"p{share * 100:.0f} {percentile(found.latencies_ms, share):.0f} ms" for share in (0.5, 0.99))
    print(f"received to transferred at {found.half_rate:.1f}/s: {waits}")
    print(f"memory idle {found.idle_mb}, at most {found.peak_mb}")


@app.command("sla")
def sla_command(
    events: Annotated[int, typer.Option(min=100)] = 48_000,
    handler_events: Annotated[int, typer.Option(min=100)] = 1500,
    rounds: Annotated[int, typer.Option(min=1)] = 1,
    only: Contenders = None,
) -> None:
    """Measure one instance of sla, and those it is compared with."""
    asyncio.run(throughput(Sizes(events, handler_events, rounds), print, tuple(only or ())))


@app.command("stored")
def stored_command(
    dossiers: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    events: Annotated[int, typer.Option(min=100)] = 10_000,
    rounds: Annotated[int, typer.Option(min=1, max=5)] = 3,
) -> None:
    """Measure what many stored dossiers cost."""
    few = min(10_000, dossiers // 2)
    due = min(1000, few // rounds)
    plans = [Plan(number, min(events, few), due, rounds) for number in (few, dossiers)]
    asyncio.run(stored(plans, print))


@app.command("replay")
def replay_command(
    events: Annotated[int, typer.Option(min=100)] = 60_000,
    rounds: Annotated[int, typer.Option(min=1)] = 3,
) -> None:
    """Measure replay."""
    for found in asyncio.run(replay(events, rounds)):
        print(f"{found.rate:,.0f} events/s, {found.equal:,} documents equal")


@app.command("report")
def report_command(
    dossiers: Annotated[int, typer.Option(min=100)] = FULL.reported.dossiers,
    rounds: Annotated[int, typer.Option(min=1)] = FULL.reported.rounds,
) -> None:
    """Measure the command that reports on deadlines."""
    asyncio.run(reported(reports.Plan(dossiers, rounds), print))


if __name__ == "__main__":
    sigterm_like_ctrl_c()
    app()
