"""Who claims what can not be, and honest agencies whose reports come early. What must come of it: `laws_rules.py`.

They speak on the live timeline, from the day on from which it is bounded what a record may claim.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import claims, intake, routing
from contracts.envelope import LIVE, AnyEvent, new_event
from contracts.rule_days import bounds_claims
from tests.simulation.bus import PARTITIONS
from tests.simulation.voice import Voice

LIES = 0.08
"""Of each kind, at each hand-over."""

BORN_AGAIN = 0.1
ON_PAPER = 0.6
"""The network is down while the first two steps are done; then all is reported at once."""

NOWHERE = "H29.99"
YEARS = timedelta(days=5 * 365)


class Liars:
    """They hear what everybody hears."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._rng = voice.rng

    def hear(self, event: AnyEvent) -> None:
        """Perhaps make something of an event."""
        if event.timeline != LIVE or not bounds_claims(self._voice.bus.clock()):
            return
        match event.data:
            case intake.DossierReceived() as data:
                self._received(event, data)
            case routing.DossierTransferred() as data:
                self._handed_over(event, data)

    def _received(self, event: AnyEvent, data: intake.DossierReceived) -> None:
        if self._voice.chance(BORN_AGAIN):
            self._voice.later(self._bear_again, event, data)
        if self._voice.chance(ON_PAPER) and len(data.route) > 1:
            self._work_on_paper(event, data)

    def _bear_again(self, event: AnyEvent, data: intake.DossierReceived) -> None:
        """The dossier's code as one's own submission, and as history of long ago, with a date of next year."""
        history = claims.Application(
            procedure=data.procedure,
            channel="counter",
            receiving_unit=data.receiving_unit,
            applicant_ref="themselves",
            historic_code=event.subject,
            historic_appointment=self._now + timedelta(days=365),
        )
        for claim in (history, claims.Withdrawal()):
            told = claims.IntakeSubmitted.model_validate({"submission_id": event.subject, "claim": claim.model_dump()})
            self._say(told, "/portal/people", event.subject, event.subject, self._now - timedelta(days=30))

    def _work_on_paper(self, event: AnyEvent, data: intake.DossierReceived) -> None:
        """Two agencies do their steps; when each has a network again, it reports at once, by whichever way."""
        took, done = [timedelta(minutes=self._rng.randint(3, 15)) for _ in range(4)], self._now
        first = data.route[0]
        second = next((one for one in data.route if one.after == (first.id,)), first)
        reports: list[tuple[datetime, str, claims.AgencyClaim]] = []
        for step in (first, second):
            reports.append((done + took.pop(), step.agency, claims.TookCustody(step=step.id)))
            done = reports[-1][0] + took.pop()
            reports.append((done, step.agency, claims.FinishedStep(step=step.id)))
        outage, keyless = timedelta(minutes=self._rng.choice((10, 60, 300))), self._voice.chance(0.3)
        back = {first.agency: self._rng.random() * 0.9, second.agency: self._rng.random() * 0.9}
        for at, agency, claim in reports:
            slow = outage * (back[agency] + self._rng.random() / 10)
            self._voice.later(self._tell, event, agency, claim, at, keyless, after=done + outage + slow - self._now)

    def _handed_over(self, event: AnyEvent, data: routing.DossierTransferred) -> None:
        agency, step = data.to_agency, data.step
        lies: tuple[tuple[claims.AgencyClaim, timedelta], ...] = (
            (claims.FinishedStep(step=step), timedelta(days=self._rng.randint(3, 25))),
            (claims.FinishedStep(step=step, next_agency=NOWHERE), timedelta()),
            (claims.Forwards(step=step, to_agency=NOWHERE), timedelta()),
            (claims.AsksOpinion(step=step, of_agency=NOWHERE, question="who?", limit="1 working-days"), timedelta()),
            (claims.AsksOpinion(step=step, of_agency="H29.07", question="when?", limit="9999 months"), timedelta()),
            (self._explanation(step), timedelta()),
            (claims.NeedsSupplement(step=step, missing=("extra",), reason="call 0912 345 678"), timedelta()),
        )
        for claim, ago in lies:
            if self._voice.chance(LIES):
                self._voice.later(self._lie, event, agency, claim, ago)
        if self._voice.chance(LIES):
            self._voice.later(self._name_somebody, event, agency, claims.TookCustody(step=step))

    def _explanation(self, step: str) -> claims.ExplainsDelay:
        target = self._now + YEARS
        return claims.ExplainsDelay(step=step, cause="busy", owner="officer-1", plan="some day", target=target)

    def _lie(self, event: AnyEvent, agency: str, claim: claims.AgencyClaim, ago: timedelta) -> None:
        self._tell(event, agency, claim, self._now - ago)

    def _name_somebody(self, event: AnyEvent, agency: str, claim: claims.AgencyClaim) -> None:
        """An officer by name, where everybody reads it."""
        data = claims.AgencyReported(agency=agency, officer="Nguyễn Thị Hoa", claim=claim)
        self._say(data, f"/agency/{agency}", event.subject, event.correlationid, self._now)

    def _tell(
        self,
        event: AnyEvent,
        agency: str,
        claim: claims.AgencyClaim,
        at: datetime,
        keyless: bool = False,
    ) -> None:
        data = claims.AgencyReported(agency=agency, claim=claim)
        self._say(data, f"/agency/{agency}", event.subject, event.correlationid, at, keyless=keyless)

    def _say(
        self, data: Any, source: str, subject: str, correlation: str, at: datetime, *, keyless: bool = False
    ) -> None:
        unique = (at.isoformat(), self._rng.random())
        event = new_event(data, source=source, subject=subject, time=at, correlationid=correlation, unique=unique)
        key, partition = (None, self._rng.randrange(PARTITIONS)) if keyless else (subject.encode(), None)
        self._voice.hand_in(replace(self._voice.written(event), key=key, partition=partition))

    @property
    def _now(self) -> datetime:
        return self._voice.now(LIVE).astimezone(UTC)
