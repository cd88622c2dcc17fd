"""A toy that dies where it is told, and one that another instance is faster than."""

from typing import Any

import pytest
from typing_extensions import override

from chassis.runtime.store.memory import MemoryStore
from tests.component.chassis.toy import DownError, Toy


async def crash(toy: Toy, place: str, *batch: Any) -> None:
    toy.fails_at.add(place)
    with pytest.raises(DownError):
        await toy.process(*batch)


class Beaten(MemoryStore):
    """Another instance saves the same documents just before the first save here."""

    rival: Toy
    rivals: list[Any]

    @override
    async def save(self, documents: Any) -> set[str]:
        rivals, self.rivals = self.rivals, []
        if rivals:
            await self.rival.process(*rivals)
        return await super().save(documents)


def beaten_by(*rivals: Any) -> Toy:
    store = Beaten()
    store.rivals, store.rival = list(rivals), Toy(store=store)
    return Toy(store=store)
