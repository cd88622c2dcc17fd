"""The load: citizens at the HTTP APIs, agencies at the topics, and beside them a week of the province on its own time.

Nothing here is told of the faults. Whoever gets no answer asks again with the same key until there is one; what was
acknowledged is remembered, because it may never be lost.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from aiokafka.errors import KafkaError

from chassis.runtime import clock
from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from contracts import claims, routing
from contracts.envelope import LIVE, AnyEvent, new_event
from contracts.topics import BadEventError, UnknownTypeError, read_event
from domain.procedures import load_catalogue, load_directory
from domain.worktime import load_calendar
from tests.faults.shop import Shop
from tools.simulator import KafkaBus, Plan, play
from tools.simulator.week import WEEK, following_monday

FIRST_WEEK = datetime.fromisoformat("2026-01-05T07:30:00+07:00")
PARTITIONS = 6
AGAIN_SECONDS = 0.2
COUNTERS = 20
"""Requests under way at once: whoever comes when all counters are taken waits."""

UNJUDGED_SECONDS = 15
"""A citizen who was told to look later asks again after so long."""

REPEATED = 0.15
"""Share of everything that is sent a second time, answered or not."""

INCOMPLETE = 0.1
ASKS_FOR_MONEY = 0.08
NEVER_WORKED_ON = 0.15
LATE_POST = 0.35
"""Share of the live dossiers that come by post, noted when they were handed in: their dates pass within minutes."""

RATES = 0.6
UNREACHABLE = (KafkaError, BusError, TimeoutError, OSError)
TOLD = (routing.DossierTransferred, routing.DossierSuspended, routing.DossierResumed, routing.DossierCompleted)


@dataclass
class Acknowledged:
    """What was promised to be kept: ids of submissions and of ratings, and how many requests were sent again."""

    submissions: set[str] = field(default_factory=set)
    ratings: set[str] = field(default_factory=set)
    repeats: int = 0


async def insist(doing: Callable[[], Awaitable[Any]]) -> Any:
    """Do it again until the bus has it."""
    while True:
        try:
            return await doing()
        except UNREACHABLE:
            await asyncio.sleep(AGAIN_SECONDS)


class _Over(Exception):  # noqa: N818 - nothing went wrong
    """The load was stopped."""


class Insistent(KafkaBus):
    """The province's bus, through outages."""

    async def publish(self, messages: Sequence[Message]) -> None:
        await insist(lambda: super(Insistent, self).publish(messages))

    async def tick(self, timeline: str, time: datetime) -> None:
        await insist(lambda: super(Insistent, self).tick(timeline, time))

    async def heard(self) -> list[AnyEvent]:
        found: list[AnyEvent] = await insist(super().heard)
        return found


