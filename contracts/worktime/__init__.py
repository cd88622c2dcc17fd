"""Working time: limits, working calendars, due moments and the reckoning behind them.

Every moment is an aware datetime; every day and every office hour is reckoned in Asia/Ho_Chi_Minh. Nothing here reads
a clock. Fractions of a second are dropped before anything is counted, so all results are exact to the second.
"""

from contracts.worktime.calendar import ZONE, Calendar, Exceptional, Reason, Span
from contracts.worktime.clock import Clock, Effect, Stretch, Wait
from contracts.worktime.errors import CalendarError, ClockError, DataError, LimitError
from contracts.worktime.explain import explain
from contracts.worktime.limit import Limit, Unit
from contracts.worktime.load import Changes, load_calendar, load_changes
from contracts.worktime.reckon import LATE_IN_THE_DAY, between, due_at, shift, worked
from contracts.worktime.text import Lines, Text
from contracts.worktime.working_out import Due, Line, add, days_of, due_of

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
