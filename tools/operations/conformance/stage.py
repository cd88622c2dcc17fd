"""The stage of a play: the bus is heard, dossiers are lodged and handed over, and everything goes into the journal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, read_record, sender_of, value_of
from contracts import claims
from contracts.claims import AgencyReported
from contracts.envelope import AnyEvent
from contracts.routing import ReportRejected
from contracts.sla import ExplanationRequired
from contracts.topics import OWNERS, BadEventError, UnknownTypeError, read_event
from lienthong_agency.signing import HEADER
from tools.operations.conformance.journal import Course, Said, taken_in
from tools.operations.environment import NotReadyError
from tools.operations.sandbox.listening import Listener
from tools.operations.sandbox.voices import Voices

PROCEDURE = "1.001193"
COMPONENTS = ("form", "birth-proof", "identity")
FIRST, STEP, LAST = "forward", "verify", "sign"
"""A procedure with three steps in a row, none of which has more than half a day: so one that was received yesterday is
late today. The first and the last are the receiving unit's, the one between is given to whoever is tested."""

HEARD = (
    *(payload.TYPE for owner in ("intake", "routing") for payload in OWNERS[owner]),
    ExplanationRequired.TYPE,
    AgencyReported.TYPE,
)
"""The topics that tell of an agency's work."""

SERVICE_SECONDS = 60.0
"""How long the services may take for what takes them a second. With less, a busy machine looks like a fault; with more,
whoever forgot to start them waits for nothing."""


class StageError(NotReadyError):
    """The installation does not do what it has to, so nothing can be judged; says what to look at."""


@dataclass
class Stage:
    """The bus, the voices of everybody else, and the courses.

    Attributes:
        agency: who is tested.
        unit: the receiving unit, which is played.
        voices: speak for unit and citizens.
        echo: publishes what is said to the tested agency once more, or anew.
        inbox: topic that the agency reads; empty: the public ones.
        prefix: of the ids of all submissions.
        courses: the dossiers that are played.
        strays: refusals that name no dossier, because nobody knows who sent the record.
    """

    agency: str
    unit: str
    voices: Voices
    echo: Publisher
    inbox: str
    prefix: str
    courses: list[Course] = field(default_factory=list)
    strays: list[AnyEvent] = field(default_factory=list)
    listener: Listener = field(init=False)
    _records: dict[str, Message] = field(default_factory=dict)

    def course(self, turn: str) -> Course:
        """A new course, not lodged yet."""
        made = Course(turn, self.agency, f"{self.prefix}{len(self.courses) + 1}")
        self.courses.append(made)
        return made

    def hear(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Take in a record, if it concerns a course."""
        if record.topic == AgencyReported.TYPE:
            self._hear_report(record)
            return
        try:
            event = read_record(record, own=True)
        except (BadEventError, UnknownTypeError):
            return
        course = next((course for course in self.courses if course.submission == event.correlationid), None)
        if course is None and event.type == ReportRejected.TYPE:
            self.strays.append(event)
        elif course is not None and event.identity not in {known.identity for known in course.heard}:
            course.code = course.code or (event.subject if event.type == "dossier.received" else "")
            course.heard.append(event)
            self._records[event.id] = Message(record.topic, record.key, record.value, tuple(record.headers))

    def _hear_report(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        signed = any(name == HEADER for name, _ in record.headers)
        try:
            event = read_event(record.topic, value_of(record))
            found = Said(at, record.key, signed, event, "", event.source, event.id, event.correlationid)
        except (BadEventError, UnknownTypeError) as error:
            told = sender_of(record, str(error))
            found = Said(at, record.key, signed, None, str(error), told.source if told else "", told.id if told else "")
        text = (record.value or b"") + (record.key or b"")
        course = next((course for course in self.courses if course.code and course.code.encode() in text), None)
        if course is not None and found.id not in self.voices.said and not self._is_anothers(found):
            if found.event is None:
                found = replace(found, correlation=course.submission if course.submission.encode() in text else "")
            course.said.append(found)

    def _is_anothers(self, said: Said) -> bool:
        """Tell whether a report is by another agency, and in its own name; the tested one is not to blame for it."""
        named = said.event.data.agency if said.event else self.agency
        return self.agency not in (named, said.source.removeprefix("/agency/"))

    async def until(self, course: Course, what: str, holds: Callable[[], bool]) -> None:
        """Wait for what the installation's own services have to do.

        Raises:
            StageError: they do not.
        """
        if not await self.listener.until(holds, SERVICE_SECONDS):
            raise StageError(
                f"{course.code or course.submission}: no {what} within {SERVICE_SECONDS:.0f} s; look whether intake, "
                "routing and sla run, and at their dead letters"
            )

    async def lodge(self, course: Course, at: datetime | None = None) -> AnyEvent:
        """A citizen lodges it; the event that hands it to the receiving unit.

        Args:
            course: the course.
            at: when it was lodged; None: now.
        """
        application = claims.Application(
            procedure=PROCEDURE, channel="counter", receiving_unit=self.unit, components=COMPONENTS
        )
        await self.voices.submit(course.submission, application, at)
        return await self.transferred(course, FIRST)

    async def transferred(self, course: Course, step: str, attempt: int = 1) -> AnyEvent:
        """The event that hands a step over, to whomever, when it is there."""

        def found() -> AnyEvent | None:
            handed = course.events("dossier.transferred")
            return next((event for event in handed if (event.data.step, event.data.attempt) == (step, attempt)), None)

        await self.until(course, f"dossier.transferred for step {step}", lambda: found() is not None)
        event = found()
        assert event is not None  # noqa: S101 - waited for
        return event

    async def hand_over(self, heard: AnyEvent, *first: claims.Claim, at: datetime | None = None) -> None:
        """The unit finishes its step, so that the tested agency gets the next."""
        done = claims.FinishedStep(step=FIRST, next_agency=self.agency)
        await self.voices.report(heard, self.unit, *first, done, at=at)

    async def repeat(self, course: Course, event: AnyEvent, changed: bytes | None = None) -> None:
        """Say an event to the tested agency once more, byte for byte, or with another value."""
        told = self._records[event.id]
        topic = self.inbox or told.topic
        message = Message(topic, told.key, changed or told.value, told.headers)
        if course.before_repeat is None:
            course.before_repeat = frozenset(said.id for said in course.said)
        await self.echo([message])


def in_order(courses: Sequence[Course], strays: Sequence[AnyEvent]) -> None:
    """Put everything into the order in which the bus took it in; what came at one moment stays as it was read.

    A refusal that names no dossier goes to the course of the report that it refuses.
    """
    for course in courses:
        mine = {said.id for said in course.said}
        course.heard += [event for event in strays if event.data.report_id in mine]
        course.heard.sort(key=taken_in)
        course.said.sort(key=lambda said: said.at)
