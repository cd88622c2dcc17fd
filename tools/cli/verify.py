"""`verify`: an auditor's look at what is signed."""

import asyncio
import json
import os
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tools.cli.main import app
from tools.operations.environment import environment_of_bus
from tools.operations.signature_audit import TOPICS, Audit, audit

verify_app = typer.Typer(help="Signatures: who signed what is on the bus, and what nobody did.", no_args_is_help=True)
app.add_typer(verify_app, name="verify")
console = Console()

SHOWN = 20
"""Bad records that are named; `--json` names the first thousand."""


@verify_app.callback()
def verify() -> None:
    """Make `signatures` a command of a group: others may follow."""


@verify_app.command()
def signatures(
    topic: Annotated[list[str] | None, typer.Option(help=f"Only this topic; of {', '.join(TOPICS)}")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that verify")] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """Verify every signature on the bus, by the keys that the root told of. Exit code 1 if a record lacks its own.

    A bad record was put aside by the services, and is a dead letter: no dossier has it.
    """
    for name in topic or ():
        if name not in TOPICS:
            raise typer.BadParameter(f"nobody signs on {name}: agencies speak on {' and '.join(TOPICS)}")
    settings = environment_of_bus()
    if not settings.root_key:
        raise typer.BadParameter("no root is known, so nobody has to sign: set LIENTHONG_ROOT_KEY to its public key")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("verifying", total=None)
        found = asyncio.run(audit(settings, topic or TOPICS, jobs, lambda count: progress.advance(task, count)))
    typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=1)) if as_json else _print(found)
    raise typer.Exit(1 if found.bad else 0)


def _as_json(found: Audit) -> dict[str, object]:
    return {
        "signed": [{"agency": agency, "kid": kid, "records": n} for (agency, kid), n in sorted(found.signed.items())],
        "unsigned": [{"agency": agency, "records": n} for agency, n in sorted(found.unsigned.items())],
        "bad": [{"agency": agency, "code": code, "records": n} for (agency, code), n in sorted(found.bad.items())],
        "listed": [vars(one) for one in found.listed],
        "others": found.others,
        "unreadable": found.unreadable,
    }


def _print(found: Audit) -> None:
    table = Table("agency", "key, or what is lacking", "records", box=None)
    for (agency, kid), count in sorted(found.signed.items()):
        table.add_row(agency, kid, f"{count:,}")
    for agency, count in sorted(found.unsigned.items()):
        table.add_row(agency, "unsigned, before it had to be", f"{count:,}")
    for (agency, code), count in sorted(found.bad.items()):
        table.add_row(agency or "unknown", f"BAD: {code}", f"{count:,}")
    if table.rows:
        console.print(table)
    for one in found.listed[:SHOWN]:
        console.print(f"{one.place}: {one.code}", highlight=False, markup=False)
    console.print(
        f"{found.signed.total():,} signed · {found.unsigned.total():,} from before · {found.others:,} of portals and "
        f"imports · {found.unreadable:,} no events · {found.bad.total():,} bad",
        highlight=False,
    )
