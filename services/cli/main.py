"""`lienthong`: the command line."""

import sys

import structlog
import typer
from rich.console import Console

from chassis.admin import BusError
from chassis.settings import SettingsError
from chassis.store import StoreError
from contracts.worktime import ClockError, DataError, LimitError
from deploy.embedded import StackError
from services.cli.letters import LetterError
from services.cli.surroundings import NotReadyError, NotRunningError

app = typer.Typer(
    name="lienthong",
    help="Liên Thông: the inter-agency one-stop shop on a message bus.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

MENDABLE = (
    NotRunningError,
    NotReadyError,
    LetterError,
    SettingsError,
    BusError,
    StackError,
    StoreError,
    ClockError,
    DataError,
    LimitError,
)


def main() -> None:
    """Run a command; what the user can mend is one sentence and exit code 2."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app()
    except MENDABLE as error:
        Console(stderr=True).print(f"[red]lienthong:[/] {error}", soft_wrap=True, highlight=False)
        sys.exit(2)
