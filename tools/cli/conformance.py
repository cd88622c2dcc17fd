"""`conformance`: dossiers with unusual turns, played at an agency's program, and what is right or wrong about it."""

import asyncio
from typing import Annotated

import typer

from domain.procedures import load_directory
from domain.worktime import load_calendar
from tools.cli.main import app
from tools.operations.access_plan import inbox_topic
from tools.operations.conformance.play import Surroundings, play
from tools.operations.conformance.points import TURNS
from tools.operations.conformance.report import as_json, as_text, is_right, outcomes
from tools.operations.environment import ADMIN, SIMULATOR, environment
from tools.operations.sandbox.kept_keys import kept_keys

PATIENCE = 30.0
"""Seconds. A program answers within one; who starts it by hand beside this needs some. Shorter takes a slow one for
silent; longer is waited for each turn of a program that does nothing."""


@app.command()
def conformance(
    agency: Annotated[str, typer.Option(help="Code of the agency whose program is tested")],
    patience: Annotated[float, typer.Option(min=1, max=3600, help="Seconds it has for each thing asked")] = PATIENCE,
    turn: Annotated[list[str] | None, typer.Option(help=f"Only these of {', '.join(TURNS)} [default: all]")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Test an agency's program with unusual dossiers.

    They are played at the program while it runs, and it is told point by point what is right or wrong about it. Exit
    code 1 if something is wrong. It needs an installation to play in, such as `lienthong sandbox`.
    """
    if unknown := sorted(set(turn or ()) - set(TURNS)):
        raise typer.BadParameter(f"no turn {unknown[0]}: there are {', '.join(TURNS)}")
    settings = environment(SIMULATOR)
    surroundings = Surroundings(
        bus=settings.bus,
        echo=environment(ADMIN).bus,
        inbox=inbox_topic(agency) if settings.bus.says_who else "",
        keys=kept_keys(settings.home),
        directory=load_directory(),
        calendar=load_calendar(settings.calendar),
    )
    found = outcomes(asyncio.run(play(agency, surroundings, patience, turn or TURNS)))
    if json:
        typer.echo(as_json(agency, found))
    else:
        for line in as_text(agency, found):
            typer.echo(line)
    raise typer.Exit(0 if is_right(found) else 1)
