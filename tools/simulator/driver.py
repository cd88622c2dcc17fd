"""Plays a week: window by window, say what is due, move the clock, hear what came of it, plan on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.runtime.bus.record import Message, message_of
from contracts.envelope import AnyEvent
from domain.procedures import Catalogue, Directory
from domain.worktime import ZONE, Calendar
from tools.simulator.actions import Agenda
from tools.simulator.applications import Plan
from tools.simulator.participants import Participants
from tools.simulator.week import WEEK, Window, windows


class Bus(Protocol):
    """The bus, as far as citizens and agencies need it."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when every message is acknowledged."""

    async def tick(self, timeline: str, time: datetime) -> None:
        """Tell that on a timeline it is now `time`; return when every service has passed that on."""

    async def heard(self) -> list[AnyEvent]:
        """The events that the services have published since the last call."""


@dataclass(frozen=True)
class Moment:
    """How far a week is.

    Attributes:
        at: simulated time.
        share: of the week, from 0 to 1.
        told: claims published so far.
        heard: events heard so far.
        planned: claims that are planned.
    """

    at: datetime
    share: float
    told: int
    heard: int
    planned: int

    def __str__(self) -> str:
        return self.at.astimezone(ZONE).strftime("%a %Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Summary:
    """The result of a week, as citizens and agencies saw it.

    Attributes:
        until: simulated moment at which it ended; the next week can begin there.
        told: claims published, `heard` events heard.
        applications: claims of citizens who applied, repeats included.
        received, completed, withdrawn: dossiers.
        late: missed their appointment, waits for the citizen not counted; open ones included.
        returned: hand-overs back to an earlier step.
        suspended: waits for a citizen.
        rejected: reports that routing rejected.
        collected, rated: what citizens did at the end.
        counts: all of it, by kind.
    """

    until: datetime
    told: int
    heard: int
    applications: int
    received: int
    completed: int
    withdrawn: int
    late: int
    returned: int
    suspended: int
    rejected: int
    collected: int
    rated: int
    counts: dict[str, int]

    @property
    def late_share(self) -> float:
        """Share of the dossiers received that are, or were, late."""
        return self.late / self.received if self.received else 0.0


async def play(
    plan: Plan,
    bus: Bus,
    catalogue: Catalogue,
    directory: Directory,
    calendar: Calendar,
    *,
    on_window: Callable[[Moment], None],
) -> Summary:
    """Play one week on the plan's timeline; what is open at its end stays open."""
    participants, agenda = Participants(plan, catalogue, directory, calendar), Agenda()
    agenda.add(participants.openings())
    told = heard = 0
    for window in windows(plan.start, calendar):
        events = [event for action in agenda.until(window.end) if (event := participants.say(action))]
        answers = await _live_through(window, events, bus, plan.timeline)
        agenda.add(participants.react(answers, window.end))
        told, heard = told + len(events), heard + len(answers)
        share = (window.end - plan.start) / WEEK
        on_window(Moment(window.end, share, told, heard, len(agenda)))
    return _summary(window.end, told, heard, participants)


async def _live_through(window: Window, events: list[AnyEvent], bus: Bus, timeline: str) -> list[AnyEvent]:
    """The clock is told last, and nothing more before all have passed it on: so the same is said whoever is slow."""
    if events:
        await bus.publish([message_of(event) for event in events])
    await bus.tick(timeline, window.end)
    return await bus.heard()


def _summary(until: datetime, told: int, heard: int, participants: Participants) -> Summary:
    tally = participants.tally
    rejected = sum(count for name, count in tally.items() if name.startswith("rejected "))
    return Summary(
        until=until,
        told=told,
        heard=heard,
        applications=tally["told application"],
        received=tally["dossier.received"],
        completed=tally["dossier.completed"],
        withdrawn=tally["dossier.withdrawn"],
        late=sum(dossier.late for dossier in participants.read_model.dossiers.values()),
        returned=tally["movement return"],
        suspended=tally["dossier.suspended"],
        rejected=rejected,
        collected=tally["told collection"],
        rated=tally["told rating.submitted"],
        counts=dict(sorted(tally.items())),
    )
