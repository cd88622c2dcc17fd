"""Answers: every report is accepted or rejected by an event that names it in `causationid`."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer

from contracts.envelope import AnyEvent
from contracts.topics import OWNERS
from lienthong_agency.credentials import Bus
from lienthong_agency.reading import event_of

REJECTED = "report.rejected"
ANSWERING = tuple(payload.TYPE for payload in OWNERS["routing"] if not payload.TYPE.endswith(".passed"))
"""The events that answer a report."""

MARGIN = timedelta(minutes=5)
"""How much earlier than the event that is reported on reading begins: several brokers' clocks differ by seconds. With
less, an answer might be passed over; with more, more is read for nothing at a start."""

MOST_KEPT = 10_000
"""Answers that are remembered, the latest of them. A repeat of a report that was answered before the program started
again finds its answer among them. With fewer, an agency that repeats much waits in vain; with more, it takes more than
some ten megabytes."""


@dataclass(frozen=True)
class Answer:
    """What became of a report.

    Attributes:
        report: the report, as it was sent.
        event: the event that answers it; None where none came in time. Then the report may still be waiting for what it
            follows from. Do not report the same under another id: its answer comes as an event.
    """

    report: AnyEvent
    event: AnyEvent | None

    @property
    def accepted(self) -> bool:
        """Whether an answer came, and the report is accepted."""
        return self.event is not None and self.event.type != REJECTED

    @property
    def rejected(self) -> bool:
        """Whether an answer came, and the report is impossible; `code` and `reason` say why."""
        return self.event is not None and self.event.type == REJECTED

    @property
    def code(self) -> str:
        """Why it was rejected, for programs; empty where it was not."""
        return self.event.data.code if self.event is not None and self.rejected else ""

    @property
    def reason(self) -> str:
        """Why it was rejected, for people; empty where it was not."""
        return self.event.data.reason if self.event is not None and self.rejected else ""

    def __str__(self) -> str:
        if self.event is None:
            return "no answer yet"
        return f"rejected, {self.code}: {self.reason}" if self.rejected else f"accepted by {self.event.type}"


@dataclass
class Answers:
    """Hears all answers from the first report on, without a group, so that no rights to one are needed."""

    bus: Bus
    _consumer: AIOKafkaConsumer | None = field(default=None, init=False)
    _listening: "asyncio.Task[None] | None" = field(default=None, init=False)
    _since: datetime | None = field(default=None, init=False)
    _known: dict[str, AnyEvent] = field(default_factory=dict, init=False)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)

    async def listen(self, since: datetime) -> None:
        """Hear every answer that the bus took in since a moment.

        Args:
            since: when the bus took in the event that is reported on: no answer to the report is older.
        """
        since -= MARGIN
        async with self._news:
            if self._since is not None and self._since <= since:
                return
            self._since = since
            await self._end()
            topics = [self.bus.inbox] if self.bus.inbox else list(ANSWERING)
            self._consumer = AIOKafkaConsumer(
                *topics, **self.bus.options(), enable_auto_commit=False, isolation_level="read_committed"
            )
            await self._consumer.start()
            await self._place(self._consumer, since)
            self._listening = asyncio.create_task(self._listen(self._consumer))

    async def to(self, report_id: str, place: str, seconds: float) -> AnyEvent | None:
        """The answer to a report; None if none comes within so many seconds.

        Args:
            report_id: id of the report.
            place: of its record, as the bus acknowledged it. A refusal of a record at another place answers somebody
                who spoke under this id, and had no right to.
            seconds: to wait.

        Raises:
            KafkaError: the bus does not let this agency read the answers any more.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._found(report_id, place) or self._has_failed())
        found = self._found(report_id, place)
        if found is None and self._listening is not None and self._listening.done():
            self._since = None  # the next report begins anew
            self._listening.result()
        return found

    def _found(self, report_id: str, place: str) -> AnyEvent | None:
        return self._known.get(report_id) or self._known.get(place)

    def _has_failed(self) -> bool:
        return self._listening is None or self._listening.done()

    @staticmethod
    async def _place(consumer: AIOKafkaConsumer, since: datetime) -> None:
        places = list(consumer.assignment())
        found = await consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
        ends = await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, found[place].offset if found.get(place) else ends[place])

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        try:
            async for record in consumer:
                event = event_of(record)
                if event is not None and event.causationid and event.type in ANSWERING:
                    await self._keep(event)
        finally:
            async with self._news:
                self._news.notify_all()

    async def _keep(self, event: AnyEvent) -> None:
        async with self._news:
            # A refused record is known by its place, all else by the report's id. Of several events that follow from a
            # report the first is its answer.
            self._known.setdefault(getattr(event.data, "record", None) or event.causationid, event)
            while len(self._known) > MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._news.notify_all()

    async def stop(self) -> None:
        """Drop the connection."""
        async with self._news:
            await self._end()

    async def _end(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None
