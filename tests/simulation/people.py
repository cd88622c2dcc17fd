"""Everybody outside: citizens, agencies, the keeper of the calendar; and records that nobody can take in."""

from datetime import UTC, date, datetime, timedelta

from chassis.runtime.bus.record import Message
from contracts import claims, intake, rating, routing
from contracts.calendar_changes import CalendarRetracted
from contracts.envelope import LIVE, AnyEvent, Payload
from contracts.topics import BadEventError, UnknownTypeError, read_event
from domain.worktime import ZONE, Exceptional, Span, Text
from tests.simulation.agencies import Agencies
from tests.simulation.bus import BusRecord
from tests.simulation.citizens import Citizens
from tests.simulation.keys import Keyring
from tests.simulation.liars import RecordLiars
from tests.simulation.liars_rules import Liars
from tests.simulation.thieves import Thief
from tests.simulation.voice import Voice
from tools.operations.announcing import Announcement

SOON = timedelta(minutes=40)
ANNOUNCED = 0.25
TAKEN_BACK = 0.5
RETRACTED = 0.25
MEDDLED = 0.1


class People:
    """All of them. They read what the services publish."""

    def __init__(self, voice: Voice, keyring: Keyring) -> None:
        self._voice = voice
        self._rng = voice.rng
        self._heard: set[str] = set()
        self._under_way: dict[str, AnyEvent] = {}
        self._claims: list[AnyEvent] = []
        self._told: dict[tuple[date, str, str], AnyEvent] = {}
        self._read = 0
        self._agencies = Agencies(voice)
        self._citizens = Citizens(voice)
        self._liars = Liars(voice)
        self.bad: set[tuple[str, int, int]] = set()
        self.record_liars = RecordLiars(voice)
        self.thief = Thief(voice, keyring)

    @property
    def next_action(self) -> datetime | None:
        """When somebody does something again."""
        return self._voice.next_action

    def begin(self, dossiers: int) -> None:
        """Some citizens make up their minds."""
        for number in range(1, dossiers + 1):
            self._voice.later(self._citizens.apply, number)
        for _ in range(self._rng.randint(0, 3)):
            self._voice.later(self._send_nonsense, after=timedelta(hours=self._rng.randint(1, 60)))
        if self._voice.chance(MEDDLED):
            self._voice.later(self._agencies.speak_of_nothing)

    def act(self) -> None:
        """Do what the calendar says, and read what was published."""
        self._voice.act()
        records = self._voice.bus.records
        while self._read < len(records):
            record = records[self._read]
            self._read += 1
            self._hear(record)

    def _hear(self, record: BusRecord) -> None:
        if record.topic.endswith("dead-letter") or record.value is None or record.origin in self.bad:
            return
        try:
            event = read_event(record.topic, record.value)
        except (BadEventError, UnknownTypeError):
            return
        if event.identity not in self._heard and not self.lied(record):
            self._heard.add(event.identity)
            self._react(event)
            self.record_liars.hear(event, record.at)
            self.thief.hear(event, record)

    def lied(self, record: BusRecord) -> bool:
        """Whether a record is one that lies in itself, or is in another's name."""
        return self.record_liars.told(record) or self.thief.told(record)

    def _react(self, event: AnyEvent) -> None:
        match event.data:
            case claims.IntakeSubmitted() | claims.AgencyReported() | rating.RatingSubmitted():
                self._claims.append(event)
            case intake.DossierReceived():
                self._under_way[event.subject] = event
                if self._voice.chance(ANNOUNCED):
                    self._voice.later(self._announce, event.data.appointment_date, event.timeline, after=SOON)
            case rating.FeedbackSubmitted():
                self._under_way[event.subject] = event
            case routing.DossierCompleted() | rating.FeedbackAnswered():
                self._under_way.pop(event.subject, None)
        self._agencies.hear(event)
        self._liars.hear(event)
        self._citizens.hear(event)

    def _announce(self, appointment: datetime, timeline: str) -> None:
        """A day is off, for all that is under way on one timeline: one for which somebody has an appointment, or today.

        Perhaps it is worked after all, or the announcement is taken back as such.
        """
        chosen = self._rng.choice((appointment, appointment, self._voice.now(timeline)))
        on = chosen.astimezone(ZONE).date()
        self._tell_of(timeline, on, "storm")
        if self._voice.chance(TAKEN_BACK):
            self._voice.later(self._tell_of, timeline, on, "no storm", "07:30-11:30", "13:30-17:00")
        if self._voice.chance(RETRACTED):
            self._voice.later(self._retract, timeline, on, "storm")

    def _tell_of(self, timeline: str, on: date, why: str, *hours: str) -> None:
        day = Exceptional(on, Text(vi=why, en=why), tuple(map(Span.parse, hours)))
        announced = Announcement("province", [day], why, self._voice.now(timeline).astimezone(UTC), timeline)
        for dossier, received in self._under_way.items():
            if received.timeline == timeline and (on, why, dossier) not in self._told:
                known = {
                    "amendments": (),
                    "correlation": received.correlationid,
                    "received_at": received.time.isoformat(),
                }
                event = announced.for_dossier(dossier, known)
                assert event is not None
                self._told[on, why, dossier] = event
                self._voice.send(event)

    def _retract(self, timeline: str, on: date, why: str) -> None:
        """What was announced does not hold, for all who were told."""
        for (day, reason, dossier), told in list(self._told.items()):
            if (day, reason, told.timeline) == (on, why, timeline):
                data = CalendarRetracted(calendar=told.data.calendar, announcement=told.id, reason="it turned away")
                self._voice.say(data, told.source, dossier, told.correlationid, timeline)

    def _send_nonsense(self) -> None:
        """A record that no service can take in, or one of a type that this version does not know."""
        if not self._claims:
            return
        event = self._rng.choice(self._claims)
        text = event.to_json()
        reused = event.model_copy(update={"data": _other(event.data)}).to_json()
        tomorrow = self._voice.bus.clock() + timedelta(days=1)
        late = event.model_copy(update={"id": "tomorrow", "timeline": LIVE, "time": tomorrow})
        good = (text.replace(f'"type":"{event.type}"', '"type":"not.known-yet"'),)
        bad = ("{", text.replace('"subject"', '"object"'), "", None, reused, late.to_json())
        value = self._rng.choice(good + bad)
        record = self._voice.bus.append(
            Message(event.type, event.subject.encode(), None if value is None else value.encode())
        )
        if value in bad:
            self.bad.add(record.origin)


def _other(data: Payload) -> Payload:
    """The same kind of claim with other content."""
    if isinstance(data, claims.AgencyReported):
        return data.model_copy(update={"officer": "somebody-else"})
    if isinstance(data, rating.RatingSubmitted):
        return data.model_copy(update={"officer": "somebody-else"})
    return data.model_copy(update={"claim": claims.Payment(amount=999_999)})
