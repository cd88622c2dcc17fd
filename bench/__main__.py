"""The command line of the benchmark."""

import asyncio
from typing import Annotated

import typer

from bench.profiling import profile
from bench.throughput import Sizes, throughput

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def benchmark() -> None:
    """Measure Liên Thông on this machine."""


@app.command("profile")
def profile_command(
    events: Annotated[int, typer.Option(min=1)] = 20_000,
    batch: Annotated[int, typer.Option(min=1, help="Records a batch")] = 1000,
) -> None:
    """Show where the CPU time of sla goes, in this process, over a store in memory."""
    profile(events, batch)


@app.command("sla")
def sla_command(
    events: Annotated[int, typer.Option(min=100)] = 48_000,
    handler_events: Annotated[int, typer.Option(min=100)] = 1500,
    rounds: Annotated[int, typer.Option(min=1)] = 1,
    only: Annotated[list[str] | None, typer.Option(help="sla, handler, bare or quix")] = None,
) -> None:
    """Measure one instance of sla, and those it is compared with."""
    asyncio.run(throughput(Sizes(events, handler_events, rounds), print, tuple(only or ())))


if __name__ == "__main__":
    app()
