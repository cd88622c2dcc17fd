"""The ways to run the services: the right one, and room for wrong ones."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from chassis.core.service import Service
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from tests.simulation.process import Member


def as_it_is(service: Service[Any], _rng: Random) -> Service[Any]:
    """The service every process runs."""
    return service


def as_built(service: Service[Any]) -> Service[Any]:
    """The service that is judged."""
    return service


@dataclass(frozen=True)
class Variant:
    """A way to run the services; the default is the right one, all others are wrong on purpose.

    Attributes:
        service: what a process makes of its service; the laws judge it by the right one.
        product: what is made of the services before anything runs; the laws have to judge them by the facts alone.
        law: the law that a wrong product breaks.
        found_within: of a wrong one, the number of seeds, from 0, among which at least one breaks a law.
    """

    name: str = "sound"
    loop: type[Loop] = Loop
    store: type[MemoryStore] = MemoryStore
    member: type[Member] = Member
    service: Callable[[Service[Any], Random], Service[Any]] = as_it_is
    product: Callable[[Service[Any]], Service[Any]] = as_built
    law: str = ""
    found_within: int = 0


SOUND = Variant()
