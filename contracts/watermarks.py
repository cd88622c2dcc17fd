"""The time of a timeline that ticks tell: the ticks, and the marks by which each service says how far it has come.

A service acts on a tick when everything before it is digested, the answers of the services upstream included. Then it
says so, in a mark of its own, so that those downstream can act in their turn. See docs/decisions/0026.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

from pydantic import Field

from contracts.envelope import Payload


class ClockTicked(Payload):
    """`clock.ticked`: on a timeline other than `live`, it is now `time`. Written once to every partition."""

    TYPE: ClassVar[str] = "clock.ticked"
    partition: int = Field(ge=0, le=100_000, description="The partition this copy was written to")


class Passed(Payload):
    """A service has acted on a tick: all that follows from what was told until `time` is on the bus.

    Written once to every partition, after the last event that it stands for was acknowledged.
    """

    partition: int = Field(ge=0, le=100_000, description="The partition this copy was written to")


class IntakePassed(Passed):
    """`intake.passed`: on a timeline other than `live`, intake has said all that follows until `time`."""

    TYPE: ClassVar[str] = "intake.passed"


class RoutingPassed(Passed):
    """`routing.passed`: on a timeline other than `live`, routing has said all that follows until `time`."""

    TYPE: ClassVar[str] = "routing.passed"


class SlaPassed(Passed):
    """`sla.passed`: on a timeline other than `live`, sla has said all that follows until `time`."""

    TYPE: ClassVar[str] = "sla.passed"


class RatingPassed(Passed):
    """`rating.passed`: on a timeline other than `live`, rating has said all that follows until `time`."""

    TYPE: ClassVar[str] = "rating.passed"


class NotifyPassed(Passed):
    """`notify.passed`: on a timeline other than `live`, notify has said all that follows until `time`."""

    TYPE: ClassVar[str] = "notify.passed"


MARKS: dict[str, type[Passed]] = {
    "intake": IntakePassed,
    "routing": RoutingPassed,
    "sla": SlaPassed,
    "rating": RatingPassed,
    "notify": NotifyPassed,
}
"""The mark of each service, in the order in which they act on a tick."""

TELL_TIME: tuple[type[Payload], ...] = (ClockTicked, Passed)
"""Payloads that speak of no dossier: they say how late it is on a timeline, and how far somebody is."""

TELLERS: dict[str, str] = {mark.TYPE: service for service, mark in MARKS.items()}
"""The service of each mark, by the mark's type."""


class Upstream(NamedTuple):
    """The services that are heard before a tick is acted on.

    Attributes:
        same: services that have acted on the same tick by then.
        before: services that have acted on the tick before: they hear this service, too, and somebody has to begin.
    """

    same: frozenset[str]
    before: frozenset[str]


def upstream(service: str, topics: Iterable[str], owners: Mapping[str, str]) -> Upstream:
    """Whose answers a service waits for, by the topics that it reads and who owns them.

    Where two services hear each other, the order of `MARKS` decides which of them begins.
    """
    heard = {owners[topic] for topic in topics} & MARKS.keys() - {service}
    order = list(MARKS)
    place = order.index(service) if service in order else len(order)
    earlier = frozenset(other for other in heard if order.index(other) < place)
    return Upstream(earlier, frozenset(heard - earlier))
