"""Frozen values of which changed copies are made quickly. States are such values: each fold makes a new one."""

from typing import Any, Self


class Changeable:
    """A frozen value that can be copied with some fields changed.

    `dataclasses.replace` sets one field after the other. That would be most of what folding an event costs.
    """

    def but(self, **changes: Any) -> Self:
        """A copy with some fields changed.

        Raises:
            TypeError: it has no such field.
        """
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, **changes)
        if len(made.__dict__) > len(self.__dict__):
            unknown = sorted(changes.keys() - self.__dict__.keys())
            raise TypeError(f"a {type(self).__name__} has no {', '.join(unknown)}")
        return made
