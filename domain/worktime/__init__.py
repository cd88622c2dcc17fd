"""Working time: limits, working calendars, due moments and the reckoning behind them.

Every moment is an aware datetime; every day and every office hour is reckoned in Asia/Ho_Chi_Minh. Nothing here reads
a clock. Fractions of a second are dropped before anything is counted, so all results are exact to the second.
"""

from contracts.text import Lines, Text
from domain.worktime.calendar import ZONE, Calendar, Exceptional, Reason, Span
from domain.worktime.clock import Clock, Effect, Stretch, Wait
from domain.worktime.errors import CalendarError, ClockError, DataError, LimitError
from domain.worktime.explain import explain
from domain.worktime.limit import Limit, Unit
from domain.worktime.load import Changes, load_calendar, load_changes
from domain.worktime.reckon import LATE_IN_THE_DAY, between, due_at, shift, worked
from domain.worktime.working_out import Due, Line, add, days_of, due_of

__all__ = [
    "LATE_IN_THE_DAY",
    "ZONE",
    "Calendar",
    "CalendarError",
    "Changes",
    "Clock",
    "ClockError",
    "DataError",
    "Due",
    "Effect",
    "Exceptional",
    "Limit",
    "LimitError",
    "Line",
    "Lines",
    "Reason",
    "Span",
    "Stretch",
    "Text",
    "Unit",
    "Wait",
    "add",
    "between",
    "days_of",
    "due_at",
    "due_of",
    "explain",
    "load_calendar",
    "load_changes",
    "shift",
    "worked",
]
