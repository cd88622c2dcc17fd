"""Agencies: they do their work, ask, wait, send back and explain; now and then the wrong one, or at a wrong moment."""

from datetime import timedelta

from contracts import claims, intake, routing, sla
from contracts.envelope import AnyEvent
from tests.simulation.voice import Voice

A_DAY = timedelta(days=1)

STRANGER = "H29.07"
NOBODYS = "H29.16.01-260302-9999"
"""A dossier that nobody received."""

QUIRKS = 2
"""How often something unusual happens to one dossier at most, so that every story ends."""

TAKES_CUSTODY = 0.7
UNUSUAL = 0.5
OPINION_GIVEN = 0.6
ASKED_AGAIN = 0.4
EXPLAINED = 0.5
EXPLAINED_AHEAD = 0.05
BACKDATED = 0.15
RESUMED = 0.9
MEDDLED = 0.1
"""Somebody speaks of a dossier who has nothing to do with it."""

LIMITS = ("2 working-hours", "1 working-days")

Act = tuple[str, claims.AgencyClaim]
"""Who says what."""


class Agencies:
    """All of them, with what they know of the dossiers they hold."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._rng = voice.rng
        self._units: dict[str, str] = {}
        self._open: dict[str, dict[str, tuple[str, AnyEvent]]] = {}
        self._steps: dict[str, str] = {}
        self._quirks: dict[str, int] = {}
        self._retries: dict[str, int] = {}

    def hear(self, event: AnyEvent) -> None:
        """Do what an event asks of them."""
        match event.data:
            case intake.DossierReceived() as data:
                self._units[event.subject] = data.receiving_unit
            case routing.DossierTransferred() as data:
                self._open.setdefault(event.subject, {})[data.step] = (data.to_agency, event)
                self._steps[event.subject] = data.step
                self._work(event, data)
            case routing.DossierStepCompleted() as data:
                self._open.get(event.subject, {}).pop(data.step, None)
            case routing.DossierSuspended(cause="force-majeure") as data:
                self._wait_for_the_end_of_it(event, data.agency)
            case routing.DossierResumed():
                self._finish_open_steps(event)
            case routing.ConsultationRequested() as data:
                self._give_opinion(event, data)
                self._voice.later(self._finish_open_steps, event, after=A_DAY)
            case routing.ReportRejected() if self._retries.setdefault(event.subject, 0) < QUIRKS:
                self._retries[event.subject] += 1
                self._finish_open_steps(event)
            case sla.ExplanationRequired() as data if self._voice.chance(EXPLAINED):
                self._later(event, data.agency, self._explanation(event, self._steps.get(event.subject, "forward")))

    def speak_of_nothing(self) -> None:
        """A report on a dossier that does not exist."""
        self._tell(STRANGER, NOBODYS, "submission-0", "live", claims.TookCustody(step="forward"))

    def _later(self, about: AnyEvent, agency: str, claim: claims.AgencyClaim) -> None:
        self._voice.later(self._report, about, agency, claim)

    def _report(self, about: AnyEvent, agency: str, claim: claims.AgencyClaim) -> None:
        self._tell(agency, about.subject, about.correlationid, about.timeline, claim)

    def _tell(self, agency: str, dossier: str, submission: str, timeline: str, claim: claims.AgencyClaim) -> None:
        """A report; perhaps of what happened a while ago, or of what is still to come."""
        at = None
        if self._voice.chance(BACKDATED):
            ago = self._rng.choice((self._voice.delay(), timedelta(days=self._rng.randint(1, 6)), timedelta(hours=-1)))
            at = self._voice.now(timeline) - ago
        data = claims.AgencyReported(agency=agency, occurred_at=at, claim=claim)
        self._voice.say(data, f"/agency/{agency}", dossier, submission, timeline)

    def _work(self, event: AnyEvent, data: routing.DossierTransferred) -> None:
        """An agency gets a dossier: takes custody, and does one thing or another with it."""
        agency, claim = data.to_agency, claims.FinishedStep(step=data.step)
        if self._voice.chance(TAKES_CUSTODY):
            self._later(event, agency, claims.TookCustody(step=data.step))
        if self._voice.chance(EXPLAINED_AHEAD):
            self._later(event, agency, self._explanation(event, data.step))
        unusual = self._voice.chance(UNUSUAL) and self._quirks.setdefault(event.subject, 0) < QUIRKS
        if not unusual:
            return self._later(event, agency, claim)
        self._quirks[event.subject] += 1
        mistaken = self._voice.chance(0.3)
        return self._later(event, *(self._mistake(event, data) if mistaken else self._exception(event, data)))

    def _exception(self, event: AnyEvent, data: routing.DossierTransferred) -> Act:
        """Something other than to finish the step."""
        step, agency = data.step, data.to_agency
        acts: tuple[Act, ...] = (
            (agency, claims.NeedsPayment(step=step, amount=1000)),
            (agency, claims.NeedsSupplement(step=step, missing=("extra",), reason="unclear")),
            (agency, claims.Forwards(step=step, to_agency=STRANGER)),
            (agency, claims.SentBack(step=step, to_step="forward", reason="wrong")),
            (agency, self._question(step, self._rng.choice(LIMITS))),
            (agency, claims.Suspends(step=step, reason="storm")),
            (self._units[event.subject], claims.Recalls(reason="taken in by mistake")),
        )
        return self._rng.choice(acts)

    def _mistake(self, event: AnyEvent, data: routing.DossierTransferred) -> Act:
        """Something that can not be true, said by who holds the dossier or by who has nothing to do with it."""
        step, agency = data.step, data.to_agency
        acts: tuple[Act, ...] = (
            (agency, claims.FinishedStep(step="no-such-step")),
            (STRANGER, claims.FinishedStep(step=step)),
            (STRANGER, claims.Recalls(reason="curious")),
            (STRANGER, claims.GivesOpinion(step=step, opinion="by the way")),
            (STRANGER, self._explanation(event, step)),
            (agency, self._question(step, "soon")),
            (agency, claims.Resumes()),
            (agency, claims.HasResult()),
            (agency, self._explanation(event, step, days=-1)),
        )
        return self._rng.choice(acts)

    def _question(self, step: str, limit: str) -> claims.AsksOpinion:
        return claims.AsksOpinion(step=step, of_agency=STRANGER, question="is it so?", limit=limit)

    def _explanation(self, about: AnyEvent, step: str, days: int = 0) -> claims.ExplainsDelay:
        target = self._voice.now(about.timeline) + timedelta(days=days or self._rng.randint(2, 20))
        return claims.ExplainsDelay(step=step, cause="nobody there", owner="officer-1", plan="hurry", target=target)

    def _wait_for_the_end_of_it(self, event: AnyEvent, agency: str) -> None:
        """What nobody can help ends some day, as a rule; somebody else may think so first."""
        if self._voice.chance(MEDDLED):
            self._later(event, STRANGER, claims.Resumes())
        if self._voice.chance(RESUMED):
            self._later(event, self._rng.choice((agency, self._units[event.subject])), claims.Resumes())

    def _give_opinion(self, event: AnyEvent, asked: routing.ConsultationRequested) -> None:
        if self._voice.chance(MEDDLED):
            self._later(event, asked.asked_by, claims.GivesOpinion(step=asked.step, opinion="our own"))
        if self._voice.chance(OPINION_GIVEN):
            given = claims.GivesOpinion(consultation=asked.consultation, opinion="it is so")
            self._later(event, asked.agency, given)
        if self._voice.chance(ASKED_AGAIN):
            self._later(event, asked.asked_by, self._question(asked.step, asked.limit))

    def _finish_open_steps(self, about: AnyEvent) -> None:
        for step, (agency, event) in self._open.get(about.subject, {}).items():
            self._later(event, agency, claims.FinishedStep(step=step))
