"""The week's applications: who asks for what, where and when, and what they get wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import TypeVar

from contracts import claims
from contracts.claims import Channel
from domain.procedures import Catalogue, Condition, Directory, EligibilityRule, Procedure
from domain.worktime import Calendar
from tools.simulator.actions import Action
from tools.simulator.citizens import submitted
from tools.simulator.draws import draw, minutes
from tools.simulator.week import arrival, working_days

DAYS = {"working-hours": 0.125, "working-days": 1.0, "calendar-days": 0.7, "months": 21.0}
"""Roughly how many working days a unit of a limit is."""

INCOMPLETE = 0.11
"""Share of the applications that lack an item of the checklist. With the other shares, it keeps every path walked."""

NOT_ELIGIBLE = 0.02
"""Share of the applications that are not eligible, and are refused."""

NEEDS_MORE = 0.5
"""How often a dossier declares what makes a further step necessary."""

SENT_TWICE = 0.02
"""Share of the applications that the portal sends a second time."""

ELSEWHERE = 0.07
"""Filed at another unit than the own commune's (Decree 118/2025)."""

AT_COMMUNE = 0.25
"""Matters of the province that are filed at a commune."""

CHANNELS: dict[Channel, int] = {"counter": 45, "online": 48, "post": 7}
"""Of a hundred citizens, so many apply this way."""

ENGLISH = 0.03
"""Share of the citizens who want their messages in English."""

OPTIONAL = 0.4
"""Share of the optional items that are handed in."""

Declared = dict[str, str | int | bool]
T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """One week to be played.

    Attributes:
        dossiers: how many citizens apply.
        seed: of all chance.
        start: a Monday, 07:30.
        timeline: the clock it is told by; also begins every submission's id.
    """

    dossiers: int
    seed: int
    start: datetime
    timeline: str


@dataclass(frozen=True)
class Market:
    """The procedures that can be applied for and the units that take them, each with its weight."""

    procedures: Mapping[Procedure, float]
    communes: Mapping[str, float]
    centres: Sequence[str]
    days: list[date]
    calendar: Calendar


def market(plan: Plan, catalogue: Catalogue, directory: Directory, calendar: Calendar) -> Market:
    """Short procedures are asked for most: a week shows little of those that take a month."""
    units = [agency for agency in directory.agencies.values() if "one-stop" in agency.roles]
    communes = [unit.code for unit in units if unit.level == "commune"] or [unit.code for unit in units]
    centres = [unit.code for unit in units if unit.level == "province"] or communes
    return Market(
        procedures={listed: _days(listed) ** -1.25 for listed in catalogue.values()},
        communes={code: draw(plan.seed, "size", code).uniform(0.5, 2) for code in communes},
        centres=centres,
        days=working_days(plan.start, calendar),
        calendar=calendar,
    )


def _days(procedure: Procedure) -> float:
    return max(procedure.limit.value * DAYS[procedure.limit.unit], 0.5)


def applications(plan: Plan, found: Market) -> Iterator[Action]:
    """Every application of the week; a few are sent twice."""
    for number in range(1, plan.dossiers + 1):
        submission = f"{plan.timeline}-{number:05d}"
        rng = draw(plan.seed, "application", submission)
        action = _application(submission, found, rng)
        yield action
        if rng.random() < SENT_TWICE:
            yield replace(action, at=action.at + minutes(rng, 1, 120), happened=action.at)


def _application(submission: str, found: Market, rng: Random) -> Action:
    procedure = _one_of(found.procedures, rng)
    channel = _one_of({name: CHANNELS[name] for name in procedure.channels}, rng)
    unit, competent = _where(procedure, found, rng)
    attributes, channel = _declared(procedure, channel, rng)
    claim = claims.Application(
        procedure=procedure.code,
        channel=channel,
        receiving_unit=unit,
        competent_agency=competent,
        components=_handed_in(procedure, rng),
        attributes=attributes,
        language="en" if rng.random() < ENGLISH else "vi",
    )
    return submitted(submission, claim, arrival(rng, found.days, channel, found.calendar))


def _one_of(shares: Mapping[T, float], rng: Random) -> T:
    return rng.choices(list(shares), list(shares.values()))[0]


def _where(procedure: Procedure, found: Market, rng: Random) -> tuple[str, str | None]:
    """The receiving unit, and the commune the matter belongs to where that is another."""
    home = _one_of(found.communes, rng)
    if procedure.level == "province":
        return (home if rng.random() < AT_COMMUNE else rng.choice(found.centres)), None
    if rng.random() >= ELSEWHERE:
        return home, None
    return rng.choice([*found.centres, *found.communes]), home


def _handed_in(procedure: Procedure, rng: Random) -> tuple[str, ...]:
    """The items of the checklist that are handed in."""
    required = [item.id for item in procedure.checklist if item.required]
    optional = [item.id for item in procedure.checklist if not item.required and rng.random() < OPTIONAL]
    if required and rng.random() < INCOMPLETE:
        forgotten = set(rng.sample(required, min(len(required), rng.choice((1, 1, 1, 2)))))
        required = [item for item in required if item not in forgotten]
    return (*required, *optional)


def _declared(procedure: Procedure, channel: Channel, rng: Random) -> tuple[Declared, Channel]:
    """Attributes that pass every rule; for a few something that does not, or a way that is not offered."""
    declared: Declared = {}
    for rule in procedure.eligibility:
        declared[rule.attribute] = _passing(rule, declared.get(rule.attribute))
    for when in [step.when for step in procedure.steps if step.when]:
        if when.attribute not in declared and rng.random() < NEEDS_MORE:
            declared[when.attribute] = _passing(when, None)
    if rng.random() >= NOT_ELIGIBLE:
        return declared, channel
    closed = [name for name in CHANNELS if name not in procedure.channels]
    if procedure.eligibility:
        rule = rng.choice(procedure.eligibility)
        declared[rule.attribute] = _failing(rule)
    elif closed:
        channel = rng.choice(closed)
    return declared, channel


def _passing(rule: Condition, other: str | int | bool | None) -> str | int | bool:
    """A value that passes, also by another rule on the same attribute."""
    if rule.one_of is not None:
        return rule.one_of[0]
    if rule.at_least is not None:
        return max(rule.at_least, int(other or 0))
    most = rule.at_most or 0
    return most if other is None else min(most, int(other))


def _failing(rule: EligibilityRule) -> str | int | bool:
    if rule.one_of is not None:
        return not rule.one_of[0] if isinstance(rule.one_of[0], bool) else "other"
    return rule.at_least - 1 if rule.at_least is not None else (rule.at_most or 0) + 1
