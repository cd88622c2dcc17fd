"""A changed calendar is announced to every dossier that is under way: one `calendar.changed` for each."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.calendar_changes import CalendarChanged, ChangedDay
from contracts.envelope import LIVE, AnyEvent, event_id, new_event
from contracts.worktime import Exceptional


@dataclass(frozen=True)
class Announcement:
    """What is announced.

    Attributes:
        calendar: its name.
        days: the days that are worked otherwise.
        reason: told to citizens whose date moves.
        at: when it is announced: kept with it, so that whoever repeats it says the same again.
        timeline: to the dossiers of this clock.
    """

    calendar: str
    days: Sequence[Exceptional]
    reason: str
    at: datetime
    timeline: str = LIVE

    @property
    def data(self) -> CalendarChanged:
        """What every event carries."""
        days = tuple(map(ChangedDay.of, self.days))
        return CalendarChanged(calendar=self.calendar, days=days, reason=self.reason)

    def query(self) -> dict[str, Any]:
        """Which documents of the deadline watch are under way."""
        return {"state.phase": "open", "state.kind": "dossier", "state.timeline": self.timeline}

    def for_dossier(self, code: str, state: Mapping[str, Any]) -> AnyEvent | None:
        """The event for one dossier; None where it has it. The same announcement always has the same bytes.

        It is of the moment of the announcement, or of the receipt where that came after.
        """
        named = f"{self.data.model_dump_json()}|{self.at.astimezone(UTC).isoformat()}"
        digest = hashlib.sha256(named.encode()).hexdigest()[:32]
        if any(one["id"] == event_id(CalendarChanged.TYPE, code, digest) for one in state["amendments"]):
            return None
        return new_event(
            self.data,
            source=f"/calendar/{self.calendar}",
            subject=code,
            time=max(self.at, datetime.fromisoformat(state["received_at"])),
            correlationid=state["correlation"],
            unique=(digest,),
            timeline=self.timeline,
        )
