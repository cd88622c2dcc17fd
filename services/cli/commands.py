"""Every command, so that importing this module registers them all."""

from services.cli import commands_run, commands_stack

__all__ = ["commands_run", "commands_stack"]
