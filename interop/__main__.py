"""The command line of the interop matrix."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from interop.building import Builder
from interop.clients import CLIENTS
from interop.matrix import whole
from interop.report import write
from interop.rereading import Reread, reread, sdks
from interop.results import Results, results
from tools.operations.processes import sigterm_like_ctrl_c

HOME = Path(".lienthong/interop")
"""Programs that were built, kept for the next run, and the logs of the servers."""

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def interop() -> None:
    """Let every Kafka client play a small agency."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it complains about topics that are just being made


@app.command("all")
def all_command(
    folder: Annotated[Path, typer.Option(help="Where interop.md and interop.json go")] = Path("docs"),
) -> None:
    """Play everything and write it down. Exit code 1 if something does not hold."""
    home = HOME.resolve()
    builder = Builder(home)
    found = asyncio.run(whole(builder, CLIENTS, print))
    kept = results(found, _events(builder), builder)
    kept.keep(folder)
    write(kept, folder)
    print(f"written to {folder / 'interop.md'} and {folder / 'interop.json'}")
    _end(found.wrong)


@app.command("play")
def play_command(
    clients: Annotated[list[str], typer.Argument(help=", ".join(client.name for client in CLIENTS))],
) -> None:
    """Play some clients, held against the first of them all; nothing is written down."""
    if unknown := sorted(set(clients) - {client.name for client in CLIENTS}):
        raise typer.BadParameter(f"no client {unknown[0]}")
    wanted = [client for client in CLIENTS if client.name in {CLIENTS[0].name, *clients}]
    _end(asyncio.run(whole(Builder(HOME.resolve()), wanted, print)).wrong)


@app.command("render")
def render_command(folder: Annotated[Path, typer.Option(help="Where interop.json is")] = Path("docs")) -> None:
    """Write interop.md anew from interop.json."""
    write(Results.read(folder), folder)


def _events(builder: Builder) -> list[Reread]:
    return [reread(builder, sdk, builder.home / "records") for sdk in sdks() if not builder.make(sdk)]


def _end(wrong: list[str]) -> None:
    for line in wrong:
        print(f"WRONG {line}")
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    sigterm_like_ctrl_c()
    app()
