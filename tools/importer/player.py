"""Playing a log onto the bus."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Protocol

from chassis.runtime.bus.record import Message, message_of
from tools.importer.case import CaseReader
from tools.importer.claims import claims_of, hand_overs
from tools.importer.csv_log import read_csv
from tools.importer.deadlines import Deadlines
from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.grouping import Grouping
from tools.importer.log import LogFile, RawCase, Reader
from tools.importer.mapping import Mapping
from tools.importer.ocel import ID
from tools.importer.ocel_json import read_ocel_json
from tools.importer.ocel_sqlite import read_ocel_sqlite
from tools.importer.progress import Progress
from tools.importer.report import Kind, Report
from tools.importer.scratch import Scratch
from tools.importer.xes import read_xes

CHUNK = 500
"""Messages published before their acknowledgement is awaited."""

WINDOW = 10_000
"""Messages of whole cases that are held back and published together, before it is noted how far the import is."""

_FORMATS: dict[str, Reader] = {"xes": read_xes, "csv": read_csv, "json": read_ocel_json, "sqlite": read_ocel_sqlite}

OnProgress = Callable[[int, int], None]
"""Told how much of how much is done: the first half is reading, in bytes, the second playing."""


class Bus(Protocol):
    """The bus, as far as the player needs it."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish; returns when all are acknowledged."""

    async def tick(self, timeline: str, time: datetime) -> None:
        """Tell that on this timeline it is now `time`; return when every service has passed that on."""


async def play(
    file: Path,
    mapping: Mapping,
    bus: Bus,
    progress_folder: Path,
    *,
    deadlines: Deadlines | None = None,
    from_scratch: bool = False,
    on_progress: OnProgress = lambda _done, _total: None,
) -> Report:
    """Play a log onto the bus, then tell its timeline what time it is.

    The log is read to its end first, and its cases are put together on disk, in whatever order it tells them. Claims of
    one dossier are published in order; the ids make it harmless to publish any of them again. Nothing is decided before
    the clock is moved, at the end: no verdict before all is read. Where the file turns out broken, the clock is not
    moved, because the log's end is not known; what was read before waits for it.

    Args:
        file: the log; see `tools.importer.log.FORMS`.
        mapping: what its words mean.
        bus: takes the messages.
        progress_folder: remembers how far an interrupted import got.
        deadlines: by the calendar and the rules of the installation; without them, by the shipped ones.
        from_scratch: publish every case, even those published before.
        on_progress: called after every case.

    Raises:
        ImportFailed: the user must mend something first.
    """
    log = LogFile(file)
    reader = _FORMATS[log.form]
    deadlines = deadlines or Deadlines(mapping)
    progress = Progress(progress_folder, file, mapping, deadlines.basis, from_scratch=from_scratch)
    key = mapping.case.id if log.form in {"xes", "csv"} else ID
    with Scratch() as scratch, Grouping(key) as grouping:
        player = _Player(mapping, bus, progress, scratch, deadlines)
        with closing(log.cases(reader, mapping, player.report.note)) as pieces:
            await player.gather(pieces, grouping, log, on_progress)
        await player.play(grouping, log.size, on_progress)
        await player.finish()
    return player.report


class _Player:
    """One run: reads cases, publishes their claims in chunks, remembers how far it got."""

    def __init__(self, mapping: Mapping, bus: Bus, progress: Progress, scratch: Scratch, deadlines: Deadlines) -> None:
        self.report = Report(timeline=mapping.timeline, cases_published_before=progress.cases)
        self._mapping = mapping
        self._bus = bus
        self._progress = progress
        self._scratch = scratch
        self._reader = CaseReader(mapping, self.report, scratch, deadlines)
        self._messages: list[Message] = []

    async def gather(
        self, pieces: Iterator[RawCase], grouping: Grouping, log: LogFile, on_progress: OnProgress
    ) -> None:
        """Read the log to its end, before anything of it is published."""
        try:
            for count, piece in enumerate(pieces):
                self._reader.check_zones(piece)
                grouping.add(piece)
                if count % CHUNK == 0:
                    on_progress(log.bytes_read, 2 * log.size)
                    await asyncio.sleep(0)  # whatever else runs must not starve
        except BrokenLog as broken:
            self._stop(log, grouping, broken)

    async def play(self, grouping: Grouping, size: int, on_progress: OnProgress) -> None:
        """Publish case by case."""
        for raw in grouping.whole(self.report.note):
            self._take(raw)
            on_progress(size + size * self.report.cases // grouping.cases, 2 * size)
            if len(self._messages) >= WINDOW:
                await self._flush()
            elif self.report.cases % CHUNK == 0:
                await asyncio.sleep(0)
        await self._flush()
        on_progress(2 * size, 2 * size)

    async def finish(self) -> None:
        """Move the clock to the log's end: now everything is decided."""
        report = self.report
        if self._progress.cases > report.cases:
            raise self._progress.refuse(
                f"the progress file says {self._progress.cases} cases, there are {report.cases}"
            )
        if report.latest is None or not report.complete:
            return
        count, first = self._scratch.open_past(report.latest)
        if count:
            report.add(Kind.OPEN_PAST_DEADLINE, count, first)
        await self._bus.tick(self._mapping.timeline, report.latest)

    def _take(self, raw: RawCase) -> None:
        case = self._reader.read(raw)
        if case is None:
            return
        claims = claims_of(case, self._mapping)
        self.report.played += 1
        self.report.hand_overs += hand_overs(claims)
        if self.report.cases > self._progress.cases:
            self._messages += map(message_of, claims)

    async def _flush(self) -> None:
        """Publish what waits, then remember the cases it completes: never the other way round."""
        await self._publish(self._messages)
        self._messages = []
        if self.report.cases > self._progress.cases:
            self._progress.save(self.report.cases)

    async def _publish(self, messages: Sequence[Message]) -> None:
        for first in range(0, len(messages), CHUNK):
            chunk = messages[first : first + CHUNK]
            await self._bus.publish(chunk)
            self.report.messages += len(chunk)

    def _stop(self, log: LogFile, grouping: Grouping, broken: BrokenLog) -> None:
        """Go on with the cases before the fault, where they are whole."""
        if not grouping.cases or grouping.in_pieces:
            lost = "; its cases do not stand together, so each may lack its end: nothing is played"
            raise ImportFailed(f"{log.path.name}: {broken}{lost if grouping.cases else ''}") from broken
        self.report.note(Kind.FILE_BROKEN, f"{log.path.name}: {broken}")
