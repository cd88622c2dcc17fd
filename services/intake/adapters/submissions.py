"""The submission service: it turns a request into a claim, and waits for what becomes of the claim.

A request is checked whole, its personal part is put away under a random reference, the claim is published, and the
outcome is awaited in the store. So there is one way in, and every submission is in the streams.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Literal

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field

from chassis.runtime import clock
from chassis.runtime.bus.record import Publish, message_of
from chassis.runtime.http.keys import Keys
from chassis.runtime.states import States
from contracts import claims
from contracts.envelope import Code, event_id
from domain.personal_data import personal_data_of
from domain.procedures import Catalogue
from services.intake import queries
from services.intake.adapters.answers import Outcome
from services.intake.adapters.personal_data import Applicant, Body, PersonalDataStore
from services.intake.events import claimed
from services.intake.queries import Progress

OUTCOME_SECONDS = 5.0
"""Seconds that a request waits for its outcome before it answers 202.

With less, citizens have to ask again whenever the store is slow; with more, requests pile up while the loop is down.
"""

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two looks for an outcome: it shows in the store, whichever instance reads the claim.

Shorter pauses cost the store more queries than the citizen gains; longer ones delay the answer by as much.
"""


class Submission(Body):
    """A dossier handed in at a counter, online or by post."""

    procedure: Code
    channel: claims.Channel
    receiving_unit: Code
    competent_agency: Code | None = None
    components: tuple[Code, ...] = Field(default=(), max_length=100)
    attributes: dict[Code, claims.Attribute] = Field(
        default_factory=dict,
        max_length=50,
        # Of what a name may be, the schema would say half, and only of names that match it.
        json_schema_extra={"additionalProperties": False, "propertyNames": {"maxLength": 120}},
    )
    applicant: Applicant | None = None
    language: Literal["vi", "en"] = "vi"


class SupplementBody(claims.Supplement):
    """The items that the citizen brings; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class PaymentBody(claims.Payment):
    """The money that the citizen pays; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class CollectionBody(claims.Collection):
    """The way in which the result is handed over; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class SubmissionService:
    """Turns requests into claims and waits for what becomes of them."""

    def __init__(
        self,
        states: States,
        publish: Publish,
        personal_data: PersonalDataStore,
        keys: Keys,
        catalogue: Catalogue,
    ) -> None:
        self._states = states
        self._publish = publish
        self._personal_data = personal_data
        self._keys = keys
        self._catalogue = catalogue

    def id_of(self, unit: str, key: str | None, *own: str) -> str:
        """The id of a submission to a unit: it follows from the client's key, where there is one.

        Args:
            unit: the receiving unit.
            key: chosen by the client; None: the submission is a new one.
            own: who the client is, where that is known.
        """
        chosen = self._personal_data.reference("submission", key) if key else clock.random_reference()
        return event_id("submission", unit, chosen, *own)

    async def submit(self, submission: str, body: Submission, *, keyed: bool) -> Outcome | None:
        """Lodge a dossier, and return its outcome, or None if that takes longer.

        Args:
            submission: its id.
            body: the checked request.
            keyed: the citizen sent a key, so the same request may come again and has to be told from another one.

        Raises:
            KeyReusedError: this submission was lodged with other words.
        """
        application = claims.Application(**body.model_dump(exclude={"applicant"}))
        self._refuse_unspeakable(application)
        if keyed:
            await self._keys.hold(submission, body)
        known = await self.outcome(submission)
        if known is not None:
            return known
        if body.applicant:  # last, so that nothing is kept of who is refused
            reference = await self._personal_data.put(submission, body.applicant, body.language)
            application = application.model_copy(update={"applicant_ref": reference})
        await self._claim(submission, application, "application")
        return await self.until(submission, lambda progress: progress.judged)

    def _refuse_unspeakable(self, application: claims.Application) -> None:
        """Refuse what everybody on the bus would read, before anything is kept.

        Raises:
            RequestValidationError: it holds personal data, or attributes that the procedure does not ask for.
        """
        _refuse_personal(application)
        procedure = self._catalogue.get(application.procedure)
        if procedure is not None and (fault := procedure.undeclared(application.attributes)) is not None:
            raise _unfit("attributes", fault)

    async def act(self, submission: str, claim: claims.Claim, key: str | None, usual: str) -> None:
        """Publish what a citizen does after lodging.

        Args:
            submission: its id.
            claim: what the citizen does.
            key: tells this request from others; None if the citizen sent no key.
            usual: the key where there is none; if it is empty too, the request counts as a new one.

        Raises:
            KeyReusedError: the key stands for another action of this kind.
            RequestValidationError: it holds personal data.
        """
        _refuse_personal(claim)
        if key is None:
            await self._claim(submission, claim, usual or clock.random_reference())
            return
        kind = claim.model_dump()["kind"]
        hidden = self._personal_data.reference("deed", key)
        await self._keys.hold(event_id("claim", submission, kind, hidden), claim)
        await self._claim(submission, claim, kind, hidden)

    async def _claim(self, submission: str, claim: claims.Claim, *unique: str) -> None:
        """Publish a claim; with the same words in `unique` it is the same claim."""
        await self._publish([message_of(claimed(submission, claim, *unique, at=clock.now()))])

    async def outcome(self, submission: str) -> Outcome | None:
        """The outcome of a submission, as far as the citizen may know it; None before it was judged."""
        progress = await self.progress(submission)
        return None if progress is None or not progress.judged else public(submission, progress)

    async def by_code(self, code: str) -> Progress | None:
        """The progress of the dossier with this code; None if there is no such dossier."""
        async for _, state in self._states.states(queries.of_code(code)):
            return queries.progress(state)
        return None

    async def until(self, submission: str, reached: Callable[[Progress], bool]) -> Outcome | None:
        """Wait for the loop to get there; None if it takes too long."""
        try:
            async with asyncio.timeout(OUTCOME_SECONDS):
                for pause in pauses():
                    progress = await self.progress(submission)
                    if progress is not None and reached(progress):
                        return public(submission, progress)
                    await asyncio.sleep(pause)
        except TimeoutError:
            pass
        return None

    async def progress(self, submission: str) -> Progress | None:
        """The progress of a submission; None if nothing is known of it."""
        state = await self._states.state_of(queries.of_submission(submission))
        return None if state is None else queries.progress(state)


def _refuse_personal(claim: claims.Claim) -> None:
    if found := personal_data_of(claim):
        raise _unfit(found.path, f"holds {found.kind}: everybody on the bus would read it; leave it out")


def _unfit(path: str, text: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("body", path), "msg": text}])


def pauses() -> Iterator[float]:
    """Seconds to wait, each twice the one before up to the longest, without end.

    They grow because many requests that wait must not wear out the store.
    """
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def public(submission: str, progress: Progress) -> Outcome:
    """What the citizen may know of a submission's progress."""
    return Outcome.model_validate(
        {
            "submission_id": submission,
            "outcome": progress.outcome,
            "dossier_code": progress.code or None,
            "appointment_date": progress.appointment,
            "working_out": progress.working_out,
            "missing": progress.missing,
            "reason": progress.reason or None,
        }
    )
