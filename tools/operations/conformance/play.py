"""A whole play: the turns are played at an agency's program, and the verdicts put together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from domain.procedures import Directory
from domain.procedures.directory import ONE_STOP
from domain.worktime import Calendar
from lienthong_agency.signing import SigningKey
from tools.operations.conformance.judging import judge
from tools.operations.conformance.points import TURNS
from tools.operations.conformance.stage import HEARD, Stage, StageError, in_order
from tools.operations.conformance.turns import Turns
from tools.operations.conformance.verdict import Verdict
from tools.operations.sandbox.listening import Listener
from tools.operations.sandbox.voices import Voices

PREFIX = "conformance-"
"""The ids of submissions begin with it, so that the sandbox's neighbours leave these dossiers alone."""

ROLES = frozenset({ONE_STOP, "commune-committee"})
"""The roles of the steps of `stage.PROCEDURE`: who has both does all steps that are not given to the tested agency."""


@dataclass(frozen=True)
class Surroundings:
    """What a play needs of the installation.

    Attributes:
        bus: for citizens and neighbours.
        echo: for saying an event to the agency once more: as whom that is allowed.
        inbox: topic that the agency reads; empty: the public ones.
        keys: of the neighbours; empty where nobody has to sign.
        directory, calendar: as the installation has them.
    """

    bus: Bus
    echo: Bus
    inbox: str
    keys: Mapping[str, SigningKey]
    directory: Directory
    calendar: Calendar


async def play(
    agency: str, surroundings: Surroundings, patience: float, turns: Collection[str] = TURNS
) -> list[Verdict]:
    """Play turns at an agency's program and judge it.

    Args:
        agency: code of the directory.
        surroundings: of the installation.
        patience: seconds that the program has for each thing that is asked of it.
        turns: those that are played, beside the plain one.

    Raises:
        StageError: the installation's own services do not go on, or there is no such agency.
    """
    publisher, echo = Publisher(surroundings.bus), Publisher(surroundings.echo)
    voices = Voices(publisher, surroundings.keys)
    unit, prefix = unit_beside(agency, surroundings.directory), f"{PREFIX}{clock.random_reference()}-"
    stage = Stage(agency, unit, voices, echo, surroundings.inbox, prefix)
    try:
        async with Listener(surroundings.bus, HEARD, stage.hear) as listener:
            stage.listener = listener
            await Turns(stage, surroundings.calendar, patience).play(turns)
    finally:
        await publisher.stop()
        await echo.stop()
    in_order(stage.courses, stage.strays)
    return judge(stage.courses, signs=bool(surroundings.keys))


def unit_beside(agency: str, directory: Directory) -> str:
    """The receiving unit that is played: the first, beside the agency itself, that does all steps of the procedure.

    Raises:
        StageError: the directory has no such agency, or no other unit.
    """
    if agency not in directory.agencies:
        raise StageError(f"the directory has no agency {agency}: take a code of domain/procedures/agencies.yaml")
    units = sorted(code for code, found in directory.agencies.items() if set(found.roles) >= ROLES and code != agency)
    if not units:
        raise StageError(f"the directory has no other agency with the roles {', '.join(ROLES)}, to be played: add one")
    return units[0]
