"""Ways to make one service wrong in one rule: it decides something else, keeps silent, is deaf, or mishears."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.core.decision import Decision
from chassis.core.service import Service
from contracts.envelope import AnyEvent
from tests.simulation.services import altered

Product = Callable[[Service[Any]], Service[Any]]


def deciding(name: str, change: Callable[[Decision], Decision]) -> Product:
    """One service, with something changed in what it decides."""

    def build(service: Service[Any]) -> Service[Any]:
        def decide(state: Any, now: datetime) -> Decision:
            return change(service.decide(state, now))

        return altered(service, decide=decide) if service.name == name else service

    return build


def silent(name: str, unsaid: Callable[[Any], bool]) -> Product:
    """One service that does not say certain things."""
    return deciding(name, lambda made: replace(made, events=tuple(e for e in made.events if not unsaid(e.data))))


def deaf(name: str, ignored: Callable[[Any], bool]) -> Product:
    """One service that makes nothing of certain events."""

    def build(service: Service[Any]) -> Service[Any]:
        def evolve(state: Any, event: AnyEvent) -> Any:
            return state if ignored(event.data) else service.evolve(state, event)

        return altered(service, evolve=evolve) if service.name == name else service

    return build


def rewrites(name: str, change: Callable[[Any], Any]) -> Product:
    """One service that takes what was said for something else."""

    def build(service: Service[Any]) -> Service[Any]:
        def evolve(state: Any, event: AnyEvent) -> Any:
            return service.evolve(state, event.model_copy(update={"data": change(event.data)}))

        return altered(service, evolve=evolve) if service.name == name else service

    return build


def said(payload: type, /, **wanted: str) -> Callable[[Any], bool]:
    """Whether a payload is of a kind, with these words at the beginning of its fields."""

    def judge(data: Any) -> bool:
        return isinstance(data, payload) and all(getattr(data, name).startswith(text) for name, text in wanted.items())

    return judge
