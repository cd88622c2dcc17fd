"""A simulated week: when offices work, when citizens come, and how the clock is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from contracts.claims import Channel
from domain.worktime import ZONE, Calendar, between, shift

WEEK = timedelta(days=7)
WINDOW = timedelta(minutes=30)
"""Simulated time between two ticks at work. Shorter windows cost more ticks; in longer ones nobody could answer in
time for a step of an hour."""

IDLE = timedelta(hours=2)
"""How far the clock moves at once while all offices are closed."""

RUSH = (26, 21, 19, 18, 16)
"""Shares of the week's submissions, from Monday to Friday."""

MORNING, EVENING = time(7), time(22)
"""When people are awake."""


@dataclass(frozen=True)
class Window:
    """A stretch of simulated time; `quiet` when no office is open in it."""

    start: datetime
    end: datetime
    quiet: bool


def windows(start: datetime, calendar: Calendar, length: timedelta = WINDOW) -> Iterator[Window]:
    """The week from `start`, cut up: short windows at work, long ones while offices are closed."""
    at, over = start, start + WEEK
    while at < over:
        quiet = not between(calendar, at, at + length)
        end = min(_idle_until(at, calendar) if quiet else at + length, over)
        yield Window(at, end, quiet)
        at = end


def _idle_until(at: datetime, calendar: Calendar) -> datetime:
    second = timedelta(seconds=1)
    opening = shift(calendar, at, second) - second
    return min(at + IDLE, opening)


def following_monday(moment: datetime) -> datetime:
    """Monday 07:30 at or after a moment."""
    local = moment.astimezone(ZONE)
    monday = local.date() - timedelta(days=local.weekday())
    opening = datetime.combine(monday, time(7, 30), ZONE)
    return opening if opening >= local else opening + WEEK


def working_days(start: datetime, calendar: Calendar) -> list[date]:
    """Monday to Friday of the week, without its holidays; all five if it has nothing but holidays."""
    first = start.astimezone(ZONE).date()
    days = [first + timedelta(days=number) for number in range(7)]
    weekdays = [day for day in days if day.weekday() < len(RUSH)]
    return [day for day in weekdays if calendar.day(day.toordinal()).seconds] or weekdays


def arrival(rng: Random, days: list[date], channel: Channel, calendar: Calendar) -> datetime:
    """When somebody hands in a dossier: at the counter in office hours, online also in the evening."""
    day = rng.choices(days, [RUSH[day.weekday()] for day in days])[0]
    worked = calendar.day(day.toordinal()).seconds
    if channel == "online" or not worked:
        return datetime.combine(day, time(7, 30), ZONE) + timedelta(seconds=rng.randint(0, 52_000))
    midnight = datetime.combine(day, time(0), ZONE)
    # The morning is busier; the last half hour takes nothing in.
    second = round(worked * min(rng.betavariate(1.3, 1.8), 0.94))
    return shift(calendar, midnight, timedelta(seconds=max(1, second)))


def at_leisure(moment: datetime, rng: Random) -> datetime:
    """The moment itself, or the next morning: nobody acts in the night."""
    local = moment.astimezone(ZONE)
    if MORNING <= local.time() < EVENING:
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= EVENING else 0)
    return datetime.combine(day, MORNING, ZONE) + timedelta(seconds=rng.randint(0, 5400))
