"""How each agency works: its speed, its backlog, its habits."""

from dataclasses import dataclass
from random import Random

from domain.procedures import Agency, Directory
from tools.simulator.draws import draw

SLOW = 0.16
"""Share of the agencies of each level that are short of people."""

COLLECTORS = frozenset({"tax", "land-registry"})
"""Roles whose work ends in something to pay (nghĩa vụ tài chính)."""


@dataclass(frozen=True)
class Profile:
    """Habits of one agency; shares are of its dossiers.

    Attributes:
        agency: its code.
        officers: service codes of those who do the work.
        pace: time it takes for a step, as a mean share of the step's limit.
        spread: how much that varies.
        backlog: hours a dossier lies before somebody takes it up, on average.
        manners: how well citizens are treated, from 0 to 1.
        upstairs: the agency of the same role above it, which takes over now and then.
        sends_back: an earlier step has to be done again.
        needs_supplement, needs_payment: the citizen has to bring or to pay something first.
        forgets: custody is not acknowledged.
        impossible: something that can not be true is reported besides.
        writes_late: a finished step is reported hours later, with its true time.
        hands_up: the step is forwarded to the agency above, where there is one of its role.
        explains: delays are explained when an explanation is required.
        consults: another agency is asked for its opinion.
        opines: an opinion that is asked for is given.
    """

    agency: str
    officers: tuple[str, ...]
    pace: float
    spread: float
    backlog: float
    manners: float
    upstairs: str | None
    sends_back: float
    needs_supplement: float
    needs_payment: float
    forgets: float
    impossible: float
    writes_late: float
    hands_up: float
    explains: float
    consults: float
    opines: float


def profile_of(agency: Agency, directory: Directory, seed: int) -> Profile:
    """The habits of an agency; those of a province differ from seed to seed."""
    rng = draw(seed, "profile", agency.code)
    slow = agency.code in _slow(agency.level, directory, seed)
    collects = bool(COLLECTORS.intersection(agency.roles))
    return Profile(
        agency=agency.code,
        officers=tuple(f"{agency.code}-cb{number:02d}" for number in range(1, rng.randint(3, 8))),
        pace=rng.uniform(0.7, 0.9) if slow else rng.uniform(0.42, 0.66),
        spread=rng.uniform(0.15, 0.35),
        backlog=rng.uniform(0.6, 1.2) if slow else rng.uniform(0.1, 0.5),
        manners=rng.uniform(0.45, 0.6) if slow else rng.uniform(0.6, 0.85),
        upstairs=_upstairs(agency, directory),
        needs_payment=rng.uniform(0.15, 0.3) if collects else 0.01,
        hands_up=0.06,
        **_habits(rng),
    )


def _slow(level: str, directory: Directory, seed: int) -> list[str]:
    """Those of one level that are short of people: others in every province, always as many."""
    peers = sorted(agency.code for agency in directory.agencies.values() if agency.level == level)
    return draw(seed, "slow", level).sample(peers, round(SLOW * len(peers)))


def _upstairs(agency: Agency, directory: Directory) -> str | None:
    above = next(directory.superiors(agency.code), None)
    return above.code if above and set(above.roles) & set(agency.roles) else None


def _habits(rng: Random) -> dict[str, float]:
    return {
        "sends_back": rng.uniform(0.01, 0.06),
        "needs_supplement": rng.uniform(0.02, 0.07),
        "forgets": rng.uniform(0.01, 0.08),
        "impossible": rng.uniform(0.002, 0.015),
        "writes_late": rng.uniform(0.0, 0.02),
        "explains": rng.uniform(0.4, 0.95),
        "consults": rng.uniform(0.01, 0.04),
        "opines": rng.uniform(0.7, 0.98),
    }
