"""Citizens and agencies: they lodge, report, rate, repeat themselves, report late, report nonsense."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from chassis.record import Message, message_of
from contracts import claims, intake, rating, routing
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from contracts.topics import BadEventError, UnknownTypeError, read_event
from tests.simulation.bus import Bus, BusRecord

SIMULATED = "simulated"
"""A second timeline, told by ticks."""

BEHIND = timedelta(days=28)
"""How far the second timeline is behind the live one."""

PROCEDURES = {
    "1.001193": ("form", "birth-proof", "identity"),
    "2.000815": ("original",),
    "3.000333": ("form", "identity"),
    "9.999999": ("form",),
}
UNITS = ("H29.16.01", "H29.16.02")
STRANGER = "H29.07"
QUIRKS = 2
"""How often something unusual happens to one dossier at most, so that every story ends."""

REPEATED = 0.2
LATE = 0.2
RATED = 0.5

Action = Callable[[], None]
Submit = Callable[[Message], None]
"""Hands a message to the portal, which goes on until the bus has acknowledged it."""


class People:
    """Everybody outside, on a calendar of their own; they read what the services publish."""

    def __init__(self, rng: Random, bus: Bus, submit: Submit) -> None:
        self._rng = rng
        self._bus = bus
        self._submit = submit
        self._calendar: list[tuple[datetime, int, Action]] = []
        self._serial = itertools.count(1)
        self._heard: set[str] = set()
        self._open: dict[str, dict[str, tuple[str, AnyEvent]]] = {}
        self._quirks: dict[str, int] = {}
        self._retries: dict[str, int] = {}
        self._claims: list[AnyEvent] = []
        self._read = 0
        self.bad: set[tuple[str, int, int]] = set()

    @property
    def next_action(self) -> datetime | None:
        """When somebody does something again."""
        return self._calendar[0][0] if self._calendar else None

    def begin(self, dossiers: int) -> None:
        """Some citizens make up their minds."""
        for number in range(1, dossiers + 1):
            self._later(self._delay(), lambda number=number: self._apply(number))  # type: ignore[misc]
        for _ in range(self._rng.randint(0, 3)):
            self._later(timedelta(hours=self._rng.randint(1, 60)), self._send_nonsense)

    def act(self) -> None:
        """Do what the calendar says, and read what was published."""
        while self._calendar and self._calendar[0][0] <= self._bus.clock():
            heapq.heappop(self._calendar)[2]()
        while self._read < len(self._bus.records):
            record = self._bus.records[self._read]
            self._read += 1
            self._hear(record)

    def _later(self, delay: timedelta, action: Action) -> None:
        heapq.heappush(self._calendar, (self._bus.clock() + delay, next(self._serial), action))

    def _delay(self) -> timedelta:
        unit = self._rng.choice((timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2)))
        return unit * self._rng.randint(1, 30)

    def _now(self, timeline: str) -> datetime:
        return self._bus.clock() - (timedelta() if timeline == LIVE else BEHIND)

    def _send(self, event: AnyEvent) -> None:
        self._submit(message_of(event))
        if self._rng.random() < REPEATED:
            self._later(self._delay(), lambda: self._submit(message_of(event)))

    def _say(self, data: Payload, source: str, subject: str, correlation: str, timeline: str) -> None:
        """A claim that is true now; perhaps it travels for days."""
        event = new_event(
            data,
            source=source,
            subject=subject,
            time=self._now(timeline),
            correlationid=correlation,
            unique=(next(self._serial),),
            timeline=timeline,
        )
        lag = self._delay() if self._rng.random() < LATE else timedelta()
        self._later(lag, lambda: self._send(event))

    def _claim(self, submission: str, timeline: str, claim: claims.Claim) -> None:
        data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
        self._say(data, "/portal/people", submission, submission, timeline)

    def _report(self, agency: str, about: AnyEvent, claim: claims.Claim) -> None:
        data = claims.AgencyReported.model_validate({"agency": agency, "officer": None, "claim": claim.model_dump()})
        self._say(data, f"/agency/{agency}", about.subject, about.correlationid, about.timeline)

    def _apply(self, number: int) -> None:
        procedure, items = self._rng.choice(list(PROCEDURES.items()))
        complete = self._rng.random() < 0.7
        application = claims.Application(
            procedure=procedure,
            channel="counter",
            receiving_unit=self._rng.choice(UNITS),
            components=items if complete else items[:-1],
            applicant_ref=self._rng.choice((None, f"{number}e", f"{number}p", f"{number}n")),
        )
        timeline = self._rng.choice((LIVE, LIVE, SIMULATED))
        submission = f"submission-{number}"
        self._claim(submission, timeline, application)
        if self._rng.random() < 0.1:
            self._later(self._delay(), lambda: self._claim(submission, timeline, claims.Withdrawal()))

    def _hear(self, record: BusRecord) -> None:
        if record.topic.endswith("dead-letter") or record.value is None or record.origin in self.bad:
            return
        try:
            event = read_event(record.topic, record.value)
        except (BadEventError, UnknownTypeError):
            return
        if event.identity not in self._heard:
            self._heard.add(event.identity)
            if isinstance(event.data, claims.IntakeSubmitted | claims.AgencyReported | rating.RatingSubmitted):
                self._claims.append(event)
            self._react(event)

    def _react(self, event: AnyEvent) -> None:
        match event.data:
            case intake.DossierSupplementRequested() as data:
                wanted = claims.Supplement(components=data.missing)
                self._later(self._delay(), lambda: self._claim(data.submission_id, event.timeline, wanted))
            case routing.DossierTransferred() as data:
                self._open.setdefault(event.subject, {})[data.step] = (data.to_agency, event)
                self._work(event, data)
            case intake.DossierReceived() if self._rng.random() < RATED:
                self._later(self._delay(), lambda: self._rate(event))
            case routing.DossierStepCompleted() as data:
                self._open.get(event.subject, {}).pop(data.step, None)
            case routing.DossierSuspended(cause="payment") as data:
                paid = claims.Payment(amount=data.amount)
                self._later(self._delay(), lambda: self._claim(event.correlationid, event.timeline, paid))
            case routing.DossierResumed():
                self._finish_open_steps(event)
            case routing.ReportRejected() if self._retries.setdefault(event.subject, 0) < QUIRKS:
                self._retries[event.subject] += 1
                self._finish_open_steps(event)
            case routing.DossierCompleted():
                brought = claims.Collection(channel="counter")
                self._later(self._delay(), lambda: self._claim(event.correlationid, event.timeline, brought))
                if self._rng.random() < RATED:
                    self._later(self._delay(), lambda: self._rate(event))

    def _rate(self, about: AnyEvent) -> None:
        """Somebody rates what they got, perhaps more than once: only one of a holder's ratings counts."""
        for _ in range(self._rng.randint(1, 3)):
            data = rating.RatingSubmitted(
                channel="web",
                holder=self._rng.choice(("receipt", "relative")),
                agency=self._rng.choice(UNITS),
                answers={"4": self._rng.randint(0, 2), "7": self._rng.randint(0, 2)},
            )
            self._say(data, "/portal/people", about.subject, about.correlationid, about.timeline)

    def _work(self, event: AnyEvent, data: routing.DossierTransferred) -> None:
        """An agency gets a dossier: takes custody, and does one thing or another with it."""
        agency = data.to_agency
        if self._rng.random() < 0.7:
            taken = claims.TookCustody(step=data.step)
            self._later(self._delay(), lambda: self._report(agency, event, taken))
        claim: claims.Claim = claims.FinishedStep(step=data.step)
        if self._quirks.setdefault(event.subject, 0) < QUIRKS and self._rng.random() < 0.5:
            self._quirks[event.subject] += 1
            agency, claim = self._unusual(data)
        self._later(self._delay(), lambda: self._report(agency, event, claim))

    def _unusual(self, data: routing.DossierTransferred) -> tuple[str, claims.Claim]:
        step, agency = data.step, data.to_agency
        return self._rng.choice(
            (
                (agency, claims.NeedsPayment(step=step, amount=1000)),
                (agency, claims.NeedsSupplement(step=step, missing=("extra",), reason="unclear")),
                (agency, claims.Forwards(step=step, to_agency=STRANGER)),
                (agency, claims.SentBack(step=step, to_step="forward", reason="wrong")),
                (agency, claims.FinishedStep(step="no-such-step")),
                (STRANGER, claims.FinishedStep(step=step)),
            )
        )

    def _finish_open_steps(self, about: AnyEvent) -> None:
        for step, (agency, event) in self._open.get(about.subject, {}).items():
            claim = claims.FinishedStep(step=step)
            self._later(self._delay(), lambda a=agency, e=event, c=claim: self._report(a, e, c))  # type: ignore[misc]

    def _send_nonsense(self) -> None:
        """A record that no service can take in, or one of a type that this version does not know."""
        if not self._claims:
            return
        event = self._rng.choice(self._claims)
        text = event.to_json()
        reused = event.model_copy(update={"data": _other(event.data)}).to_json()
        late = event.model_copy(
            update={"id": "tomorrow", "timeline": LIVE, "time": self._bus.clock() + timedelta(days=1)}
        )
        good = (text.replace(f'"type":"{event.type}"', '"type":"not.known-yet"'),)
        bad = ("{", text.replace('"subject"', '"object"'), "", None, reused, late.to_json())
        value = self._rng.choice(good + bad)
        record = self._bus.append(
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
