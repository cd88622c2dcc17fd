"""Announce a changed calendar, or take an announcement back.

Every dossier and complaint under way gets an event of its own: one `calendar.changed`, or `calendar.retracted`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.settings import Settings
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.envelope import LIVE, AnyEvent, event_id, new_event
from domain.worktime import Exceptional
from domain.worktime.announced import announced
from services.sla import queries
from tools.operations.environment import store_of

CHUNK = 500
"""Announcements published together. More take more memory; if it breaks off, the next call tells those who are left."""


@dataclass(frozen=True)
class Announcement:
    """An announcement of days that are worked otherwise.

    Attributes:
        calendar: its name.
        days: the days that are worked otherwise.
        reason: told to citizens whose date moves.
        at: when it is announced: kept with it, so that whoever repeats it says the same again.
        timeline: to the dossiers and complaints of this clock.
    """

    calendar: str
    days: Sequence[Exceptional]
    reason: str
    at: datetime
    timeline: str = LIVE

    @property
    def data(self) -> CalendarChanged:
        """The payload of every event."""
        days = tuple(map(announced, self.days))
        return CalendarChanged(calendar=self.calendar, days=days, reason=self.reason)

    def query(self) -> queries.Query:
        """Which documents of the deadline watch are under way: dossiers and complaints."""
        return queries.under_way(self.timeline)

    def events_for(self, code: str, state: Mapping[str, Any]) -> list[AnyEvent]:
        """The events that one of them has not had yet."""
        event = self.for_dossier(code, state)
        return [event] if event else []

    def for_dossier(self, code: str, state: Mapping[str, Any]) -> AnyEvent | None:
        """The event for one dossier; None where it has it. The same announcement always has the same bytes.

        It is of the moment of the announcement, or of the receipt where that came after.
        """
        named = f"{self.data.model_dump_json()}|{self.at.astimezone(UTC).isoformat()}"
        digest = hashlib.sha256(named.encode()).hexdigest()[:32]
        told = queries.announcements(state)
        if event_id(CalendarChanged.TYPE, code, digest) in told.known:
            return None
        return new_event(
            self.data,
            source=f"/calendar/{self.calendar}",
            subject=code,
            time=max(self.at, told.received_at),
            correlationid=told.correlation,
            unique=(digest,),
            timeline=self.timeline,
        )


@dataclass(frozen=True)
class Retraction:
    """Every announcement of a calendar that speaks of a day is taken back.

    Attributes:
        calendar: its name.
        on: the day.
        reason: told to citizens whose date moves again.
        at: when it is taken back.
        timeline: of the dossiers and complaints that were told.
    """

    calendar: str
    on: date
    reason: str
    at: datetime
    timeline: str = LIVE

    def query(self) -> queries.Query:
        """Which documents of the deadline watch are under way."""
        return queries.under_way(self.timeline)

    def events_for(self, code: str, state: Mapping[str, Any]) -> list[AnyEvent]:
        """One event for each announcement that one dossier was told and that is not taken back."""
        told = queries.announcements(state)
        return [self._taking_back(known.id, code, told) for known in told.standing if self._speaks_of_it(known)]

    def _speaks_of_it(self, known: queries.Announced) -> bool:
        return known.source in ("", self._source) and self.on.isoformat() in known.days

    @property
    def _source(self) -> str:
        return f"/calendar/{self.calendar}"

    def _taking_back(self, announcement: str, code: str, told: queries.Announcements) -> AnyEvent:
        return new_event(
            CalendarRetracted(calendar=self.calendar, announcement=announcement, reason=self.reason),
            source=self._source,
            subject=code,
            time=max(self.at, told.received_at),
            correlationid=told.correlation,
            unique=(announcement, self.at.astimezone(UTC).isoformat()),
            timeline=self.timeline,
        )


async def tell(settings: Settings, announcement: Announcement | Retraction) -> int:
    """Publish an announcement, or that one is taken back, to all under way that do not have it; how many events."""
    store, publisher = store_of(settings, "sla"), Publisher(settings.bus)
    try:
        states = store.states(announcement.query())
        events = [event async for code, state in states for event in announcement.events_for(code, state)]
        for first in range(0, len(events), CHUNK):
            await publisher([message_of(event) for event in events[first : first + CHUNK]])
        return len(events)
    finally:
        await publisher.stop()
        store.close()
