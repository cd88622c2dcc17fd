"""Neighbours: every agency but the developer's own, and the citizens, as simple as can be, by the wall clock."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

import structlog
from aiokafka import ConsumerRecord

from chassis.runtime import clock
from chassis.runtime.bus.record import read_record
from contracts import claims
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import BadEventError, UnknownTypeError
from domain.procedures import Catalogue, Directory, Procedure
from domain.procedures.directory import ONE_STOP
from tools.operations.sandbox.voices import Voices

log = structlog.get_logger(__name__)

HEARD = (
    "dossier.transferred",
    "dossier.step-completed",
    "dossier.suspended",
    "consultation.requested",
    "explanation.required",
)
"""The topics by which neighbours and citizens are asked for something, and that tell what is done."""

MOST_OPEN = 5
"""Steps that wait for the developer's agency. With so many no other dossier is lodged: who looks at one would be
flooded, and a program that is tested would be late for the test. With fewer, a dossier whose step he leaves open would
soon be the last."""

FOREIGN = "conformance-"
"""Submissions with such ids are played by `lienthong conformance`."""

REMEMBERED = 10_000
"""Events that are known, so that one which is read twice is answered once. An answer has the same id anyway: with fewer
remembered, some are sent twice for nothing; more cost some megabytes."""


@dataclass
class Neighbours:
    """Takes and finishes every step that is not the developer's; pays, supplements and gives opinions.

    Attributes:
        agency: the developer's, which is left alone.
        voices: speak for all the others.
        waiting: dossiers and steps that wait for the developer's agency.
    """

    agency: str
    voices: Voices
    waiting: set[tuple[str, str]] = field(default_factory=set)
    _known: dict[str, None] = field(default_factory=dict)
    _heard: "asyncio.Queue[AnyEvent]" = field(default_factory=asyncio.Queue)

    def hear(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Take in a record; what it asks for is done by `work`."""
        try:
            event = read_record(record, own=True)
        except (BadEventError, UnknownTypeError):
            return
        fresh = event.identity not in self._known
        if fresh and event.timeline == LIVE and not event.correlationid.startswith(FOREIGN):
            self._known[event.identity] = None
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
            self._heard.put_nowait(event)

    async def work(self) -> None:
        """Answer what was heard, for ever."""
        while True:
            await self._answer(await self._heard.get())

    async def _answer(self, event: AnyEvent) -> None:
        data = event.data
        match event.type:
            case "dossier.transferred" if data.to_agency == self.agency:
                self.waiting.add((event.subject, data.step))
            case "dossier.step-completed" if data.agency == self.agency:
                self.waiting.discard((event.subject, data.step))
            case "dossier.transferred":
                done = claims.FinishedStep(step=data.step)
                await self.voices.report(event, data.to_agency, claims.TookCustody(step=data.step), done)
            case "dossier.suspended" if data.cause == "payment":
                await self.voices.submit(event.correlationid, claims.Payment(amount=data.amount))
            case "dossier.suspended" if data.cause == "supplement":
                await self.voices.submit(event.correlationid, claims.Supplement(components=data.missing))
            case "consultation.requested" if data.agency != self.agency:
                opinion = claims.GivesOpinion(consultation=data.consultation, opinion="Thống nhất.")
                await self.voices.report(event, data.agency, opinion)
            case "explanation.required" if data.agency != self.agency and data.deadline.startswith("step:"):
                await self.voices.report(event, data.agency, _explanation(event))


def _explanation(event: AnyEvent) -> claims.ExplainsDelay:
    return claims.ExplainsDelay(
        step=event.data.deadline.removeprefix("step:").partition("#")[0],
        cause="Lượng hồ sơ tăng đột biến.",
        owner=f"{event.data.agency}-ld01",
        plan="Bố trí thêm người, xử lý dứt điểm.",
        target=clock.now() + timedelta(days=1),
    )


@dataclass(frozen=True)
class Errand:
    """What a citizen asks for so that the developer's agency gets something to do."""

    procedure: Procedure
    unit: str
    step: str

    @property
    def application(self) -> claims.Application:
        """The application, complete."""
        components = tuple(item.id for item in self.procedure.checklist if item.required)
        attributes = {rule.attribute: _that_passes(rule) for rule in self.procedure.eligibility}
        return claims.Application(
            procedure=self.procedure.code,
            channel=self.procedure.channels[0],
            receiving_unit=self.unit,
            components=components,
            attributes=attributes,
        )


def _that_passes(rule: object) -> str | int | bool:
    """A declared circumstance that the rule accepts."""
    allowed, least, most = (getattr(rule, name) for name in ("one_of", "at_least", "at_most"))
    return allowed[0] if allowed else least if least is not None else most or 0


def errands(agency: str, catalogue: Catalogue, directory: Directory) -> Iterator[Errand]:
    """The procedures in whose plan a step is this agency's, each with a unit whose dossiers come to it."""
    units = sorted(code for code, found in directory.agencies.items() if ONE_STOP in found.roles)
    for procedure in catalogue.values():
        steps = [step for step in procedure.steps if step.when is None]
        found = (
            Errand(procedure, unit, step.id)
            for unit in units
            for step in steps
            if directory.resolve(step.role, unit) == agency
        )
        yield from islice(found, 1)


async def lodging(neighbours: Neighbours, found: list[Errand], seconds: float, tell: Callable[[str], None]) -> None:
    """Citizens lodge one dossier after the other, for ever, but no more than the agency can look at.

    Args:
        neighbours: know how much waits for the agency, and have a voice for citizens.
        found: what they ask for, in turn.
        seconds: between two of them.
        tell: told of each submission.
    """
    number = 0
    while True:
        if len(neighbours.waiting) < MOST_OPEN:
            errand = found[number % len(found)]
            number += 1
            await neighbours.voices.submit(f"sandbox-{clock.random_reference()}", errand.application)
            tell(f"{errand.procedure.code} at {errand.unit}: step {errand.step} will come to you")
        await asyncio.sleep(seconds)
