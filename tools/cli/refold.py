"""`refold`: after an update, fold anew what no event will fold."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations import refold as refolding
from tools.operations.environment import environment
from tools.operations.refold import Refolding

console = Console()

SHOWN = 5
"""How many documents that can not be folded are named."""

LINE_SECONDS = 5.0
"""Between two lines of progress where nobody watches a terminal: a log of an hour has some 700."""


@app.command()
def refold(service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}")]) -> None:
    """Fold a service's dormant documents anew after an update: those whose state other code or data has folded.

    Decides and publishes nothing, works beside running instances, may be broken off and repeated. Exit code 1 if
    documents are left.
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"no service {service}: there are {', '.join(SERVICES)}")
    with _progress(service) as on_page:
        found = asyncio.run(refolding.refold(environment(), service, on_page))
    _print(service, found)
    raise typer.Exit(1 if found.left else 0)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[Refolding], None]]:
    """A bar on a terminal; elsewhere a line now and then."""
    shown = Console(stderr=True)
    if not shown.is_terminal:
        yield _lines(name, shown)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}/s"))
    with Progress(*columns, TimeRemainingColumn(), console=shown, transient=True) as progress:
        task, begun = progress.add_task(f"folding {name} anew", total=None, rate=0), time.monotonic()

        def show(found: Refolding) -> None:
            progress.update(task, total=found.total, completed=found.seen, rate=_rate(found, begun))

        yield show


def _lines(name: str, shown: Console) -> Callable[[Refolding], None]:
    begun = told = time.monotonic()

    def show(found: Refolding) -> None:
        nonlocal told
        if time.monotonic() - told >= LINE_SECONDS:
            told = time.monotonic()
            left = max(0, found.total - found.seen)
            shown.print(
                f"{name}: {found.seen} of {found.total} · {_rate(found, begun)}/s · {left} left", highlight=False
            )

    return show


def _rate(found: Refolding, begun: float) -> int:
    """Documents a second, since it began."""
    return round(found.seen / max(time.monotonic() - begun, 0.001))


def _print(name: str, found: Refolding) -> None:
    console.print(
        f"{name}: {found.done} documents folded anew under {found.versions} · {len(found.failed)} can not be folded · "
        f"{found.left} left",
        highlight=False,
        soft_wrap=True,
    )
    for key, reason in list(found.failed.items())[:SHOWN]:
        console.print(f"{key} can not be folded: {reason}", markup=False, soft_wrap=True)
    if found.left > len(found.failed):
        console.print("an instance with other versions is still saving: stop it, then refold again", soft_wrap=True)
