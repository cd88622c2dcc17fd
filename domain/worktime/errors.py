class DataError(ValueError):
    """A data file of the contracts cannot be used.

    Attributes:
        file: name of the file the data came from.
        place: where in the file, as a dotted path of keys (`years.2026.days_off.0`) or a code.
        problem: what is wrong there.
        remedy: what an operator can do about it.
    """

    def __init__(self, file: str, place: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {place}: {problem}; {remedy}")
        self.file = file
        self.place = place
        self.problem = problem
        self.remedy = remedy


class CalendarError(DataError):
    """A working calendar is broken or contradicts itself."""


class LimitError(ValueError):
    """A text is no time limit."""


class ClockError(ValueError):
    """A clock cannot be what it is said to be, or has no due moment to tell of."""
