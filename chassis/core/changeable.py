"""States are frozen values; what is folded makes others of them."""

from typing import Any, Self


class Changeable:
    """A frozen value that can be had with some fields changed.

    `dataclasses.replace` sets field after field: it would be the most of what folding an event costs.
    """

    def but(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, **changes)
        if len(made.__dict__) > len(self.__dict__):
            unknown = sorted(changes.keys() - self.__dict__.keys())
            raise TypeError(f"a {type(self).__name__} has no {', '.join(unknown)}")
        return made
