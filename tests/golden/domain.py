"""The golden values of the domain: what folds ask of it, over a table of calendars, limits and moments.

Procedures are not among them: no fold looks at the catalogue. What a fold needs of a procedure is in the receipt.
"""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

from contracts.calendar_changes import ChangedDay
from domain import DOMAIN_VERSION
from domain.rules import load_rule_sets
from domain.rules.late import counts_from, tolerance
from domain.worktime import ZONE, Calendar, Clock, Limit, Span, Wait, between, due_at, shift, worked
from domain.worktime.announced import exceptional
from domain.worktime.public_holidays import make_up_days, public_holidays
from tests.given import OFFICE
from tests.golden.keeping import Golden
from tests.golden.stories import UNIT

SATURDAYS = Calendar(OFFICE.hours, week=(*[OFFICE.hours] * 5, (Span(27_000, 41_400),), ()))
DAYS = (
    ChangedDay(on="2026-03-04", vi="Nghỉ bão", en="Storm"),
    ChangedDay(on="2026-03-07", hours=("07:30-11:30",), vi="Làm bù", en="Make-up"),
)
STORM = OFFICE.amended(map(exceptional, DAYS))
CALENDARS = {"office": OFFICE, "saturdays": SATURDAYS, "storm": STORM}
LIMITS = ("8 working-hours", "3 working-days", "10 calendar-days", "1 months", "same-day")
YEARS = (2019, 2025, 2026, 2027)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


STARTS = tuple(map(_at, ("2026-01-30T10:00", "2026-02-12T15:30", "2026-03-02T07:00", "2026-03-06T16:59:59")))
"""A Friday before a month without its day, the week before Tết, before the opening, before the closing."""

WAITS = {
    "paused": (Wait("payment", _at("2026-03-03T09:00"), _at("2026-03-05T10:00")),),
    "restarted": (Wait("supplement", _at("2026-03-03T09:00"), _at("2026-03-05T10:00"), effect="restarts"),),
    "overlapping": (
        Wait("payment", _at("2026-03-03T09:00"), _at("2026-03-04T10:00")),
        Wait("consultation", _at("2026-03-03T14:00"), _at("2026-03-04T16:00")),
    ),
    "standing": (Wait("payment", _at("2026-03-03T09:00")),),
}


def values() -> dict[str, Any]:
    """What the domain makes of the table now."""
    return {
        "due": _due(),
        "clocks": _clocks(),
        "working time": _working_time(),
        "late reports": _late_reports(),
        "rule sets": {str(year): load_rule_sets().on(_at(f"{year}-06-21T08:00")).name for year in YEARS},
        "public holidays": {str(year): sorted(map(str, public_holidays(year))) for year in YEARS},
        "make-up days": {str(year): sorted(map(str, make_up_days(year))) for year in YEARS},
    }


def _due() -> dict[str, str]:
    found = product(CALENDARS, LIMITS, STARTS)
    return {
        f"{calendar}: {limit} from {start.isoformat()}": _told(due_at(CALENDARS[calendar], start, Limit.parse(limit)))
        for calendar, limit, start in found
    }


def _clocks() -> dict[str, list[Any]]:
    """When a clock is due, the whole budget, and what is used of it a week later."""
    start, later = _at("2026-03-02T09:00"), _at("2026-03-09T09:00")
    clocks = {
        f"{calendar}: {limit} {waits}": Clock(CALENDARS[calendar], start, Limit.parse(limit), waits=WAITS[waits])
        for calendar, limit, waits in product(CALENDARS, LIMITS, WAITS)
    }
    return {name: [clock.due and _told(clock.due), clock.allowed, clock.used(later)] for name, clock in clocks.items()}


def _working_time() -> dict[str, list[Any]]:
    """Seconds from the first moment to the last, and the moments a day of work before and after the first."""
    day = worked(Limit.parse("1 working-days"), OFFICE)
    return {
        name: [
            int(between(calendar, STARTS[0], STARTS[-1]).total_seconds()),
            _told(shift(calendar, STARTS[0], -day)),
            _told(shift(calendar, STARTS[0], day)),
        ]
        for name, calendar in CALENDARS.items()
    }


def _late_reports() -> dict[str, list[Any]]:
    """How late something may be told, and what a claim counts from that is told in time and too late."""
    told = {}
    for name, rules in load_rule_sets().by_name.items():
        late, taken_in = tolerance(rules, OFFICE), _at("2026-03-06T10:00")
        edge = shift(OFFICE, taken_in, -late)
        claims = [_told(counts_from(rules, OFFICE, edge + timedelta(hours=hours), taken_in)) for hours in (0, -4, -40)]
        told[name] = [int(late.total_seconds()), *claims]
    return told


def _told(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat()


def golden_domain() -> Golden:
    """The golden values of the domain."""
    constant = "DOMAIN_VERSION in domain/__init__.py"
    return Golden("domain", UNIT / "domain" / "golden", f"domain {DOMAIN_VERSION}", constant, values)
