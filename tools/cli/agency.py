"""`agency`: connect an agency to the bus, give it new credentials, cut it off."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.runtime import clock
from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings, SettingsError, load_settings
from domain.procedures import load_directory
from domain.worktime import ZONE
from tools.cli.main import app
from tools.operations import access_agency, access_keys
from tools.operations.access_agency import Connection
from tools.operations.environment import ADMIN, environment_of_bus

agency_app = typer.Typer(help="Agencies on the bus: connect them, renew credentials, cut off.", no_args_is_help=True)
app.add_typer(agency_app, name="agency")
console = Console()

DAYS = 365
"""Days for which a key counts. More leaves a stolen key useful for longer; fewer asks for a rotation more often."""

OVERLAP_DAYS = 7
"""Days for which the old key counts after a rotation, so that an agency can change its programs one by one."""

Code = Annotated[str, typer.Argument(help="Code of the directory, for example H29.13")]
Out = Annotated[Path, typer.Option(help="Folder for the credentials; each agency gets one of its own in it")]
RootKey = Annotated[
    Path | None, typer.Option(help="Key file of the root, where agencies have to sign (LIENTHONG_ROOT_KEY)")
]
Days = Annotated[int, typer.Option(min=1, max=3650, help="Days for which the new key counts")]


@agency_app.command()
def root(file: Annotated[Path, typer.Argument(help="File for the key; keep it offline")]) -> None:
    """Make the root's key, which says whose each agency's key is. Its public half goes into LIENTHONG_ROOT_KEY."""
    made = access_keys.make_root(file, load_settings().cluster)
    console.print(f"LIENTHONG_ROOT_KEY={made.public_key}", soft_wrap=True, highlight=False)


@agency_app.command()
def add(code: Code, out: Out = Path("credentials"), root_key: RootKey = None, days: Days = DAYS) -> None:
    """Connect an agency: inbox, rights, user, signing key, and a folder with credentials of mode 0600."""
    connection, now = _connection(_known(code), out, root_key, needed=True), clock.now()
    asyncio.run(access_agency.add(connection, now, now + timedelta(days=days)))
    _tell(connection)


@agency_app.command()
def rotate(
    code: Code,
    out: Out = Path("credentials"),
    root_key: RootKey = None,
    days: Days = DAYS,
    old_until: Annotated[
        datetime | None, typer.Option(help="Until when the old key counts, Vietnam's time; else a week from now")
    ] = None,
) -> None:
    """Give an agency a new password and a new key. The old password ends at once, the old key at a stated moment."""
    connection, now = _connection(_known(code), out, root_key, needed=True), clock.now()
    overlap = old_until.replace(tzinfo=ZONE).astimezone(UTC) if old_until else now + timedelta(days=OVERLAP_DAYS)
    asyncio.run(access_agency.rotate(connection, now, now + timedelta(days=days), overlap))
    _tell(connection)
    if connection.root:
        console.print(f"its old keys count until {overlap.astimezone(ZONE):%Y-%m-%d %H:%M} (Vietnam)")


@agency_app.command()
def revoke(code: Code, root_key: RootKey = None) -> None:
    """Cut an agency off: rights and user end at once, keys are revoked. Exit code 1 where keys still count."""
    connection = _connection(code, Path(), root_key, needed=False)
    done = asyncio.run(access_agency.revoke(connection, clock.now()))
    console.print(f"{code} has no rights and no user any more")
    if not done:
        console.print(f"its keys still count: run `lienthong agency revoke {code} --root-key FILE` with the root's key")
        raise typer.Exit(1)


def _connection(code: str, out: Path, root_key: Path | None, *, needed: bool) -> Connection:
    """The administrator's connection, after the bus has answered.

    Raises:
        SettingsError: the bus asks nobody who he is, or the root's key is needed and not named.
    """
    settings = environment_of_bus(ADMIN)
    if not settings.bus.says_who:
        raise SettingsError(
            "this bus asks nobody who he is (LIENTHONG_KAFKA_SECURITY is PLAINTEXT): there is nothing to connect to"
        )
    if settings.root_key and needed and root_key is None:
        raise SettingsError(
            "agencies have to sign here (LIENTHONG_ROOT_KEY is set): name the root's file by --root-key"
        )
    asyncio.run(_reach(settings))
    signer = access_keys.read_root(root_key, settings.cluster, settings.root_key) if root_key else None
    return Connection(settings, code, out / code, signer)


async def _reach(settings: Settings) -> None:
    """Ask the bus by a client that says why it does not answer."""
    async with Admin(settings.bus):
        pass


def _known(code: str) -> str:
    """A code of the directory.

    Raises:
        SettingsError: there is no such agency.
    """
    if code not in load_directory().agencies:
        raise SettingsError(f"the directory has no agency {code!r}: take a code of domain/procedures/agencies.yaml")
    return code


def _tell(connection: Connection) -> None:
    console.print(f"{connection.code} is connected; its credentials are in {connection.folder}", soft_wrap=True)
    if connection.root:
        console.print("its new key counts for what the bus takes in from two seconds from now on")
