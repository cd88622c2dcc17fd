"""What a service is: which events it reads, how it folds them, what it decides.

All of it is values and pure functions. The loop (chassis.runtime.loop) does the rest, the same way for every service.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, reduce
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

import contracts
from chassis.core.decision import Decision, Effect, Line
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
        consumes: payloads of the topics that its documents follow from.
        emits: payloads of the events it owns; they are folded like the others, so that replay sees all there was.
        initial: the state before any event.
        evolve: ``(state, event) -> state``; pure. Gives back the very same state where an event changes nothing: then
            nobody decides again.
        decide: ``(state, now) -> Decision``; pure. Names every event that should exist; those that do are dropped.
        genesis: payloads that are folded first whatever their time says (a clock may be wrong, a birth comes first).
        key: which document an event belongs to; NOWHERE for what is only said to others.
        indexes: state fields that are searched together, dotted; each index costs every save.
        line: ``(state, stored state) -> Line``, what reports need of a state; pure. None where they need nothing, or
            the stored state, where it is known, says the same.
        perform: carries out effects; only for services that have an outside world.
        answer: tells who sent a record that was put aside; pure. What it says is about the record, not a document: its
            key is NOWHERE, or it is none of `emits`.
        settles: tells the birth of a document, which settles its timeline: what others say on another one is no fact of
            it. None for who hears nothing of outsiders.
        basis: the data that the fold goes by, as text; a state that was folded by other data is folded anew.
        code: tells the code and the data that fold from any other.
    """

    name: str
    consumes: tuple[type[Payload], ...]
    emits: tuple[type[Payload], ...]
    initial: S
    evolve: Callable[[S, AnyEvent], S]
    decide: Callable[[S, datetime], Decision]
    genesis: tuple[type[Payload], ...] = ()
    key: Callable[[AnyEvent], str] = by_subject
    indexes: tuple[tuple[str, ...], ...] = ()
    line: Callable[[S, S | None], Line | None] | None = None
    perform: Perform | None = None
    answer: Callable[[Refused], AnyEvent | None] | None = None
    settles: Callable[[AnyEvent], bool] | None = None
    basis: str = ""
    state_adapter: TypeAdapter[S] = field(init=False)
    code: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state_adapter", TypeAdapter(type(self.initial)))
        object.__setattr__(self, "code", _fingerprint(Path(inspect.getfile(self.evolve)).parent, self.basis))

    @property
    def upstream(self) -> Upstream:
        """The services whose answers it waits for before it acts on a tick."""
        return upstream(self.name, (payload.TYPE for payload in self.consumes), OWNER_OF)

    @property
    def topics(self) -> tuple[str, ...]:
        """What it subscribes to: what it consumes, and what tells it how late it is on timelines that ticks tell."""
        upstream = self.upstream
        marks = (MARKS[one].TYPE for one in sorted(upstream.same | upstream.before))
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
        own, at = self.said(event), event.time
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
                unique[fact.identity] = known.model_copy().take_in(fact.taken_in)
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
        return (one for one in facts if one.timeline == home or self.said(one)) if home else facts

    def said(self, event: AnyEvent) -> bool:
        """Whether the service says such events itself."""
        return isinstance(event.data, self.emits)

    def unfold(self, state: S, later: Iterable[Placed]) -> S:
        """The state that follows from one state and facts that all come after those it was folded from."""
        return reduce(self.evolve, (one.event for one in sorted(later)), state)

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


@cache
def _fingerprint(folder: Path, basis: str) -> str:
    """What changes whenever the code of a service's fold, its data, or the published language it reads, does."""
    sources = [*sorted(folder.glob("*.py")), *sorted(Path(contracts.__file__).parent.rglob("*.py"))]
    read = b"".join(source.read_bytes() for source in sources)
    return hashlib.sha256(read + basis.encode()).hexdigest()[:16]
