"""`personal-data`: the keys that encrypt it, and erasures after a restored copy."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.runtime import clock
from chassis.runtime.personal.rewrapping import Rewrapping
from tools.cli.main import app
from tools.operations import personal_keys
from tools.operations.environment import environment
from tools.operations.erasing import replay_erasures

HELP = "Personal data: its keys, and erasures after a restored copy."
personal_data_app = typer.Typer(help=HELP, no_args_is_help=True)
app.add_typer(personal_data_app, name="personal-data")
console = Console()

Kid = Annotated[str, typer.Option(help="Name of the key; by default today's date")]


@personal_data_app.command("new-keys")
def new_keys(file: Annotated[Path, typer.Argument(help="Where; keep a copy in a safe")], kid: Kid = "") -> None:
    """Make a first key file. Services that find it in LIENTHONG_KEK_FILE encrypt from then on."""
    personal_keys.make_key_file(file, kid or _today())
    console.print(
        f"{file}: set LIENTHONG_KEK_FILE to it, restart intake and rating, then run `lienthong personal-data rotate`",
        soft_wrap=True,
    )


@personal_data_app.command("add-key")
def add_key(kid: Kid = "") -> None:
    """Add a key, which wraps from now on. Restart intake and rating, then rotate."""
    personal_keys.add_key(environment(), kid or _today())
    console.print("added: restart intake and rating, then run `lienthong personal-data rotate`", soft_wrap=True)


@personal_data_app.command()
def rotate() -> None:
    """Encrypt what is plain, and wrap anew what an older key wrapped. Exit code 1 if rows are left.

    Works beside running services, may be broken off and repeated.
    """
    done = asyncio.run(personal_keys.rotate(environment(), _progress))
    for found in done:
        console.print(
            f"{found.collection}: {found.encrypted} encrypted · {found.rewrapped} wrapped anew by {found.kid} · "
            f"{found.failed} do not open · {found.left} left",
            highlight=False,
            soft_wrap=True,
        )
    raise typer.Exit(1 if any(found.left for found in done) else 0)


@personal_data_app.command("drop-key")
def drop_key(kid: Annotated[str, typer.Argument(help="Name of a key that wraps nothing any more")]) -> None:
    """Drop a key from the key file. Copies of the stores from before can not be read any more."""
    asyncio.run(personal_keys.drop_key(environment(), kid))
    console.print(f"{kid} is dropped", highlight=False)


@personal_data_app.command("replay-erasures")
def replay() -> None:
    """Apply every erasure again to the stores of intake and rating and to the mail spool, after a copy was restored."""
    for service, count in asyncio.run(replay_erasures(environment())).items():
        console.print(f"{service}: {count} erasures applied", highlight=False)


def _progress(found: Rewrapping) -> None:
    Console(stderr=True).print(f"{found.collection}: {found.seen} of {found.total}", highlight=False)


def _today() -> str:
    return clock.now().date().isoformat()
