"""Actions: what a citizen or an agency is going to say, and when."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from contracts.envelope import AnyEvent, Payload, new_event


@dataclass(frozen=True)
class Action:
    """One claim, as it will be published.

    Attributes:
        at: when it is told.
        data: what is told.
        source: who tells it.
        subject: dossier code, or the submission's id.
        submission: the submission's id; the correlation id of all that follows.
        unique: what tells this claim from others of its type on the same subject.
        cause: id of the event it answers.
        happened: when it became true, where that is before it is told (written down later, or told twice).
        then: what follows once the citizen has answered a request made by this claim.
        honest: whether the agency believes it; an impossible report is not mended when it is rejected.
    """

    at: datetime
    data: Payload
    source: str
    subject: str
    submission: str
    unique: tuple[object, ...]
    cause: str = ""
    happened: datetime | None = None
    then: tuple["Rest", ...] = ()
    honest: bool = True

    def event(self, timeline: str) -> AnyEvent:
        """The event, on a timeline."""
        return new_event(
            self.data,
            source=self.source,
            subject=self.subject,
            time=self.happened or self.at,
            correlationid=self.submission,
            unique=self.unique,
            causationid=self.cause,
            timeline=timeline,
        )

    def again(self, at: datetime) -> "Action":
        """The same claim made anew: true only since now, so with an id of its own."""
        return replace(self, at=at, happened=None, unique=(*self.unique, at.isoformat()))


@dataclass(frozen=True)
class Rest:
    """An action that is left for when a dossier goes on, and the working time that it takes."""

    action: Action
    after: timedelta


@dataclass
class Agenda:
    """Everything that is planned, in time order; at one moment in the order of its identity, not of its arrival."""

    _heap: list[tuple[datetime, str, str, Action]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, actions: Iterable[Action]) -> None:
        """Plan some more."""
        for action in actions:
            identity = f"{action.source}|{action.data.TYPE}|{action.unique}"
            heapq.heappush(self._heap, (action.at, action.submission, identity, action))

    def until(self, end: datetime) -> Iterator[Action]:
        """Take out what is due before a moment."""
        while self._heap and self._heap[0][0] < end:
            yield heapq.heappop(self._heap)[-1]
