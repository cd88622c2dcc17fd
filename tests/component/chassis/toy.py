"""A tiny service, and one instance of it with a list as bus: small enough to see what the loop itself does.

The toy answers every payment with `dossier.paid`, numbers every application, warns an hour after a withdrawal, and
carries out one effect for every collection.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.core.decision import Allotment, Decision, Effect, Timer
from chassis.core.service import Service
from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.rounds import Tally
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.timekeeper import Timekeeper
from contracts import claims, intake, notify
from contracts.envelope import LIVE, AnyEvent, Event, Payload, following, new_event
from tests.reading import AllRead

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = "/lienthong/toy"


Claimed = Event[claims.IntakeSubmitted]


@dataclass(frozen=True)
class Seen:
    """What the toy knows: claims by kind, and what it said."""

    payments: tuple[Claimed, ...] = ()
    applications: tuple[Claimed, ...] = ()
    withdrawals: tuple[Claimed, ...] = ()
    collections: tuple[Claimed, ...] = ()
    numbered: tuple[str, ...] = ()
    sent: int = 0


class BrokenFoldError(Exception):
    """The toy can not fold a supplement."""


def evolve(seen: Seen, event: AnyEvent) -> Seen:
    match event.data:
        case claims.IntakeSubmitted(claim=claims.Payment()):
            return replace(seen, payments=(*seen.payments, event))
        case claims.IntakeSubmitted(claim=claims.Application()):
            return replace(seen, applications=(*seen.applications, event))
        case claims.IntakeSubmitted(claim=claims.Withdrawal()):
            return replace(seen, withdrawals=(*seen.withdrawals, event))
        case claims.IntakeSubmitted(claim=claims.Collection()):
            return replace(seen, collections=(*seen.collections, event))
        case claims.IntakeSubmitted():
            raise BrokenFoldError("no supplements here")
        case intake.DossierDelivered():
            return replace(seen, numbered=(*seen.numbered, event.causationid))
        case notify.NotificationSent():
            return replace(seen, sent=seen.sent + 1)
        case _:
            return seen


def decide(seen: Seen, now: datetime) -> Decision:
    paid = [say(cause, intake.DossierPaid(amount=cause.data.claim.amount), cause.id) for cause in seen.payments]
    alarms = [(cause, cause.time + HOUR) for cause in seen.withdrawals]
    warned = [say(cause, intake.DossierWithdrawn(), cause.id, time=at) for cause, at in alarms if at <= now]
    waiting = [at for _, at in alarms if at > now]
    return Decision(
        events=(*paid, *warned),
        timer=Timer(min(waiting), seen.withdrawals[0].timeline) if waiting else None,
        effects=tuple(Effect(str(n), seen.collections[n]) for n in range(seen.sent, len(seen.collections))),
        allotment=next((wish(one) for one in seen.applications if one.id not in seen.numbered), None),
    )


def wish(application: AnyEvent) -> Allotment:
    def then(number: int) -> AnyEvent:
        if application.data.claim.procedure == "unnumbered":
            raise BrokenFoldError("no number for this one")
        return say(application, intake.DossierDelivered(channel="counter"), number)

    return Allotment("toys", application.id, then)


def say(cause: AnyEvent, data: Payload, *unique: object, time: datetime | None = None) -> AnyEvent:
    return following(cause, data, *unique, source=SOURCE, time=time)


OWNED = (intake.DossierPaid, intake.DossierWithdrawn, intake.DossierDelivered, notify.NotificationSent)

TOY = Service(
    name="intake",
    folds=dict.fromkeys((claims.IntakeSubmitted, claims.ClockTicked, *OWNED), evolve),
    emits=OWNED,
    initial=Seen(),
    decide=decide,
)


@dataclass(frozen=True)
class Record:
    topic: str
    value: bytes | None
    offset: int
    key: bytes | None = b"D.1"
    partition: int = 0
    timestamp: int = int(START.timestamp() * 1000)
    headers: tuple[tuple[str, bytes | None], ...] = ()


class DownError(Exception):
    """The world is down, or the process was killed: for the loop the same."""


@dataclass
class Toy:
    """One instance. What it published, in order; and where it breaks off, once, if told."""

    store: MemoryStore = field(default_factory=MemoryStore)
    published: list[Message] = field(default_factory=list)
    performed: list[str] = field(default_factory=list)
    fails_at: set[str] = field(default_factory=set)
    service: Service[Any] = TOY

    def __post_init__(self) -> None:
        self.service = replace(self.service, perform=self.perform)
        self.loop = Loop(self.service, self.store, self.publish)
        self.timekeeper = Timekeeper(self.loop, self.publish, AllRead())

    def breaks(self, place: str) -> None:
        if place in self.fails_at:
            self.fails_at.discard(place)
            raise DownError(place)

    async def publish(self, messages: Sequence[Message]) -> None:
        self.breaks("before publish")
        self.published += messages
        self.breaks("after publish")

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        self.performed += [effect.key for effect in effects]
        self.breaks("after perform")
        return [told(effect) for effect in effects]

    async def process(self, *records: Record) -> Tally:
        return await self.loop.process(records)

    async def tick(self, now: datetime, timeline: str) -> None:
        """Tell the time on a timeline, and wait until it is passed on."""
        await self.process(tick(now, timeline))
        while await self.timekeeper.go_on():
            pass

    async def sweep(self, now: datetime, timeline: str = LIVE) -> int:
        return await self.loop.sweep([0], timeline, now)

    def take(self, kind: str = "") -> list[bytes]:
        """Values published since the last look, of one topic if told."""
        taken, self.published = self.published, []
        return [message.value or b"" for message in taken if kind in message.topic]

    def letters(self) -> list[dict[str, str]]:
        """Headers of all dead letters."""
        found = (message for message in self.published if message.topic == "intake.dead-letter")
        return [{name: value.decode() for name, value in message.headers} for message in found]


def told(effect: Effect) -> AnyEvent:
    cause: AnyEvent = effect.order  # type: ignore[assignment]
    data = notify.NotificationSent(message_id=effect.key, template="receipt", medium="email", attempt=1)
    return say(cause, data, effect.key)


offsets = itertools.count()


def claim(what: claims.Claim, dossier: str = "D.1", time: datetime = START, **envelope: Any) -> AnyEvent:
    """A claim; the same words at the same time are the same claim."""
    data = claims.IntakeSubmitted.model_validate({"submission_id": "submission-1", "claim": what.model_dump()})
    given = {"source": "/portal/test", "subject": dossier, "correlationid": "c", **envelope}
    return new_event(data, time=time, unique=(what.model_dump_json(), time), **given)


def payment(amount: int = 1000, dossier: str = "D.1", time: datetime = START, **envelope: Any) -> AnyEvent:
    return claim(claims.Payment(amount=amount), dossier, time, **envelope)


def application(dossier: str = "D.1", procedure: str = "1.001193") -> AnyEvent:
    wanted = claims.Application(procedure=procedure, channel="counter", receiving_unit="H29.16")
    return claim(wanted, dossier)


def withdrawal(dossier: str = "D.1", time: datetime = START, **envelope: Any) -> AnyEvent:
    return claim(claims.Withdrawal(), dossier, time, **envelope)


def poison(dossier: str = "D.1") -> AnyEvent:
    return claim(claims.Supplement(components=("x",)), dossier)


def record(event: AnyEvent, **more: Any) -> Record:
    return Record(event.type, event.to_json().encode(), next(offsets), event.subject.encode(), **more)


def raw(value: bytes | None, topic: str = "intake.submitted") -> Record:
    return Record(topic, value, next(offsets))


def tick(now: datetime, timeline: str) -> Record:
    data = claims.ClockTicked(partition=0)
    event = new_event(
        data, source="/clock", subject="clock", time=now, correlationid="c", unique=(now,), timeline=timeline
    )
    return record(event)
