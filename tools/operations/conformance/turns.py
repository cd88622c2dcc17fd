"""The turns: how everybody else plays a dossier at the agency that is tested."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from chassis.runtime import clock
from contracts import claims
from contracts.envelope import AnyEvent
from domain.worktime import Calendar, shift
from tools.operations.conformance.journal import Course, has
from tools.operations.conformance.points import TURNS
from tools.operations.conformance.stage import FIRST, LAST, STEP, Stage
from tools.operations.conformance.verdict import ENDS, GRACE

HOLD_SECONDS = 2 * GRACE.total_seconds()
"""How long a recall, a suspension or a withdrawal is watched: longer than a program may not have read of it yet."""

QUIET_SECONDS = HOLD_SECONDS
"""How long is listened after the end for what should not come: a program may be at work on it."""

LODGED = timedelta(hours=15)
"""Working time since which the late dossier is lodged: 16 hours are believed, so one is left for a slow run."""

FORWARDED = timedelta(hours=14)
"""Working time since which it is handed over: the step has four hours, so it is ten late."""

REASON = "Kiểm tra tích hợp"
"""Stands where a claim needs a reason: integration test."""

FEE = 50_000
"""Vietnamese đồng; any amount would do."""


@dataclass
class Turns:
    """Plays every turn.

    Attributes:
        stage: where it is played.
        calendar: the working calendar.
        patience: seconds that the tested agency has for each thing that is asked of it.
    """

    stage: Stage
    calendar: Calendar
    patience: float

    async def play(self, turns: Collection[str]) -> None:
        """Play these turns, one after the other, so that a program is not blamed for being busy with another dossier.

        The plain one comes first in any case: where nothing comes of it, nobody is there, and to have patience with
        each turn would only take long.

        Raises:
            StageError: the installation's own services do not go on.
        """
        await self.plain()
        if any(course.said for course in self.stage.courses):
            for name in TURNS[1:]:
                if name in turns:
                    await getattr(self, name)()
        await asyncio.sleep(QUIET_SECONDS)  # for what should not come, so there is nothing to await

    async def _done(self, course: Course, times: int = 1) -> None:
        """Give the agency time to take and to finish the dossier; whether it did is judged later."""

        def holds() -> bool:
            handed = course.hand_overs
            return len(handed) >= times and all(
                has(course.during(event), "took-custody") and has(course.during(event), *ENDS) for event in handed[-1:]
            )

        await self.stage.listener.until(holds, self.patience)

    async def _simple(self, turn: str) -> tuple[Course, AnyEvent]:
        course = self.stage.course(turn)
        first = await self.stage.lodge(course)
        await self.stage.hand_over(first, claims.TookCustody(step=FIRST))
        handed = await self.stage.transferred(course, STEP)
        await self._done(course)
        return course, handed

    async def plain(self) -> None:
        """Nothing unusual."""
        await self._simple("plain")

    async def interleaved(self) -> None:
        """Two dossiers are handed over together."""
        courses = [self.stage.course("interleaved") for _ in range(2)]
        firsts = [await self.stage.lodge(course) for course in courses]
        await asyncio.gather(*(self.stage.hand_over(first) for first in firsts))
        await asyncio.gather(*(self._done(course) for course in courses))

    async def repeat(self) -> None:
        """The hand-over is read twice."""
        course, handed = await self._simple("repeat")
        await self.stage.repeat(course, handed)

    async def again(self) -> None:
        """The unit sends the step back, and gives it to the agency once more."""
        course, _ = await self._simple("again")

        def last() -> AnyEvent | None:
            return next((event for event in course.events("dossier.transferred") if event.data.step == LAST), None)

        await self.stage.listener.until(lambda: last() is not None, self.patience)
        handed = last()
        if handed is None:
            return  # the agency did not finish, which is judged
        await self.stage.voices.report(handed, self.stage.unit, claims.SentBack(step=LAST, to_step=STEP, reason=REASON))
        back = await self.stage.transferred(course, STEP, 2)
        forwards = claims.Forwards(step=STEP, to_agency=self.stage.agency)
        await self.stage.voices.report(back, self.stage.unit, forwards)
        await self._done(course, 2)

    async def recall(self) -> None:
        """The unit recalls the dossier together with handing it over, and hands it over again later."""
        course = self.stage.course("recall")
        first = await self.stage.lodge(course)
        done = claims.FinishedStep(step=FIRST, next_agency=self.stage.agency)
        await self.stage.voices.report(first, self.stage.unit, done, claims.Recalls(to_step=FIRST, reason=REASON))
        recalled = await self.stage.transferred(course, FIRST, 2)
        await asyncio.sleep(HOLD_SECONDS)
        await self.stage.hand_over(recalled)
        await self._done(course, 2)

    async def suspended(self) -> None:
        """The unit suspends the dossier together with handing it over, and resumes it later."""
        course = self.stage.course("suspended")
        first = await self.stage.lodge(course)
        done = claims.FinishedStep(step=FIRST, next_agency=self.stage.agency)
        storm = claims.Suspends(step=STEP, reason=REASON)
        await self.stage.voices.report(first, self.stage.unit, done, storm)
        await self.stage.until(course, "dossier.suspended", lambda: any(course.events("dossier.suspended")))
        await asyncio.sleep(HOLD_SECONDS)
        suspended = next(course.events("dossier.suspended"))
        await self.stage.voices.report(suspended, self.stage.unit, claims.Resumes())
        await self.stage.until(course, "dossier.resumed", lambda: any(course.events("dossier.resumed")))
        await self._done(course)

    async def payment(self) -> None:
        """Before it is handed over the citizen has to pay."""
        course = self.stage.course("payment")
        first = await self.stage.lodge(course)
        await self.stage.voices.report(first, self.stage.unit, claims.NeedsPayment(step=FIRST, amount=FEE))
        await self.stage.until(course, "dossier.suspended", lambda: any(course.events("dossier.suspended")))
        await self.stage.voices.submit(course.submission, claims.Payment(amount=FEE))
        await self.stage.until(course, "dossier.resumed", lambda: any(course.events("dossier.resumed")))
        await self.stage.hand_over(first)
        await self._done(course)

    async def opinion(self) -> None:
        """The agency is asked for its opinion; the dossier itself stays with others."""
        course = self.stage.course("opinion")
        first = await self.stage.lodge(course)
        asks = claims.AsksOpinion(
            step=FIRST, of_agency=self.stage.agency, question="Đề nghị cho ý kiến.", limit="1 working-days"
        )
        await self.stage.voices.report(first, self.stage.unit, claims.TookCustody(step=FIRST), asks)
        await self.stage.until(course, "consultation.requested", lambda: bool(course.opinions_asked))
        await self.stage.listener.until(lambda: course.answered("consultation.answered"), self.patience)
        await self.stage.voices.report(first, self.stage.unit, claims.FinishedStep(step=FIRST))
        await self.stage.transferred(course, STEP)

    async def withdrawn(self) -> None:
        """The citizen withdraws when it was just handed over."""
        course = self.stage.course("withdrawn")
        first = await self.stage.lodge(course)
        await self.stage.hand_over(first)
        await self.stage.transferred(course, STEP)
        await self.stage.voices.submit(course.submission, claims.Withdrawal())
        await self.stage.until(course, "dossier.withdrawn", lambda: any(course.events("dossier.withdrawn")))
        await asyncio.sleep(HOLD_SECONDS)

    async def explains(self) -> None:
        """It was lodged yesterday and is late when it comes; the agency has to explain."""
        course = self.stage.course("explains")
        now = clock.now()
        first = await self.stage.lodge(course, shift(self.calendar, now, -LODGED))
        await self.stage.hand_over(first, at=shift(self.calendar, now, -FORWARDED))
        await self.stage.until(course, "explanation.required", lambda: bool(course.explanations_asked))
        await self.stage.listener.until(lambda: course.answered("delay.explained"), self.patience)
        await self._done(course)

    async def unknown(self) -> None:
        """An event of a type that nobody knows, and one with fields that nobody knows; then a dossier as ever."""
        told = next(course for course in self.stage.courses if course.turn == "plain")
        for event in told.hand_overs[:1]:
            content = json.loads(event.to_json())
            grown = content | {"addedlater": "x", "data": content["data"] | {"added_later": {"deep": [1, 2]}}}
            novel = content | {"type": "dossier.unheard-of", "id": f"{event.id}-novel", "data": {"added_later": True}}
            for value in (grown, novel):
                await self.stage.repeat(told, event, json.dumps(value).encode())
        await self._simple("unknown")