class Load:
    """Runs until `stop`.

    Args:
        shop: whose APIs and topics are used.
        seed: of all chance.
        a_second: live submissions a second.
        week: dossiers of a week on its own time.
    """

    def __init__(self, shop: Shop, seed: int, *, a_second: float = 5, week: int = 200) -> None:
        self._shop, self._seed, self._pause, self._week = shop, seed, 1 / a_second, week
        self._rng = random.Random(seed)
        self.acknowledged = Acknowledged()
        self._catalogue, self._directory = load_catalogue(), load_directory()
        self._calendar = load_calendar(shop.settings.calendar)
        self._publisher = Publisher(shop.settings.bus)
        self._http = httpx.AsyncClient(timeout=12)
        self._counters = asyncio.Semaphore(COUNTERS)
        self._going: set[asyncio.Task[None]] = set()
        self._endless: list[asyncio.Task[None]] = []
        self._failed: list[BaseException] = []
        self._over = False
        self._unpaid: dict[str, tuple[AnyEvent, routing.DossierTransferred]] = {}
        units = [one.code for one in self._directory.agencies.values() if "one-stop" in one.roles]
        self._units = sorted(units)[:6]
        self._procedures = [one for one in self._catalogue.values() if one.level == "commune" and not one.eligibility]

    def start(self) -> None:
        """Begin."""
        self._endless = [asyncio.create_task(one) for one in (self._citizens(), self._agencies(), self._weeks())]

    async def stop(self) -> None:
        """No more dossiers; return when all that was begun is acknowledged. Agencies go on until `close`.

        The week ends after a tick that everybody passed on: what is told before its tick nobody may act on.
        """
        citizens, agencies, weeks = self._endless
        self._over = True
        citizens.cancel()
        await asyncio.gather(citizens, weeks, return_exceptions=True)
        if not weeks.cancelled() and (error := weeks.exception()):
            self._failed.append(error)
        self._endless = [agencies]
        while self._going:
            await asyncio.wait(self._going)
        if agencies.done():
            await agencies
        if self._failed:
            raise self._failed[0]

    async def close(self) -> None:
        """End everything."""
        for task in (*self._endless, *self._going):
            task.cancel()
        await asyncio.gather(*self._endless, *self._going, return_exceptions=True)
        await self._publisher.stop()
        await self._http.aclose()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._going.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    async def _citizens(self) -> None:
        number = 0
        while True:
            number += 1
            self._begin(self._by_post(number) if self._rng.random() < LATE_POST else self._at_the_counter(number))
            await asyncio.sleep(self._pause * self._rng.uniform(0.2, 1.8))

    async def _at_the_counter(self, number: int) -> None:
        rng = random.Random(f"{self._seed}/{number}")
        procedure, unit = rng.choice(self._procedures), rng.choice(self._units)
        required = [item.id for item in procedure.checklist if item.required]
        lacking = required[:1] if rng.random() < INCOMPLETE else []
        body = {
            "procedure": procedure.code,
            "channel": procedure.channels[0],
            "receiving_unit": unit,
            "components": [item for item in required if item not in lacking],
            "applicant": {"name": "Người nộp", "email": f"c{number}@example.org"} if rng.random() < 0.5 else None,
        }
        key = {"Idempotency-Key": f"faults-{self._seed}-{number}"}
        answer = await self._ask("intake", "/v1/submissions", body, key, self.acknowledged.submissions, "submission_id")
        while answer["outcome"] == "pending":
            await asyncio.sleep(UNJUDGED_SECONDS)
            answer = await self._again("intake", "/v1/submissions", body, key)
        if lacking:
            path = f"/v1/submissions/{answer['submission_id']}/supplements"
            await self._again("intake", path, {"components": lacking}, key)
        if rng.random() < REPEATED:
            await self._again("intake", "/v1/submissions", body, key)

    async def _by_post(self, number: int) -> None:
        """A post office notes when it took the papers: long ago enough that the date is near or past."""
        rng = random.Random(f"{self._seed}/{number}")
        procedure = rng.choice([one for one in self._procedures if "post" in one.channels])
        submission = f"post-{self._seed}-{number:06d}"
        claim = claims.Application(
            procedure=procedure.code,
            channel="post",
            receiving_unit=rng.choice(self._units),
            components=tuple(item.id for item in procedure.checklist if item.required),
        )
        event = new_event(
            claims.IntakeSubmitted(submission_id=submission, claim=claim),
            source="/portal/post",
            subject=submission,
            time=clock.now() - timedelta(days=rng.choice((1, 2, 3, 4)), seconds=rng.randint(0, 40_000)),
            correlationid=submission,
            unique=("application",),
        )
        await self._publish(event, rng)
        self.acknowledged.submissions.add(submission)

    async def _publish(self, event: AnyEvent, rng: random.Random) -> None:
        await insist(lambda: self._publisher([message_of(event)]))
        if rng.random() < REPEATED:
            self.acknowledged.repeats += 1
            await insist(lambda: self._publisher([message_of(event)]))

    async def _ask(
        self, service: str, path: str, body: Any, headers: dict[str, str], kept: set[str], name: str
    ) -> dict[str, Any]:
        """Send it until it is acknowledged."""
        while True:
            answer = await self._post(service, path, body, headers)
            if answer is not None:
                kept.add(answer[name])
                return answer
            await asyncio.sleep(AGAIN_SECONDS)

    async def _again(
        self, service: str, path: str, body: Any, headers: dict[str, str], name: str = "submission_id"
    ) -> dict[str, Any]:
        self.acknowledged.repeats += 1
        return await self._ask(service, path, body, headers, set(), name)

    async def _post(self, service: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any] | None:
        url = self._rng.choice(self._shop.urls(service))
        try:
            async with self._counters:
                answer = await self._http.post(url + path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        if 400 <= answer.status_code < 500 and answer.status_code != httpx.codes.NOT_FOUND:
            raise AssertionError(f"{url}{path} refuses the load: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found if answer.is_success else None

    async def _agencies(self) -> None:
        consumer = self._shop.settings.bus.consumer(
            *(one.TYPE for one in TOLD),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            group_id=None,
        )
        known: set[str] = set()
        async with consumer:
            while True:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        event = _read(record.topic, record.value)
                        if event and event.timeline == LIVE and event.identity not in known:
                            known.add(event.identity)
                            self._begin(self._react(event))

    async def _react(self, event: AnyEvent) -> None:
        rng = random.Random(f"{self._seed}/{event.id}")
        match event.data:
            case routing.DossierTransferred() as data:
                await self._work(event, data, rng)
            case routing.DossierSuspended() as data:
                path = f"/v1/submissions/{event.correlationid}/payments"
                await self._again("intake", path, {"amount": data.amount}, {"Idempotency-Key": event.id})
            case routing.DossierResumed() if event.subject in self._unpaid:
                handed_over, turn = self._unpaid.pop(event.subject)
                await self._report(handed_over, turn, claims.FinishedStep(step=turn.step), rng)
            case routing.DossierCompleted() as data if rng.random() < RATES:
                await self._rate(event, data, rng)

    async def _work(self, event: AnyEvent, data: routing.DossierTransferred, rng: random.Random) -> None:
        """Take it, and finish it; now and then ask for money first, or let it lie until its date has passed."""
        if random.Random(f"{self._seed}/{event.subject}").random() < NEVER_WORKED_ON:
            return
        await self._report(event, data, claims.TookCustody(step=data.step), rng)
        if data.attempt == 1 and rng.random() < ASKS_FOR_MONEY:
            self._unpaid[event.subject] = (event, data)
            await self._report(event, data, claims.NeedsPayment(step=data.step, amount=50_000), rng)
            return
        await self._report(event, data, claims.FinishedStep(step=data.step), rng)

    async def _report(
        self, event: AnyEvent, data: routing.DossierTransferred, claim: claims.Claim, rng: random.Random
    ) -> None:
        reported = claims.AgencyReported.model_validate({"agency": data.to_agency, "claim": claim.model_dump()})
        made = new_event(
            reported,
            source=f"/agency/{data.to_agency}",
            subject=event.subject,
            time=max(clock.now(), event.time),
            correlationid=event.correlationid,
            unique=(data.step, data.attempt, data.to_agency, claim.model_dump_json()),
            causationid=event.id,
        )
        await self._publish(made, rng)

    async def _rate(self, event: AnyEvent, data: routing.DossierCompleted, rng: random.Random) -> None:
        body = {
            "dossier": event.subject,
            "channel": "web",
            "holder": f"h-{rng.getrandbits(48):012x}",
            "agency": data.agency,
            "answers": {"7": rng.randint(0, 2)},
        }
        key = {"Idempotency-Key": event.id}
        answer = await self._ask("rating", "/v1/ratings", body, key, self.acknowledged.ratings, "rating_id")
        while answer["counted"] is None:
            await asyncio.sleep(UNJUDGED_SECONDS)
            answer = await self._again("rating", "/v1/ratings", body, key, "rating_id")
        if rng.random() < REPEATED:
            await self._again("rating", "/v1/ratings", body, key, "rating_id")

    async def _weeks(self) -> None:
        """Play one week of the province after the other, until the window in which the load is stopped."""
        start, number = FIRST_WEEK, 0
        while not self._over:
            number += 1
            plan = Plan(self._week, self._seed, following_monday(start), f"sim-{self._seed}-{number}")
            start = plan.start + WEEK
            with suppress(*UNREACHABLE, _Over):
                async with Insistent(self._shop.settings.bus, PARTITIONS, plan.timeline) as bus:
                    await play(plan, bus, self._catalogue, self._directory, self._calendar, on_window=self._go_on)

    def _go_on(self, _: object) -> None:
        if self._over:
            raise _Over


def _read(topic: str, value: bytes | None) -> AnyEvent | None:
    try:
        return read_event(topic, value or b"")
    except (BadEventError, UnknownTypeError):
        return None
