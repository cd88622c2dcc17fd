"""Citizens: they lodge, bring what is wanted, pay, withdraw, fetch, rate, complain."""

import itertools

from contracts import claims, intake, notify, rating, routing
from contracts.envelope import LIVE, AnyEvent
from domain.feedback import load_categories
from domain.worktime import due_at
from tests.laws.rules import calendar
from tests.simulation.voice import SIMULATED, Voice

PROCEDURES = {
    "1.001193": ("form", "birth-proof", "identity"),
    "2.000815": ("original",),
    "3.000333": ("form", "identity"),
    "9.999999": ("form",),
}
UNITS = ("H29.16.01", "H29.16.02")

CATEGORIES = tuple(load_categories().values())

RATED = 0.5
COMPLAINED = 0.2
ANSWERED = 0.6
ERASED = 0.1
MISSED = 0.5


class Citizens:
    """All of them, and the desk that takes their complaints."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._rng = voice.rng
        self._complaints = itertools.count(1)

    def hear(self, event: AnyEvent) -> None:
        """Do what an event asks of them, or suggests."""
        match event.data:
            case intake.DossierSupplementRequested() as data:
                self._claim_later(event, claims.Supplement(components=data.missing))
            case routing.DossierSuspended(cause="payment") as data:
                self._claim_later(event, claims.Payment(amount=data.amount))
            case intake.DossierReceived():
                self._judge(event)
                if self._voice.chance(COMPLAINED):
                    self._voice.later(self._complain, event)
            case routing.DossierCompleted():
                self._claim_later(event, claims.Collection(channel="counter"))
                self._judge(event)
            case notify.NotificationDoubtful() | notify.NotificationFailed(final=True) if self._voice.chance(MISSED):
                self._voice.later(self._ask_again, event)
            case rating.FeedbackSubmitted() as data if self._voice.chance(ANSWERED):
                self._voice.later(self._answer, event, data)

    def apply(self, number: int) -> None:
        """Somebody wants something."""
        procedure, items = self._rng.choice(list(PROCEDURES.items()))
        complete = self._voice.chance(0.7)
        application = claims.Application(
            procedure=procedure,
            channel="counter",
            receiving_unit=self._rng.choice(UNITS),
            components=items if complete else items[:-1],
            applicant_ref=self._rng.choice((None, f"{number}e", f"{number}p", f"{number}b", f"{number}n")),
        )
        timeline = self._rng.choice((LIVE, LIVE, SIMULATED))
        submission = f"submission-{number}"
        self._claim(submission, timeline, application)
        if self._voice.chance(0.1):
            self._voice.later(self._claim, submission, timeline, claims.Withdrawal())
        if application.applicant_ref and self._voice.chance(ERASED):
            self._voice.later(self._ask_to_erase, submission, timeline, application.applicant_ref)

    def _claim_later(self, about: AnyEvent, claim: claims.Claim) -> None:
        self._voice.later(self._claim, about.correlationid, about.timeline, claim)

    def _claim(self, submission: str, timeline: str, claim: claims.Claim) -> None:
        data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
        self._voice.say(data, "/portal/people", submission, submission, timeline)

    def _judge(self, about: AnyEvent) -> None:
        if self._voice.chance(RATED):
            self._voice.later(self._rate, about)

    def _rate(self, about: AnyEvent) -> None:
        """Somebody rates what they got, perhaps more than once: only one of a holder's ratings counts."""
        for _ in range(self._rng.randint(1, 3)):
            data = rating.RatingSubmitted(
                channel="web",
                holder=self._rng.choice(("receipt", "relative")),
                agency=self._rng.choice(UNITS),
                answers={"4": self._rng.randint(0, 2), "7": self._rng.randint(0, 2)},
            )
            self._voice.say(data, "/lienthong/rating", about.subject, about.correlationid, about.timeline)

    def _complain(self, about: AnyEvent) -> None:
        """What rating's desk publishes of a complaint; it knows no other clock than the wall's."""
        category = self._rng.choice(CATEGORIES)
        due = due_at(calendar(), self._voice.now(LIVE), category.limit)
        reference = f"feedback-{next(self._complaints)}"
        data = rating.FeedbackSubmitted(
            category=category.code,
            agency=self._rng.choice(UNITS),
            text_ref=reference,
            limit=str(category.limit),
            due=due,
            dossier=about.subject,
        )
        self._voice.say(data, "/lienthong/rating", reference, reference)

    def _ask_to_erase(self, submission: str, timeline: str, reference: str) -> None:
        """Somebody wants nothing to be kept of them, and says so twice at times."""
        data = intake.ErasureRequested(reference=reference, by="CB-1", basis="as they asked")
        for _ in range(self._rng.randint(1, 2)):
            self._voice.say(data, "/operator", submission, submission, timeline)

    def _ask_again(self, about: AnyEvent) -> None:
        """A counter has a message sent once more, perhaps twice: it is one more message all the same."""
        data = notify.ResendRequested(message_id=about.data.message_id, by="CB-1", why="nothing came")
        for _ in range(self._rng.randint(1, 2)):
            self._voice.say(data, "/operator", about.subject, about.correlationid, about.timeline)

    def _answer(self, about: AnyEvent, complaint: rating.FeedbackSubmitted) -> None:
        data = rating.FeedbackAnswered(
            feedback_id=about.subject, agency=complaint.agency, answered_at=self._voice.now(LIVE)
        )
        self._voice.say(data, "/lienthong/rating", about.subject, about.correlationid)
