"""What a service is: which events it reads, how it folds them, what it decides.

All of it is values and pure functions. The loop (chassis.runtime.loop) does the rest, the same way for every service.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

from chassis.core.decision import Decision, Effect, ReportRow
from contracts.claims import ClockTicked
from contracts.envelope import AnyEvent, Payload
from contracts.refused import Refused
from contracts.rule_days import bounds_claims
from contracts.topics import OWNER_OF
from contracts.watermarks import MARKS, Upstream, upstream

S = TypeVar("S")

Folds = Mapping[type[Payload], Callable[[S, Any], S]]
"""The subscription table: what a service's state becomes by each kind of event. Functions are pure: (state, event)."""

Perform = Callable[[Sequence[Effect]], Awaitable[list[AnyEvent]]]
"""Carries out effects in the outside world and tells what came of each, as events of the service's own."""


ORDER_VERSION = 1
"""The version of the fold order: of `placed`, `fold`, `home_of` and `at_home`, which all services share.

Raise it by one whenever another order, or another choice of facts, can give another state: every document of every
service is then folded anew. Unraised, documents that were folded before keep what the old order made of them.
"""

NOWHERE = ""
"""The key of what belongs to no document: published for others, and never folded again."""


def unchanged(state: S, _event: AnyEvent) -> S:
    """The fold of an event that is on record and changes nothing."""
    return state


def evolving(folds: Folds[S]) -> Callable[[S, AnyEvent], S]:
    """The fold of any event by its table; what is not in the table changes nothing."""

    def evolve(state: S, event: AnyEvent) -> S:
        fold = folds.get(type(event.data))
        return state if fold is None else fold(state, event)

    return evolve


def by_subject(event: AnyEvent) -> str:
    """The key of most services' documents: the dossier code."""
    return event.subject


def by_correlation(event: AnyEvent) -> str:
    """The key of intake's documents: the submission, which exists before there is a code."""
    return event.correlationid


class Placed(NamedTuple):
    """An event with its place in fold order, and whether the service said it itself."""

    order: str
    own: bool
    event: AnyEvent


