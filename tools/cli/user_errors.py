"""Errors whose cause the user can mend, and whose sentence says how."""

from chassis.core.fault import ProcessFaultError
from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.skipping import SkipError
from chassis.runtime.personal.keys import PersonalKeyError
from chassis.runtime.settings import SettingsError
from chassis.runtime.store.mongo import StoreError
from domain.worktime import ClockError, DataError, LimitError
from tools.cli.commands import NotInstalledError
from tools.operations.dead_letters import DeadLetterError
from tools.operations.environment import NotReadyError, NotRunningError
from tools.operations.erasing import ErasureError
from tools.operations.installation import EMBEDDED_STACK, KIT, holds
from tools.operations.resending import ResendError


def _of_the_embedded_stack() -> tuple[type[Exception], ...]:
    """Its own errors, where this installation holds it."""
    if not holds(EMBEDDED_STACK):
        return ()
    from deploy.embedded import StackError  # noqa: PLC0415 - the image of the services holds no such package

    return (StackError,)


def _of_the_kit() -> tuple[type[Exception], ...]:
    """The errors of key files, where this installation signs."""
    if not holds(KIT):
        return ()
    from lienthong_agency.signing import KeyFileError  # noqa: PLC0415 - nor does it hold this one

    return (KeyFileError,)


USER_ERRORS = (
    NotInstalledError,
    NotRunningError,
    NotReadyError,
    DeadLetterError,
    ResendError,
    ErasureError,
    PersonalKeyError,
    SettingsError,
    BusError,
    SkipError,
    ProcessFaultError,
    StoreError,
    ClockError,
    DataError,
    LimitError,
    *_of_the_embedded_stack(),
    *_of_the_kit(),
)
