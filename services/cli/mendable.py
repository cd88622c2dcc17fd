"""Errors whose cause the user can mend, and whose sentence says how."""

from chassis.admin import BusError
from chassis.fault import ProcessFaultError
from chassis.settings import SettingsError
from chassis.skipping import SkipError
from chassis.store import StoreError
from contracts.worktime import ClockError, DataError, LimitError
from deploy.embedded import StackError
from services.cli.letters import LetterError
from services.cli.resending import ResendError
from services.cli.surroundings import NotReadyError, NotRunningError

MENDABLE = (
    NotRunningError,
    NotReadyError,
    LetterError,
    ResendError,
    SettingsError,
    BusError,
    SkipError,
    ProcessFaultError,
    StackError,
    StoreError,
    ClockError,
    DataError,
    LimitError,
)