@dataclass(frozen=True)
class Service(Generic[S]):
    """One service, wholly described.

    Attributes:
        name: also its consumer group, its database and its dead-letter topic's prefix.
        folds: the subscription table: what the state becomes by each payload that it consumes or owns. Its functions
            are pure, and give back the very same state where an event changes nothing: then nobody decides again.
        emits: payloads of the events it owns; they are folded like the others, so that replay sees all there was.
        initial: the state before any event.
        decide: ``(state, now) -> Decision``; pure. Names every event that should exist; those that do are dropped.
        genesis: payloads that are folded first whatever their time says (a clock may be wrong, a birth comes first).
        key: which document an event belongs to; NOWHERE for what is only said to others.
        indexes: state fields that are searched together, dotted; each index costs every save.
        report_row: ``(state, stored state) -> ReportRow``, what reports need of a state; pure. None where they need
            nothing, or the stored state, where it is known, says the same.
        perform: carries out effects; only for services that have an outside world.
        answer: tells who sent a record that was put aside; pure. What it says is about the record, not a document: its
            key is NOWHERE, or it is none of `emits`.
        settles: tells the birth of a document, which settles its timeline: what others say on another one is no fact of
            it. None for who hears nothing of outsiders.
        fold_version: the version of its `folds` and `initial`; raised whenever they can give another state.
        domain_version: the version of the shared domain, for folds that go by it; 0 for those that do not.
        basis: the data that the fold goes by, as text; a state that was folded by other data is folded anew.
        consumes: payloads of the topics that its documents follow from: all of `folds` that it does not own.
        evolve: ``(state, event) -> state``, by the table.
        code: the versions that a state follows from, as text such as ``sla 3 / domain 1 / order 1 / 90b2a1c0ffee1234``.
            A stored state with another text is folded anew from its facts before anybody goes by it.
    """

    name: str
    folds: Folds[S]
    emits: tuple[type[Payload], ...]
    initial: S
    decide: Callable[[S, datetime], Decision]
    genesis: tuple[type[Payload], ...] = ()
    key: Callable[[AnyEvent], str] = by_subject
    indexes: tuple[tuple[str, ...], ...] = ()
    report_row: Callable[[S, S | None], ReportRow | None] | None = None
    perform: Perform | None = None
    answer: Callable[[Refused], AnyEvent | None] | None = None
    settles: Callable[[AnyEvent], bool] | None = None
    fold_version: int = 1
    domain_version: int = 0
    basis: str = ""
    consumes: tuple[type[Payload], ...] = field(init=False)
    evolve: Callable[[S, AnyEvent], S] = field(init=False)
    state_adapter: TypeAdapter[S] = field(init=False)
    code: str = field(init=False)

    def __post_init__(self) -> None:
        consumed = tuple(payload for payload in self.folds if payload not in self.emits)
        object.__setattr__(self, "consumes", consumed)
        object.__setattr__(self, "evolve", evolving(self.folds))
        object.__setattr__(self, "state_adapter", TypeAdapter(type(self.initial)))
        object.__setattr__(self, "code", self._versions())

    def _versions(self) -> str:
        shared = [f"domain {self.domain_version}"] if self.domain_version else []
        data = [hashlib.sha256(self.basis.encode()).hexdigest()[:16]] if self.basis else []
        return " / ".join([f"{self.name} {self.fold_version}", *shared, f"order {ORDER_VERSION}", *data])

    @property
    def upstream(self) -> Upstream:
        """The services whose answers it waits for before it acts on a tick."""
        return upstream(self.name, (payload.TYPE for payload in self.consumes), OWNER_OF)

    @property
    def topics(self) -> tuple[str, ...]:
        """What it subscribes to: what it consumes, and what tells it how late it is on timelines that ticks tell."""
        upstream = self.upstream
        marks = (MARKS[name].TYPE for name in sorted(upstream.same | upstream.before))
        return tuple(dict.fromkeys((*(payload.TYPE for payload in self.consumes), ClockTicked.TYPE, *marks)))

    @property
    def recorded_topics(self) -> tuple[str, ...]:
        """All topics its state follows from: what it consumes and what it says itself."""
        return tuple(dict.fromkeys(payload.TYPE for payload in (*self.consumes, *self.emits)))

    def placed(self, event: AnyEvent) -> Placed:
        """Its place in the one order in which facts are read, as text that sorts.

        Births first, then what others say, then what this service said itself; of each by time, then by identity. Own
        events follow from what others say and not the other way round, so a fold must not mind, and the loop may
        rely on it, whether something that others say is folded before or after them. Of two births the first is the
        one that the bus took in first, where that is known: whoever is born a second time can write any time.
        """
        own, at = self.owns(event), event.time
        if isinstance(event.data, self.genesis):
            birth, at = "", event.bounded_by or at
        else:
            birth = "|"
        order = f"{birth}{own:d}|{at.isoformat(timespec='microseconds')}|{event.identity}"
        return Placed(order, own, event)

    def fold(self, facts: Iterable[AnyEvent]) -> S:
        """The state that follows from a set of facts, however they arrived."""
        unique: dict[str, AnyEvent] = {}
        for fact in facts:
            known = unique.setdefault(fact.identity, fact)
            if known is not fact and _heard_before(fact, known):
                earlier = known.model_copy().take_in(fact.taken_in)
                unique[fact.identity] = earlier.keep_signature(fact.signed_by, fact.signature)
        found = unique.values()
        return self.unfold(self.initial, map(self.placed, self.at_home(found, self.home_of(found))))

    def home_of(self, facts: Iterable[AnyEvent]) -> str:
        """The timeline of a document: of its birth that the bus took in first. Empty where nothing settles it.

        Nor does a birth that was taken in before this rule counted.
        """
        births = [fact for fact in facts if self.settles and self.settles(fact)]
        first = min(births, key=_when_taken_in, default=None)
        return first.timeline if first and bounds_claims(first.taken_in) else ""

    def at_home(self, facts: Iterable[AnyEvent], home: str) -> Iterable[AnyEvent]:
        """The facts on a document's own timeline; what the service said itself, it said on whichever it was asked."""
        return (fact for fact in facts if fact.timeline == home or self.owns(fact)) if home else facts

    def owns(self, event: AnyEvent) -> bool:
        """Whether the service owns such events: nobody else publishes them."""
        return isinstance(event.data, self.emits)

    def unfold(self, state: S, later: Iterable[Placed]) -> S:
        """The state that follows from one state and facts that all come after those it was folded from."""
        return reduce(self.evolve, (placed.event for placed in sorted(later)), state)

    def dump(self, state: S) -> dict[str, Any]:
        """The state as JSON values, for the store and for comparison."""
        dumped: dict[str, Any] = self.state_adapter.dump_python(state, mode="json")
        return dumped

    def restore(self, dumped: dict[str, Any]) -> S:
        """The state that `dump` made these JSON values of. Every state has to come back as it was."""
        return self.state_adapter.validate_python(dumped)


def _when_taken_in(event: AnyEvent) -> datetime:
    return event.taken_in or datetime.min.replace(tzinfo=UTC)


def _heard_before(repeat: AnyEvent, known: AnyEvent) -> bool:
    """Whether the bus took in a repeat of a fact before the record that was read first."""
    if repeat.taken_in is None or known.taken_in is None:
        return False
    return repeat.taken_in < known.taken_in and bool(repeat.data == known.data)
