"""The events of one case, their texts made sense of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tools.importer.log import RawCase
from tools.importer.mapping import Mapping
from tools.importer.report import Kind, Report
from tools.importer.times import Times, TimeUnusable
from tools.importer.words import LONGEST_CODE, fit

PAUSES = frozenset({"suspend", "resume"})
"""Transitions of IEEE 1849 by which work on an activity stands still and goes on."""


@dataclass(frozen=True)
class Happening:
    """One event of a case.

    Attributes:
        at: when.
        activity: what was done.
        agency: who did it; empty: whoever holds the dossier.
        officer: by which officer's code.
        unique: what tells it from the others of its case.
        begins: work was only begun: custody was taken, nothing is finished yet.
    """

    at: datetime
    activity: str
    agency: str
    officer: str
    unique: tuple[object, ...]
    begins: bool = False

    @property
    def content(self) -> tuple[object, ...]:
        """All but what makes it unique: two with equal content are one event told twice."""
        return self.at, self.activity, self.agency, self.officer, self.begins


class HappeningReader:
    """Makes happenings of a raw case's events, noting every flaw."""

    def __init__(self, mapping: Mapping, report: Report, times: Times, note: Callable[[Kind, str], None]) -> None:
        self._mapping = mapping
        self._report = report
        self._times = times
        self._note = note

    def read(self, raw: RawCase) -> Iterator[Happening]:
        """The events of a case that can be told, in the order of the file."""
        known: dict[tuple[object, ...], list[Happening]] = {}
        latest: datetime | None = None
        for index, values in enumerate(raw.events):
            self._report.events += 1
            at = self._moment(values, f"event {index + 1}")
            if at:
                self._report.saw(at)
            if at and latest and at < latest:
                self._note(Kind.EVENT_OUT_OF_ORDER, f"event {index + 1}")
            latest = max(at, latest) if at and latest else at or latest
            happening = self._happening(values, index, at)
            if happening and (first := self._first_of_its_id(happening, values, known)):
                yield first

    def _moment(self, values: dict[str, str], where: str) -> datetime | None:
        if not (text := text_of(values, self._mapping.event.time)):
            return None
        try:
            return self._times.parse(text)
        except TimeUnusable as error:
            self._note(error.kind, f"{where} {error}")
            return None

    def _happening(self, values: dict[str, str], index: int, at: datetime | None) -> Happening | None:
        fields, where = self._mapping.event, f"event {index + 1}"
        activity = self._coded(text_of(values, fields.activity))
        if at is None:
            self._note(Kind.EVENT_WITHOUT_TIME, where)
        if not activity:
            self._note(Kind.EVENT_WITHOUT_ACTIVITY, where)
        if at is None or not activity or (begins := self._begins(values)) is None:
            return None
        agency, officer = self._agency(values, where), self._coded(text_of(values, fields.resource))
        own_id = text_of(values, fields.id)
        unique = ("id", own_id) if own_id else ("index", index)
        return Happening(at, activity, agency, officer, (*unique, "begins") if begins else unique, begins)

    def _begins(self, values: dict[str, str]) -> bool | None:
        """True where its transition only begins a step, False where it ends one; None where it does neither."""
        transition = text_of(values, self._mapping.event.lifecycle).casefold()
        if not transition or transition in self._mapping.lifecycle.finishes:
            return False
        if transition in self._mapping.lifecycle.takes:
            return True
        kind = Kind.STEP_PAUSED if transition in PAUSES else Kind.STEP_NOT_DONE
        self._note(kind, repr(transition[:60]))
        return None

    def _agency(self, values: dict[str, str], where: str) -> str:
        group = text_of(values, self._mapping.event.group)
        if group in self._mapping.no_group:
            return ""
        if not group and self._mapping.event.group:
            self._note(Kind.EVENT_WITHOUT_GROUP, where)
        return self._coded(self._mapping.agency_of(group)) if group else ""

    def _coded(self, text: str) -> str:
        if len(text) > LONGEST_CODE:
            self._note(Kind.TEXT_CUT, f"{text[:60]!r}…")
        coded = fit(text)
        if coded != text[:LONGEST_CODE]:
            self._note(Kind.TEXT_UNFIT, repr(text[:60]))
        return coded

    def _first_of_its_id(
        self, happening: Happening, values: dict[str, str], known: dict[tuple[object, ...], list[Happening]]
    ) -> Happening | None:
        """The event, unless it repeats one; one that only shares another's id is told apart by a number.

        Without an id of the log, events with equal content are the same event. One id for the begin and the end of a
        step is as it should be.
        """
        own_id = text_of(values, self._mapping.event.id)
        namesakes = known.setdefault((own_id, happening.begins) if own_id else happening.content, [])
        if any(namesake.content == happening.content for namesake in namesakes):
            self._note(Kind.DUPLICATE_EVENT, f"{happening.activity} at {happening.at.isoformat()}")
            return None
        namesakes.append(happening)
        if len(namesakes) == 1:
            return happening
        self._note(Kind.EVENT_ID_REUSED, own_id[:60])
        return replace(happening, unique=(*happening.unique, len(namesakes)))


def text_of(values: dict[str, str], name: str) -> str:
    """A value without the spaces around it; empty where the log has none, or the mapping does not ask for it."""
    return values.get(name, "").strip() if name else ""
