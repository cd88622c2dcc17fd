"""The command line of the benchmark."""

from typing import Annotated

import typer

from bench.profiling import profile

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


if __name__ == "__main__":
    app()
