"""Every command, so that importing this module registers them all."""

from services.cli import (
    commands_calendar,
    commands_demo,
    commands_history,
    commands_letters,
    commands_procedures,
    commands_replay,
    commands_report,
    commands_run,
    commands_stack,
    commands_status,
    commands_worktime,
)

__all__ = [
    "commands_calendar",
    "commands_demo",
    "commands_history",
    "commands_letters",
    "commands_procedures",
    "commands_replay",
    "commands_report",
    "commands_run",
    "commands_stack",
    "commands_status",
    "commands_worktime",
]
