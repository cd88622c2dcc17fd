"""One case of a log, its texts made sense of; whatever makes none is reported."""

from dataclasses import dataclass
from datetime import datetime

from contracts.claims import Channel
from tools.importer.deadlines import Deadlines
from tools.importer.errors import ImportFailed
from tools.importer.happening import Happening, HappeningReader, text_of
from tools.importer.log import RawCase
from tools.importer.mapping import Mapping, is_submission_id
from tools.importer.report import Kind, Report
from tools.importer.scratch import Scratch
from tools.importer.times import Times, TimeUnusable, ZoneUnknown


@dataclass(frozen=True)
class Case:
    """One case that can be played; its happenings in the order of time, and of the file where times are equal.

    Attributes:
        deadline: None: no appointment was given.
    """

    code: str
    start: datetime
    end: datetime | None
    deadline: datetime | None
    channel: Channel
    happenings: tuple[Happening, ...]


class CaseReader:
    """Makes cases of raw ones, reporting every flaw."""

    def __init__(self, mapping: Mapping, report: Report, scratch: Scratch, deadlines: Deadlines | None = None) -> None:
        self._mapping = mapping
        self._report = report
        self._scratch = scratch
        self._deadlines = deadlines or Deadlines(mapping)
        self._times = Times(mapping.time_format, mapping.default_zone, mapping.zones)
        self._happenings = HappeningReader(mapping, report, self._times, self._note)
        self._where = ""

    def check_zones(self, raw: RawCase) -> None:
        """Refuse a log whose times name a zone that nobody explained, before anything of it is told.

        Raises:
            ImportFailed: naming the zone.
        """
        if self._times.names_zones:
            fields = self._mapping.case
            texts = [text_of(raw.values, name) for name in (fields.start, fields.end, fields.deadline)]
            texts += [text_of(values, self._mapping.event.time) for values in raw.events]
            texts += [text for change in raw.changes for text in change]
            for text in filter(None, texts):
                self._check_zone(text, raw.line)

    def _check_zone(self, text: str, line: int) -> None:
        try:
            self._times.parse(text)
        except TimeUnusable:
            pass  # an anomaly of its case
        except ZoneUnknown as unknown:
            raise ImportFailed(
                f"line {line}: a timestamp names the zone {unknown}, which can mean several things or nothing; say in "
                f"the mapping what it means here, for example zones: {{{unknown}: Asia/Ho_Chi_Minh}}"
            ) from unknown

    def read(self, raw: RawCase) -> Case | None:
        """The case; None where it can not be played at all."""
        self._report.cases += 1
        line = f" (line {raw.line})" if raw.line else ""
        self._where = f"{text_of(raw.values, self._mapping.case.id)[:60] or 'case'}{line}"
        happenings = tuple(sorted(self._happenings.read(raw), key=lambda happening: happening.at))
        start = self._start(raw, happenings)
        code = self._code(raw)
        if start is None:
            self._note(Kind.CASE_WITHOUT_START)
        if start is None or not code:
            return None
        deadline = self._deadline(raw, start)
        case = Case(code, start, self._end(raw, happenings, deadline), deadline, self._channel(raw), happenings)
        self._look_over(case)
        return case

    def _note(self, kind: Kind, more: str = "") -> None:
        self._report.note(kind, f"{self._where}: {more}" if more else self._where)

    def _moment(self, values: dict[str, str], field: str, what: str) -> datetime | None:
        text = text_of(values, field)
        if not text:
            return None
        try:
            return self._deadlines.given(text) if what == "deadline" else self._times.parse(text)
        except TimeUnusable as error:
            self._note(error.kind, f"{what} {error}")
            return None

    def _start(self, raw: RawCase, happenings: tuple[Happening, ...]) -> datetime | None:
        if self._mapping.case.start:
            return self._moment(raw.values, self._mapping.case.start, "start")
        return happenings[0].at if happenings else None

    def _deadline(self, raw: RawCase, start: datetime) -> datetime | None:
        if given := self._as_changed(raw) or self._moment(raw.values, self._mapping.case.deadline, "deadline"):
            return given
        own = self._deadlines.by_procedure(start)
        self._note(Kind.CASE_WITHOUT_DEADLINE if own is None else Kind.DEADLINE_FROM_PROCEDURE)
        return own

    def _as_changed(self, raw: RawCase) -> datetime | None:
        """The last deadline that was given before the one that held had passed, and before the end."""
        end = self._moment(raw.values, self._mapping.case.end, "end") if raw.changes else None
        read = [
            (
                self._moment({"since": since}, "since", "deadline changed at"),
                self._moment({"deadline": text}, "deadline", "deadline"),
            )
            for since, text in raw.changes
        ]
        holds: datetime | None = None
        for since, deadline in sorted((since, deadline) for since, deadline in read if since and deadline):
            if holds and (since > holds or (end and since > end)):
                self._note(Kind.DEADLINE_CHANGED_LATE, f"at {since.isoformat()}")
                continue
            if holds and holds != deadline:
                self._note(Kind.DEADLINE_CHANGED, f"at {since.isoformat()}")
            holds = deadline
        return holds

    def _end(self, raw: RawCase, happenings: tuple[Happening, ...], deadline: datetime | None) -> datetime | None:
        """The end; where only its day is known, after what was done on that day, and not late for that."""
        end = self._moment(raw.values, self._mapping.case.end, "end")
        if end is None:
            ends = self._mapping.ends_with
            return next(
                (happening.at for happening in happenings if happening.activity in ends and not happening.begins), None
            )
        day = self._times.day(text_of(raw.values, self._mapping.case.end))
        if day is None:
            return end
        done = max([end, *(happening.at for happening in happenings if self._times.local(happening.at).date() == day)])
        same_day = deadline is not None and self._times.local(deadline).date() == day
        return max(end, min(done, deadline)) if deadline and same_day else done

    def _code(self, raw: RawCase) -> str:
        """The dossier code, if this case has a right to it; else empty."""
        code = self._mapping.code_of({name: value.strip() for name, value in raw.values.items()})
        if not code:
            self._note(Kind.CASE_WITHOUT_ID)
        elif not is_submission_id(code):
            self._note(Kind.CODE_UNUSABLE, f"{code[:80]!r}; it needs 8 to 64 characters, a letter or digit first")
        elif not self._scratch.is_new(code):
            self._note(Kind.DUPLICATE_CASE, f"{code}; ids must differ in A-Za-z0-9._-")
        else:
            return code
        return ""

    def _channel(self, raw: RawCase) -> Channel:
        named = text_of(raw.values, self._mapping.case.channel)
        if self._mapping.case.channel and named not in self._mapping.channels:
            self._note(Kind.UNKNOWN_CHANNEL, repr(named[:60]))
        return self._mapping.channels.get(named, self._mapping.default_channel)

    def _look_over(self, case: Case) -> None:
        """Report what is odd about a case as a whole."""
        if not case.happenings:
            self._note(Kind.CASE_WITHOUT_EVENTS)
        if case.deadline is not None and case.deadline < case.start:
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
