"""`access`: rights on the bus."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings, load_settings
from tools.cli.main import app
from tools.operations import access
from tools.operations.access_agency import connected
from tools.operations.access_plan import Plan, plan
from tools.operations.environment import ADMIN, environment_of_bus, known_bus
from tools.operations.registry import all_services

access_app = typer.Typer(help="Rights on the bus: plan them, compare, give them.", no_args_is_help=True)
app.add_typer(access_app, name="access")
console = Console()

Agencies = Annotated[
    list[str] | None, typer.Option("--agency", help="Code of one that is connected; without it, those on the bus")
]


@access_app.command("plan")
def show_plan(agency: Agencies = None) -> None:
    """Who may do what, as it follows from who owns each topic. Without --agency the bus is asked who is connected."""
    table = Table("principal", "may", "what")
    settings = load_settings() if agency else environment_of_bus(ADMIN)
    for right in sorted(_plan(settings, agency)):
        table.add_row(right.principal, right.operation, f"{right.resource} {right.name}{'*' if right.prefixed else ''}")
    console.print(table)


@access_app.command("diff")
def show_difference(agency: Agencies = None) -> None:
    """What the bus lacks (+), and what nobody planned (-). Exit code 1 where there is either."""
    bus = _reached()
    found = access.compare(bus, _plan(environment_of_bus(ADMIN), agency))
    for sign, rights in (("+", found.missing), ("-", found.unplanned)):
        for right in rights:
            console.print(f"{sign} {right}", highlight=False, markup=False, soft_wrap=True)
    if found.missing or found.unplanned:
        raise typer.Exit(1)
    console.print("the bus is as planned")


@access_app.command("apply")
def apply_plan(agency: Agencies = None) -> None:
    """Give what is missing, then take away what nobody planned, of our own principals alone."""
    bus = _reached()
    done = access.apply(bus, _plan(environment_of_bus(ADMIN), agency))
    for word, rights in (("given", done.missing), ("taken away", done.unplanned)):
        for right in rights:
            console.print(f"{word}: {right}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"{len(done.missing)} given, {len(done.unplanned)} taken away")


def _plan(settings: Settings, agencies: list[str] | None) -> Plan:
    codes = connected(settings.bus) if agencies is None else agencies
    return plan(all_services(settings), settings.group_prefix, codes)


def _reached() -> Bus:
    """The bus as its administrator. Asked first by a client that says why it does not answer.

    Raises:
        BusError: it does not answer, or does not know us.
    """

    async def reach(bus: Bus) -> None:
        async with Admin(bus):
            pass

    bus = known_bus(ADMIN)
    asyncio.run(reach(bus))
    return bus
