"""The report of an import: totals, and every anomaly by kind with its number and first example."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of anomaly; the value is what people read."""

    CASE_WITHOUT_ID = "case without an id, skipped"
    CASE_WITHOUT_START = "case without a start, skipped"
    CODE_UNUSABLE = "case whose id gives no usable dossier code, skipped"
    DUPLICATE_CASE = "case whose dossier code came before, skipped"
    CASE_WITHOUT_DEADLINE = "case without a deadline, taken in without an appointment"
    DEADLINE_FROM_PROCEDURE = "case without a deadline, given that of its procedure's limit"
    CASE_WITHOUT_EVENTS = "case without events"
    CASE_IN_PIECES = "case whose events do not stand together, put together"
    CASE_FIELDS_DIFFER = "case field that changes from one place to another, first value taken"
    UNKNOWN_CHANNEL = "case with a channel the mapping does not list, default taken"
    END_BEFORE_START = "case that ends before it starts, taken to start at its end"
    DEADLINE_CHANGED = "deadline that was changed before it had passed, the later one taken"
    DEADLINE_CHANGED_LATE = "deadline that was changed after it had passed, or after the end: not taken"
    TOO_MANY_CHANGES = "value of a deadline beyond the most that are looked at"
    DEADLINE_BEFORE_START = "case whose deadline lies before its start"
    OPEN_CASE = "case without an end"
    OPEN_PAST_DEADLINE = "case without an end whose deadline passed before the log's end"
    EVENT_WITHOUT_TIME = "event without a usable timestamp, skipped"
    EVENT_WITHOUT_ACTIVITY = "event without an activity, skipped"
    EVENT_WITHOUT_GROUP = "event without a group, left with the holder"
    EVENT_OUTSIDE_CASE = "event outside of any case, skipped"
    EVENT_WITHOUT_DOSSIER = "event of no dossier, skipped"
    EVENT_OF_SEVERAL = "event of several dossiers, told in each"
    EVENT_NOT_A_STEP = "event of a type that the mapping does not name as a step, skipped"
    SEVERAL_AGENCIES = "event with several agencies or officers, first taken"
    OBJECT_WITHOUT_EVENTS = "object that is no dossier and has no events, not told"
    OBJECT_TWICE = "object given twice, first type taken"
    RELATION_UNKNOWN = "relation to an event or an object that is not in the log, skipped"
    RELATIONS_CUT = "event of more objects than are looked at"
    NOT_OF_THE_STANDARD = "object or event without the id or type that OCEL 2.0 demands, skipped"
    EVENT_BEFORE_START = "event before its case's start, told right after the start"
    EVENT_AFTER_END = "event after its case's end"
    EVENT_OUT_OF_ORDER = "event written after a later one of its case"
    DUPLICATE_EVENT = "event given twice, second skipped"
    EVENT_ID_REUSED = "event id given to two events of a case"
    TOO_MANY_EVENTS = "event beyond the most a case may have, skipped"
    STEP_PAUSED = "work on a step suspended or resumed; the dossier's clock does not stand for that, not told"
    STEP_NOT_DONE = "event of another transition than start and complete, not told"
    TEXT_UNFIT = "activity or resource with characters that a code can not hold, a hyphen in their place"
    TEXT_CUT = "activity, group or resource cut to the length of a code"
    UNREADABLE_TIME = "timestamp that can not be read"
    TIME_WITHOUT_ZONE = "timestamp without a zone, where the mapping gives no default_zone"
    LINE_SKIPPED = "line with too few or too many fields, skipped"
    LINE_TOO_LONG = "line of more than a million characters, skipped"
    FILE_BROKEN = "file broken, rest not read"

    @property
    def code(self) -> str:
        """Short name, for JSON."""
        return self.name.lower().replace("_", "-")


@dataclass
class Anomaly:
    """One kind of anomaly: how often, in how many cases, and the first one seen."""

    count: int = 0
    cases: int = 0
    example: str = ""
    last_case: int = -1


@dataclass
class Report:
    """Totals and anomalies of one import. They always cover the whole log, also after a resumption."""

    timeline: str = ""
    cases: int = 0
    played: int = 0
    events: int = 0
    hand_overs: int = 0
    ended: int = 0
    ended_late: int = 0
    messages: int = 0
    cases_published_before: int = 0
    latest: datetime | None = None
    anomalies: dict[Kind, Anomaly] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """The file was read to its end."""
        return Kind.FILE_BROKEN not in self.anomalies

    def note(self, kind: Kind, example: str) -> None:
        """Count one anomaly of the case being read."""
        found = self.anomalies.setdefault(kind, Anomaly(example=example))
        found.count += 1
        if found.last_case != self.cases:
            found.cases += 1
            found.last_case = self.cases

    def add(self, kind: Kind, cases: int, example: str) -> None:
        """Count an anomaly of many cases at once, found when all are read."""
        self.anomalies[kind] = Anomaly(cases, cases, example)

    def saw(self, moment: datetime) -> None:
        """Keep the latest timestamp of any event: the log's own present."""
        self.latest = moment if self.latest is None else max(self.latest, moment)

    def totals(self) -> dict[str, int]:
        """The numbers that are no anomalies."""
        return {
            "cases": self.cases,
            "cases played": self.played,
            "events": self.events,
            "hand-overs": self.hand_overs,
            "ended": self.ended,
            "ended late": self.ended_late,
            "messages published": self.messages,
            "cases published before": self.cases_published_before,
        }

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "timeline": self.timeline,
            "latest": self.latest.isoformat() if self.latest else None,
            "complete": self.complete,
            "totals": {name.replace(" ", "_").replace("-", "_"): number for name, number in self.totals().items()},
            "anomalies": {kind.code: self._anomaly(kind) for kind in self._kinds()},
        }

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The rows of a table: a finding, how often it occurs, in how many cases, and its first example."""
        totals = [(name, f"{number:,}", "", "") for name, number in self.totals().items()]
        found = [(kind, self.anomalies[kind]) for kind in self._kinds()]
        return totals + [(kind.value, f"{a.count:,}", f"{a.cases:,}", a.example) for kind, a in found]

    def _kinds(self) -> list[Kind]:
        """The kinds found, in the order they are declared in."""
        return [kind for kind in Kind if kind in self.anomalies]

    def _anomaly(self, kind: Kind) -> dict[str, Any]:
        found = self.anomalies[kind]
        return {"meaning": kind.value, "count": found.count, "cases": found.cases, "example": found.example}
