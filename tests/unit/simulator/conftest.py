import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from domain.procedures import Catalogue, Directory, load_catalogue, load_directory
from domain.worktime import ZONE, Calendar, load_calendar
from tests.unit.simulator.case import AT, CODE, RECEIVED
from tests.unit.simulator.harness import Harness
from tools.simulator import Moment, Plan, Summary, play
from tools.simulator.agents import Office
from tools.simulator.read_model import Dossier

MONDAY = datetime(2026, 1, 12, 7, 30, tzinfo=ZONE)


@dataclass(frozen=True)
class Week:
    plan: Plan
    harness: Harness
    summary: Summary
    moments: list[Moment]


@pytest.fixture(scope="session")
def directory() -> Directory:
    return load_directory()


@pytest.fixture(scope="session")
def catalogue(directory: Directory) -> Catalogue:
    return load_catalogue(directory=directory)


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return load_calendar()


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Plan(100, 1, MONDAY, "sim-1-1")


def live_through(plan: Plan, catalogue: Catalogue, directory: Directory, calendar: Calendar) -> Week:
    harness, moments = Harness(), list[Moment]()
    summary = asyncio.run(play(plan, harness, catalogue, directory, calendar, on_window=moments.append))
    return Week(plan, harness, summary, moments)


@pytest.fixture(scope="session")
def week(plan: Plan, catalogue: Catalogue, directory: Directory, calendar: Calendar) -> Week:
    """A hundred dossiers through all services, from Monday to Monday."""
    return live_through(plan, catalogue, directory, calendar)


@pytest.fixture
def office(calendar: Calendar) -> Office:
    return Office(1, calendar, AT + timedelta(minutes=20), ("H29", "H29.02", "H29.05", "H29.16.01"))


@pytest.fixture
def dossier() -> Dossier:
    return Dossier(CODE, received=RECEIVED)
