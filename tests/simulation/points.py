"""Places where a run can be interrupted: at each the scheduler decides who goes on, who fails and who dies."""

from collections.abc import Generator


class WorldDownError(Exception):
    """The store or the bus does not answer; whether it did what it was asked stays unknown."""


class Point:
    """Awaited where a real driver would wait for a server."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __await__(self) -> Generator[str, None, None]:
        yield self.name
