"""One case of a log, its texts made sense of; whatever makes none is reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.claims import Channel
from services.cli.importing.log import RawCase
from services.cli.importing.mapping import Mapping, is_submission_id
from services.cli.importing.report import Kind, Report
from services.cli.importing.scratch import Scratch
from services.cli.importing.times import Times, TimeUnusable
from services.cli.importing.words import LONGEST_CODE


@dataclass(frozen=True)
class Happening:
    """One event of a case.

    Attributes:
        at: when.
        activity: what was done.
        agency: who did it; empty: whoever holds the dossier.
        officer: by which officer's code.
        unique: what tells it from the others of its case.
    """

    at: datetime
    activity: str
    agency: str
    officer: str
    unique: tuple[object, ...]


@dataclass(frozen=True)
class Case:
    """One case that can be played; its happenings in the order of time, and of the file where times are equal."""

    code: str
    start: datetime
    end: datetime | None
    deadline: datetime | None
    channel: Channel
    happenings: tuple[Happening, ...]


class CaseReader:
    """Makes cases of raw ones, reporting every flaw."""

    def __init__(self, mapping: Mapping, report: Report, scratch: Scratch) -> None:
        self._mapping = mapping
        self._report = report
        self._scratch = scratch
        self._times = Times(mapping.time_format, mapping.default_zone)
        self._where = ""

    def read(self, raw: RawCase) -> Case | None:
        """The case; None where it can not be played at all."""
        self._report.cases += 1
        self._where = f"{_text(raw.values, self._mapping.case.id)[:60] or 'case'} (line {raw.line})"
        happenings = tuple(sorted(self._happenings(raw), key=lambda one: one.at))
        start = self._moment(raw.values, self._mapping.case.start, "start")
        code = self._code(raw)
        if start is None:
            self._note(Kind.CASE_WITHOUT_START)
        if start is None or not code:
            return None
        case = self._case(raw, code, start, happenings)
        self._look_over(case)
        return case

    def _case(self, raw: RawCase, code: str, start: datetime, happenings: tuple[Happening, ...]) -> Case:
        fields = self._mapping.case
        end = self._moment(raw.values, fields.end, "end")
        deadline = self._moment(raw.values, fields.deadline, "deadline")
        return Case(code, start, end, deadline, self._channel(raw), happenings)

    def _note(self, kind: Kind, more: str = "") -> None:
        self._report.note(kind, f"{self._where}: {more}" if more else self._where)

    def _moment(self, values: dict[str, str], field: str, what: str) -> datetime | None:
        text = _text(values, field)
        if not text:
            return None
        try:
            return self._times.parse(text)
        except TimeUnusable as error:
            self._note(error.kind, f"{what} {error}")
            return None

    def _code(self, raw: RawCase) -> str:
        """The dossier code, if this case has a right to it; else empty."""
        code = self._mapping.code_of({name: value.strip() for name, value in raw.values.items()})
        if not code:
            self._note(Kind.CASE_WITHOUT_ID)
        elif not is_submission_id(code):
            self._note(Kind.CODE_UNUSABLE, f"{code[:80]!r}; it needs 8 to 64 characters, a letter or digit first")
        elif not self._scratch.is_new(code):
            self._note(
                Kind.DUPLICATE_CASE, f"{code}; a case's events must stand together, and ids differ in A-Za-z0-9._-"
            )
        else:
            return code
        return ""

    def _channel(self, raw: RawCase) -> Channel:
        named = _text(raw.values, self._mapping.case.channel)
        if self._mapping.case.channel and named not in self._mapping.channels:
            self._note(Kind.UNKNOWN_CHANNEL, repr(named[:60]))
        return self._mapping.channels.get(named, self._mapping.default_channel)

    def _happenings(self, raw: RawCase) -> Iterator[Happening]:
        known: dict[str, list[Happening]] = {}
        latest: datetime | None = None
        for index, values in enumerate(raw.events):
            self._report.events += 1
            at = self._moment(values, self._mapping.event.time, f"event {index + 1}")
            if at:
                self._report.saw(at)
            if at and latest and at < latest:
                self._note(Kind.EVENT_OUT_OF_ORDER, f"event {index + 1}")
            latest = max(at, latest) if at and latest else at or latest
            happening = self._happening(values, index, at)
            if happening and (first := self._first_of_its_id(happening, values, known)):
                yield first

    def _happening(self, values: dict[str, str], index: int, at: datetime | None) -> Happening | None:
        fields, where = self._mapping.event, f"event {index + 1}"
        activity = self._cut(_text(values, fields.activity))
        if at is None:
            self._note(Kind.EVENT_WITHOUT_TIME, where)
        if not activity:
            self._note(Kind.EVENT_WITHOUT_ACTIVITY, where)
        if at is None or not activity:
            return None
        agency, officer = self._agency(values, where), self._cut(_text(values, fields.resource))
        own_id = _text(values, fields.id)
        return Happening(at, activity, agency, officer, ("id", own_id) if own_id else ("index", index))

    def _agency(self, values: dict[str, str], where: str) -> str:
        group = _text(values, self._mapping.event.group)
        if group in self._mapping.no_group:
            return ""
        if not group and self._mapping.event.group:
            self._note(Kind.EVENT_WITHOUT_GROUP, where)
        return self._cut(self._mapping.agency_of(group)) if group else ""

    def _cut(self, text: str) -> str:
        if len(text) > LONGEST_CODE:
            self._note(Kind.TEXT_CUT, f"{text[:60]!r}…")
        return text[:LONGEST_CODE]

    def _first_of_its_id(
        self, happening: Happening, values: dict[str, str], known: dict[str, list[Happening]]
    ) -> Happening | None:
        """The event, unless it repeats one; one that only shares another's id is told apart by a number.

        Without an id of the log, events with equal content are the same event.
        """
        own_id = _text(values, self._mapping.event.id)
        content = (happening.at, happening.activity, happening.agency, happening.officer)
        namesakes = known.setdefault(own_id or repr(content), [])
        if any((one.at, one.activity, one.agency, one.officer) == content for one in namesakes):
            self._note(Kind.DUPLICATE_EVENT, f"{happening.activity} at {happening.at.isoformat()}")
            return None
        namesakes.append(happening)
        if len(namesakes) == 1:
            return happening
        self._note(Kind.EVENT_ID_REUSED, own_id[:60])
        unique = (*happening.unique, len(namesakes))
        return Happening(happening.at, happening.activity, happening.agency, happening.officer, unique)

    def _look_over(self, case: Case) -> None:
        """Report what is odd about a case as a whole."""
        if not case.happenings:
            self._note(Kind.CASE_WITHOUT_EVENTS)
        if case.deadline is None:
            self._note(Kind.CASE_WITHOUT_DEADLINE)
        elif case.deadline < case.start:
            self._note(Kind.DEADLINE_BEFORE_START, f"{case.deadline.isoformat()} < {case.start.isoformat()}")
        for happening in case.happenings:
            if happening.at < case.start:
                self._note(Kind.EVENT_BEFORE_START, f"{happening.activity} at {happening.at.isoformat()}")
            if case.end and happening.at > case.end:
                self._note(Kind.EVENT_AFTER_END, f"{happening.activity} at {happening.at.isoformat()}")
        self._look_at_end(case)

    def _look_at_end(self, case: Case) -> None:
        if case.end is None:
            self._note(Kind.OPEN_CASE)
            if case.deadline:
                self._scratch.keep_open(case.deadline, self._where)
            return
        self._report.ended += 1
        self._report.ended_late += case.deadline is not None and case.end > case.deadline
        if case.end < case.start:
            self._note(Kind.END_BEFORE_START, f"{case.end.isoformat()} < {case.start.isoformat()}")


def _text(values: dict[str, str], name: str) -> str:
    return values.get(name, "").strip() if name else ""
