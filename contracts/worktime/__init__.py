"""Working time: limits, working calendars, due moments and the reckoning behind them.

Every moment is an aware datetime; every day and every office hour is reckoned in Asia/Ho_Chi_Minh. Nothing here reads
a clock. Fractions of a second are dropped before anything is counted, so all results are exact to the second.
"""

from contracts.worktime.calendar import ZONE, Calendar, Exceptional, Reason, Span
from contracts.worktime.errors import CalendarError, DataError, LimitError
from contracts.worktime.limit import Limit, Unit
from contracts.worktime.load import load_calendar
from contracts.worktime.reckon import between, due_at, shift
from contracts.worktime.text import Lines, Text
from contracts.worktime.working_out import Due, Line, add

__all__ = [
    "ZONE",
    "Calendar",
    "CalendarError",
    "DataError",
    "Due",
    "Exceptional",
    "Limit",
    "LimitError",
    "Line",
    "Lines",
    "Reason",
    "Span",
    "Text",
    "Unit",
    "add",
    "between",
    "due_at",
    "load_calendar",
    "shift",
]
