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
from tools.operations import dead_letter_actions as letter_deeds
from tools.operations import dead_letters as letters
from tools.operations.environment import surroundings_of_bus

letters_app = typer.Typer(help="Records that a service could not take.", no_args_is_help=True)
app.add_typer(letters_app, name="dead-letters")
console = Console()

DUMPED = 16
"""Bytes in a line of a dump."""

Names = Annotated[list[str], typer.Argument(help="service/partition/offset …")]
By = Annotated[str, typer.Option("--by", help="Who does it; without it, the user of this computer")]


@letters_app.command("list")
def list_letters(
    service: Annotated[str | None, typer.Argument(help="Only of this service")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were replayed or discarded")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """Dead letters with their reasons, and what was done with them."""
    if service not in (None, *SERVICES):
        raise typer.BadParameter(f"no service {service}: there are {', '.join(SERVICES)}")
    found = [one for one in asyncio.run(_letters(service)) if everything or not one.settled]
    if as_json:
        typer.echo(json.dumps([_told(one) for one in found], ensure_ascii=False, indent=1))
        return
    table = Table("name", "put aside", "from", "bytes", "status", "reason")
    for one in found:
        size = one.cut or (str(len(one.value)) if one.value is not None else "none")
        origin = f"{one.topic}/{one.partition}/{one.offset}"
        row = (one.name, f"{one.at:%Y-%m-%d %H:%M:%S}", origin, size, one.status, one.reason)
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table if found else "no dead letters")


@letters_app.command("show")
def show_letter(
    name: Annotated[str, typer.Argument(help="service/partition/offset")],
    dump: Annotated[bool, typer.Option("--bytes", help="Also its bytes, as hex and text")] = False,
    out: Annotated[Path | None, typer.Option(help="Write its bytes to this file, which must not exist")] = None,
) -> None:
    """One dead letter: why it is here, where it came from, its headers, what was done with it."""
    kafka = surroundings_of_bus()
    [letter] = asyncio.run(letters.find(kafka, [name]))
    typer.echo(f"{letter.name}  {letter.status}  put aside {letter.at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo(f"reason  {printable(letter.reason)}")
    typer.echo(f"from    {printable(letter.topic)}, partition {letter.partition}, offset {letter.offset}")
    typer.echo(f"key     {printable((letter.key or b'').decode(errors='backslashreplace')) or 'none'}")
    for header, text in letter.headers:
        typer.echo(f"header  {printable(header)}: {printable(text)}")
    for action in letter.actions:
        typer.echo(
            f"action  {action.at:%Y-%m-%d %H:%M:%S} UTC {printable(f'{action.what} by {action.by}: {action.why}')}"
        )
    if dump or out:
        # What the letter lacks is read again where it came from.
        _give(letter.value if letter.whole else asyncio.run(letter_deeds.original(kafka, letter)).value, out)


@letters_app.command("replay")
def replay_letters(
    names: Annotated[list[str], typer.Argument(help="service/partition/offset …; or a service, for all its open ones")],
    by: By = "",
    why: Annotated[str, typer.Option(help="Why it will be taken this time")] = "",
) -> None:
    """Put records back where they came from, once their cause is mended. Every service reads them again: harmless.

    A record is read again where its letter says it stands; where that is not what the letter holds, it is refused.
    """

    async def put_back() -> int:
        kafka = surroundings_of_bus()
        single = [name for name in names if name not in SERVICES]
        found = await letters.find(kafka, single)
        for name in dict.fromkeys(names):
            waiting = await letters.open_letters(kafka, name) if name in SERVICES else []
            found += [letter for letter in waiting if not letter.is_order]
        unique = {letter.name: letter for letter in found}
        await letter_deeds.replay(kafka, list(unique.values()), by or operator(), why)
        return len(unique)

    typer.echo(f"{asyncio.run(put_back())} put back")


@letters_app.command("discard")
def discard_letters(
    names: Names,
    why: Annotated[str, typer.Option(help="Why nothing has to be done; stays on record")],
    by: By = "",
) -> None:
    """Note that nothing is to be done with them. They stay on record, with this note."""

    async def note() -> int:
        kafka = surroundings_of_bus()
        found = await letters.find(kafka, names)
        await letter_deeds.discard(kafka, found, by or operator(), why)
        return len(found)

    typer.echo(f"{asyncio.run(note())} discarded")


def printable(text: str) -> str:
    """The text, with everything that a terminal would obey written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def dumped(value: bytes) -> Iterator[str]:
    """Bytes as offset, hex and text, a line for every sixteen."""
    for start in range(0, len(value), DUMPED):
        part = value[start : start + DUMPED]
        text = "".join(chr(byte) if chr(byte).isascii() and chr(byte).isprintable() else "." for byte in part)
        yield f"{start:08x}  {part.hex(' '):<{DUMPED * 3 - 1}}  {text}"


async def _letters(service: str | None) -> list[letters.Letter]:
    kafka = surroundings_of_bus()
    return [one for name in ([service] if service else SERVICES) for one in await letters.letters_of(kafka, name)]


def _told(letter: letters.Letter) -> dict[str, Any]:
    """A letter for scripts; its bytes are shown only by `show`."""
    done = [{"what": a.what, "at": a.at.isoformat(), "by": a.by, "why": a.why} for a in letter.actions]
    return {
        "name": letter.name,
        "at": letter.at.isoformat(),
        "status": letter.status,
        "reason": letter.reason,
        "from": {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset},
        "bytes": None if letter.value is None else len(letter.value),
        "cut": letter.cut or None,
        "actions": done,
    }


def _give(value: bytes | None, out: Path | None) -> None:
    if out is not None:
        try:
            with out.open("xb") as file:
                file.write(value or b"")
        except OSError as error:
            raise letters.LetterError(f"{out} can not be written: {error.strerror}; name a new file") from None
        typer.echo(f"{len(value or b'')} bytes in {out}")
        return
    for line in dumped(value) if value is not None else ["no value"]:
        typer.echo(line)
