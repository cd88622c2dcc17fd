"""A dossier as one service keeps it: the facts, its own events among them, and the state that follows."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from chassis.core.decision import ReportRow
from contracts.envelope import LIVE, AnyEvent

MAX_FACTS = 2_000
"""Events in one document. No dossier has so many: a sender that reaches it runs wild, and gets dead letters. With more,
such a sender slows down every save of the document; with fewer, long dossiers would be refused."""

MAX_CHARACTERS = 2_500_000
"""Characters of all events in one document. A store keeps 16 MB in one piece: the state that follows from this many
characters always fits. With more it might not, and the document could never be saved again."""


@dataclass(frozen=True)
class Fact:
    """One event on record.

    Attributes:
        event: the event.
        raw: its record's value, kept so that a repeat is byte-identical.
        version: version of the save that brought it in.
        own: whether this service caused it.
        cause: version of the save that made it necessary: its own, or for what came of an effect the one before it.
    """

    event: AnyEvent
    raw: str
    version: int
    own: bool
    cause: int


class Schedule(NamedTuple):
    """The moment at which a document is looked at again, and the saves that may have to be published then.

    Attributes:
        due: when a sweep has to decide again, by the clock of `timeline`; None: at no time.
        timeline: which clock.
        unsent: version of the first save whose own events may not be on the bus and that no batch brings back; None:
            there is none.
    """

    due: datetime | None
    timeline: str
    unsent: int | None


@dataclass
class Document:
    """One document of a service.

    Most events need only the state so far and the ids of the facts. So the facts themselves are loaded only if the
    document is wanted with its history.

    Attributes:
        key: dossier code; for intake the submission's id.
        version: counts saves; the guard of the next one. 0: not stored yet.
        partition: where its events come in, so that a sweep finds what its instance owns.
        fact_versions: for every fact, by identity, the version of the save that brought it in.
        facts: by identity; without history, those alone that came in since the document was loaded.
        restamped: identities of facts on record that the bus turned out to have taken in earlier than was known.
        with_history: whether all facts are here.
        state: what the service's fold makes of the facts, as JSON values, for queries and for the next fold.
        fold_position: where the last fact of others in `state` stands in fold order; a later one is folded onto it.
        own_fold_position: the same of the service's own facts.
        code: the versions that folded the state (see `Service.code`); under others it has to be folded anew.
        stream_time: the latest `time` of any fact.
        characters: how much text its facts are.
        due, timeline, unsent: see `Schedule`; chassis.core.settle decides them.
        home: the timeline of its birth; empty until that is known.
        report_row: the text for reports that the next save writes; None if that has not changed.
    """

    key: str
    version: int = 0
    partition: int = 0
    fact_versions: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    restamped: set[str] = field(default_factory=set)
    with_history: bool = True
    state: dict[str, Any] = field(default_factory=dict)
    fold_position: str = ""
    own_fold_position: str = ""
    code: str = ""
    stream_time: datetime | None = None
    characters: int = 0
    due: datetime | None = None
    timeline: str = LIVE
    home: str = ""
    unsent: int | None = None
    report_row: ReportRow | None = None

    @property
    def schedule(self) -> Schedule:
        """The present schedule."""
        return Schedule(self.due, self.timeline, self.unsent)

    def reschedule(self, schedule: Schedule) -> None:
        """Take over another schedule, for the next save or for `move_due`."""
        self.due, self.timeline, self.unsent = schedule

    @property
    def events(self) -> Iterable[AnyEvent]:
        """The events of the facts that are here, in no particular order."""
        return (fact.event for fact in self.facts.values())

    @property
    def fresh(self) -> list[Fact]:
        """The facts that the next save writes: new ones, and known ones whose broker timestamp turned out earlier."""
        return [
            fact
            for identity, fact in self.facts.items()
            if fact.version > self.version or (self.restamped and identity in self.restamped)
        ]

    def add(self, event: AnyEvent, raw: str, *, own: bool, cause: int | None = None) -> bool:
        """Record a fact for the next save; False if it is known."""
        identity = event.identity
        if identity in self.fact_versions:
            return False
        version = self.version + 1
        self.fact_versions[identity] = version
        self.facts[identity] = Fact(event, raw, version, own, version if cause is None else cause)
        self.characters += len(raw)
        self.stream_time = event.time if self.stream_time is None else max(self.stream_time, event.time)
        return True

    def remember(self, fact: Fact) -> None:
        """Add a fact that was loaded. Where it was kept twice, the earliest broker timestamp counts."""
        known, at = self.facts.setdefault(fact.event.identity, fact), fact.event.taken_in
        if at is not None and known.event.taken_in is not None and at < known.event.taken_in:
            self.facts[fact.event.identity] = fact

    def restamp(self, repeat: AnyEvent, taken_in: datetime) -> bool:
        """Keep the earliest broker timestamp of a fact's records, with that record's signature; True if it changes.

        A repeat may stand on another partition and be read first. Who reads which one first is chance; the earliest
        timestamp is not. A fact that was kept without one gets none.
        """
        identity = repeat.identity
        fact = self.facts[identity]
        if fact.event.taken_in is None or fact.event.taken_in <= taken_in:
            return False
        event = fact.event.model_copy().take_in(taken_in).keep_signature(repeat.signed_by, repeat.signature)
        self.facts[identity] = replace(fact, event=event)
        if fact.version <= self.version:
            self.restamped.add(identity)
        return True
