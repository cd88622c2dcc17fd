"""`dead-letters`: list, show, replay and discard what a service could not take."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.topics import SERVICES
from tools.cli.main import app
from tools.cli.operator import operator
from tools.operations import dead_letter_actions, dead_letters
from tools.operations.dead_letters import DeadLetter, DeadLetterError
from tools.operations.environment import known_bus

dead_letters_app = typer.Typer(help="Records that a service could not take.", no_args_is_help=True)
app.add_typer(dead_letters_app, name="dead-letters")
console = Console()

DUMPED = 16
"""Bytes in a line of a dump: as many as other programs show, so that hex and text fit 80 columns."""

By = Annotated[str, typer.Option("--by", help="Who does it; without it, the user of this computer")]


@dead_letters_app.command("list")
def list_them(
    service: Annotated[str | None, typer.Argument(help="Only of this service")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were replayed or discarded")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """Dead letters with their reasons, and what was done with them."""
    if service not in (None, *SERVICES):
        raise typer.BadParameter(f"no service {service}: there are {', '.join(SERVICES)}")
    wanted = [service] if service else SERVICES
    found = [
        dead_letter
        for dead_letter in asyncio.run(dead_letters.list_of_all(known_bus(), wanted))
        if everything or not dead_letter.settled
    ]
    if as_json:
        typer.echo(json.dumps(list(map(_as_json, found)), ensure_ascii=False, indent=1))
        return
    table = Table("name", "put aside", "from", "bytes", "status", "reason")
    for dead_letter in found:
        table.add_row(*(Text(printable(cell)) for cell in _row(dead_letter)))
    console.print(table if found else "no dead letters")


def _row(found: DeadLetter) -> tuple[str, ...]:
    size = found.cut or (str(len(found.value)) if found.value is not None else "none")
    origin = f"{found.topic}/{found.partition}/{found.offset}"
    return found.name, f"{found.at:%Y-%m-%d %H:%M:%S}", origin, size, found.status, found.reason


@dead_letters_app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="service/partition/offset")],
    dump: Annotated[bool, typer.Option("--bytes", help="Also its bytes, as hex and text")] = False,
    out: Annotated[Path | None, typer.Option(help="Write its bytes to this file, which must not exist")] = None,
) -> None:
    """One dead letter: why it is here, where it came from, its headers, what was done with it."""
    bus = known_bus()
    [found] = asyncio.run(dead_letters.find(bus, [name]))
    typer.echo(f"{found.name}  {found.status}  put aside {found.at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo(f"reason  {printable(found.reason)}")
    typer.echo(f"from    {printable(found.topic)}, partition {found.partition}, offset {found.offset}")
    typer.echo(f"key     {printable((found.key or b'').decode(errors='backslashreplace')) or 'none'}")
    for header, text in found.headers:
        typer.echo(f"header  {printable(header)}: {printable(text)}")
    for action in found.actions:
        done = printable(f"{action.what} by {action.by}: {action.why}")
        typer.echo(f"action  {action.at:%Y-%m-%d %H:%M:%S} UTC {done}")
    if dump or out:
        _give(asyncio.run(dead_letter_actions.whole_value(bus, found)), out)


@dead_letters_app.command("replay")
def replay(
    names: Annotated[list[str], typer.Argument(help="service/partition/offset …; or a service, for all its open ones")],
    by: By = "",
    why: Annotated[str, typer.Option(help="Why it will be taken this time")] = "",
) -> None:
    """Put records back where they came from, once their cause is mended. Every service reads them again: harmless.

    A record is read again where its dead letter says that it stands. If it is not what the dead letter holds, it is
    refused.
    """
    count = asyncio.run(dead_letter_actions.replay_named(known_bus(), names, by or operator(), why))
    typer.echo(f"{count} put back")


@dead_letters_app.command("discard")
def discard(
    names: Annotated[list[str], typer.Argument(help="service/partition/offset …")],
    why: Annotated[str, typer.Option(help="Why nothing has to be done; stays on record")],
    by: By = "",
) -> None:
    """Note that nothing is to be done with them. They stay on record, with this note."""
    count = asyncio.run(dead_letter_actions.discard_named(known_bus(), names, by or operator(), why))
    typer.echo(f"{count} discarded")


def printable(text: str) -> str:
    """The text, with everything that a terminal would obey written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def dumped(value: bytes) -> Iterator[str]:
    """Bytes as offset, hex and text, a line for every sixteen."""
    for start in range(0, len(value), DUMPED):
        part = value[start : start + DUMPED]
        text = "".join(chr(byte) if chr(byte).isascii() and chr(byte).isprintable() else "." for byte in part)
        yield f"{start:08x}  {part.hex(' '):<{DUMPED * 3 - 1}}  {text}"


def _as_json(found: DeadLetter) -> dict[str, Any]:
    """A dead letter for scripts; its bytes are shown only by `show`."""
    done = [{"what": a.what, "at": a.at.isoformat(), "by": a.by, "why": a.why} for a in found.actions]
    return {
        "name": found.name,
        "at": found.at.isoformat(),
        "status": found.status,
        "reason": found.reason,
        "from": {"topic": found.topic, "partition": found.partition, "offset": found.offset},
        "bytes": None if found.value is None else len(found.value),
        "cut": found.cut or None,
        "actions": done,
    }


def _give(value: bytes | None, out: Path | None) -> None:
    """Write bytes to a new file, or show them.

    Raises:
        DeadLetterError: the file exists, or can not be written.
    """
    if out is not None:
        try:
            with out.open("xb") as file:
                file.write(value or b"")
        except OSError as error:
            raise DeadLetterError(f"{out} can not be written: {error.strerror}; name a new file") from None
        typer.echo(f"{len(value or b'')} bytes in {out}")
        return
    for line in dumped(value) if value is not None else ["no value"]:
        typer.echo(line)
