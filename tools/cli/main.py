"""`lienthong`: the command line."""

import gc
import importlib
import sys
from typing import Any

import structlog
import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from tools.cli.commands import COMMANDS, offered, require_installed

YOUNG = 200_000
"""Objects that are made before the collector looks for dead ones: most commands have ended by then."""


class OnDemand(TyperGroup):
    """Lists the commands that are offered here, and imports the module of the one that is to run."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return offered()

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        known = COMMANDS.get(cmd_name)
        return known and TyperCommand(cmd_name, help=known.help)

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and registered(name or ""), rest


app = typer.Typer(
    name="lienthong",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    cls=OnDemand,
)


@app.callback()
def lienthong() -> None:
    """Liên Thông: the inter-agency one-stop shop on a message bus."""


def registered(name: str) -> Any:
    """The command of this name, once its module has registered it.

    Raises:
        NotInstalledError: this installation lacks packages that it needs.
    """
    require_installed(name)
    importlib.import_module(f"tools.cli.{COMMANDS[name].module}")
    return typer.main.get_group(app).commands[name]


def main() -> None:
    """Run a command. An error that the user can mend is told in one sentence, with exit code 2."""
    gc.set_threshold(YOUNG)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app()
    except Exception as error:
        from tools.cli.user_errors import USER_ERRORS  # noqa: PLC0415 - most commands end well and need none of them

        if not isinstance(error, USER_ERRORS):
            raise
        Console(stderr=True).print(f"[red]lienthong:[/] {error}", soft_wrap=True, highlight=False)
        sys.exit(2)
