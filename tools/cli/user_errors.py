"""Errors whose cause the user can mend, and whose sentence says how."""

from chassis.core.fault import ProcessFaultError
from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.skipping import SkipError
from chassis.runtime.settings import SettingsError
from chassis.runtime.store.mongo import StoreError
from deploy.embedded import StackError
from domain.worktime import ClockError, DataError, LimitError
from tools.operations.dead_letters import LetterError
from tools.operations.environment import NotReadyError, NotRunningError
from tools.operations.resending import ResendError

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
