"""Told to whoever plays history and waits, because the clock can not go on without a service."""

from collections.abc import Sequence

from rich.console import Console

_errors = Console(stderr=True)


def tell_of_waiting(services: Sequence[str]) -> None:
    """Name the services that a tick waits for."""
    _errors.print(f"waiting for {', '.join(services)}: nothing is decided without them", highlight=False)
