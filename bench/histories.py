"""The history of one dossier of a real procedure: intake receives it, agencies report, routing says what follows."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from chassis.core.service import Service
from chassis.runtime.settings import Settings
from contracts import claims, intake
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from contracts.routing import DossierTransferred
from domain.procedures import Procedure, load_catalogue, load_directory
from domain.worktime import Calendar, between, load_calendar, shift
from tools.operations.registry import all_services

TIMELINE = LIVE
"""Where what arrives is decided upon at once; what only time makes true is left to sweeps, see `bench.throughput`."""

PAYMENTS = 0.08
"""Share of steps that wait for the citizen."""

PACE, SPREAD = 0.75, 0.3
"""How much of its time a step takes: some are late."""

WITHOUT_DEADLINE = timedelta(hours=4)
"""Working time for a step without a deadline: half a day, as the simulator has it."""

SHORTEST = timedelta(hours=1)
"""The time for a step that nobody began in time, because branches are worked at one after the other."""


@dataclass(frozen=True)
class History:
    """One dossier's events that the deadline watch reads, in their order: time, topic and record value."""

    code: str
    events: tuple[tuple[datetime, str, str], ...]


@dataclass
class Unfinished:
    """A history while it is being made."""

    rng: Random
    now: datetime
    facts: list[AnyEvent] = field(default_factory=list)
    waiting: deque[DossierTransferred] = field(default_factory=deque)

    def happen(self, data: Payload, source: str, *unique: object) -> None:
        """Something becomes true now."""
        first = self.facts[0]
        event = new_event(
            data,
            source=source,
            subject=first.subject,
            time=self.now,
            correlationid=first.correlationid,
            unique=(*unique, self.now.isoformat()),
            timeline=TIMELINE,
        )
        self.facts.append(event)


def make_history(number: int, seed: int, start: datetime) -> History:
    """Take one dossier to its end."""
    rng = Random(f"{seed} {number}")  # noqa: S311 - the same every time is wanted
    history = Unfinished(rng, start)
    history.facts.append(_received(application(rng), number, start))
    _settle(history)
    while history.waiting:
        _work(history, history.waiting.popleft())
    watched = _services()["sla"].topics
    heard = (event for event in history.facts if event.type in watched)
    return History(history.facts[0].subject, tuple((event.time, event.type, event.to_json()) for event in heard))


def application(rng: Random) -> claims.Application:
    """Somebody asks for something that is complete and can be received."""
    procedure: Procedure = rng.choice(_procedures())
    units = [agency.code for agency in load_directory().agencies.values() if "one-stop" in agency.roles]
    return claims.Application(
        procedure=procedure.code,
        channel=rng.choice(procedure.channels),
        receiving_unit=rng.choice(units),
        components=tuple(item.id for item in procedure.checklist if item.required),
    )


@cache
def _procedures() -> list[Procedure]:
    """Procedures that nobody is refused for want of a declaration."""
    return [found for found in load_catalogue().values() if all(rule.holds({}) for rule in found.eligibility)]


@cache
def _calendar() -> Calendar:
    return load_calendar()


def _services() -> dict[str, Service[Any]]:
    return all_services(Settings())


def _received(asked: claims.Application, number: int, at: datetime) -> AnyEvent:
    submission = f"submission-{number}"
    submitted = new_event(
        claims.IntakeSubmitted(submission_id=submission, claim=asked),
        source="/portal/bench",
        subject=submission,
        time=at,
        correlationid=submission,
        unique=(),
        timeline=TIMELINE,
    )
    service = _services()["intake"]
    decision = service.decide(service.fold([submitted]), at)
    if decision.allotment is None:
        raise ValueError(f"intake would not receive {asked.procedure}: the benchmark needs a complete application")
    event = decision.allotment.then(number + 1)
    assert isinstance(event.data, intake.DossierReceived)  # noqa: S101 - an allotment gives a code
    return event


def _settle(history: Unfinished) -> None:
    """Routing says what follows, once each."""
    service = _services()["routing"]
    decided = service.decide(service.fold(history.facts), history.now).events
    known = {fact.identity for fact in history.facts}
    fresh = [event for event in decided if event.identity not in known]
    history.facts += fresh
    history.waiting += (event.data for event in fresh if isinstance(event.data, DossierTransferred))


def _work(history: Unfinished, step: DossierTransferred) -> None:
    """An agency takes a step on, may ask for money, and finishes it."""
    limit = between(_calendar(), history.now, step.deadline) if step.deadline else WITHOUT_DEADLINE
    pause = max(limit, SHORTEST) * max(0.05, history.rng.gauss(PACE, SPREAD)) / 2
    history.now += timedelta(minutes=history.rng.randint(1, 20))
    _report(history, step, claims.TookCustody(step=step.step))
    history.now = shift(_calendar(), history.now, pause)
    if history.rng.random() < PAYMENTS:
        _report(history, step, claims.NeedsPayment(step=step.step, amount=200_000))
        history.now = shift(_calendar(), history.now, timedelta(hours=3))
        history.happen(intake.DossierPaid(amount=200_000), "/lienthong/intake")
        _settle(history)
    history.now = shift(_calendar(), history.now, pause)
    _report(history, step, claims.FinishedStep(step=step.step))


def _report(history: Unfinished, step: DossierTransferred, claim: claims.Claim) -> None:
    data = claims.AgencyReported.model_validate(
        {"agency": step.to_agency, "officer": f"{step.to_agency}-cb01", "claim": claim.model_dump()}
    )
    history.happen(data, f"/agency/{step.to_agency}", step.step, step.attempt, data.claim.kind)
    _settle(history)
