"""From a request to a claim, and from the claim to its outcome.

A request is checked whole, its personal part put away under a random reference, the claim published, and the outcome
awaited in the store. So there is one way in, and every submission is in the streams.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import ConfigDict, Field

from chassis.runtime import clock
from chassis.runtime.app import Context
from chassis.runtime.bus.record import message_of
from chassis.runtime.http.keys import Keys
from contracts import claims
from contracts.envelope import Code, event_id, new_event
from services.intake.adapters.answers import Outcome
from services.intake.adapters.personal_data import Applicant, Body, Vault

SOURCE = "/portal/http"
OUTCOME_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two looks for an outcome: it shows in the store, whichever instance reads the claim."""


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
    """What the citizen brings; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class PaymentBody(claims.Payment):
    """What the citizen pays; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class CollectionBody(claims.Collection):
    """How the result is handed over; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Desk:
    """Turns requests into claims and waits for what becomes of them."""

    def __init__(self, context: Context, vault: Vault, keys: Keys) -> None:
        self._store = context.store
        self._publish = context.publish
        self._vault = vault
        self._keys = keys

    async def submit(self, submission: str, body: Submission, *, keyed: bool) -> Outcome | None:
        """Lodge a dossier; its outcome, or None if that takes longer. `keyed`: the same may be asked for again.

        Raises:
            KeyReusedError: this submission was lodged with other words.
        """
        application = claims.Application(**body.model_dump(exclude={"applicant"}))
        if keyed:
            await self._keys.hold(submission, body)
        known = await self.outcome(submission)
        if known is not None:
            return known
        if body.applicant:  # last, so that nothing is kept of who is refused
            reference = await self._vault.put(submission, body.applicant, body.language)
            application = application.model_copy(update={"applicant_ref": reference})
        await self._claim(submission, application, "application")
        return await self.until(submission, lambda state: state["outcome"] != "new")

    async def act(self, submission: str, claim: claims.Claim, key: str | None, usual: str) -> None:
        """Publish what a citizen does after lodging. Without a key it is `usual`, or where that is empty, a new one.

        Raises:
            KeyReusedError: the key stands for another deed of this kind.
        """
        if key is None:
            await self._claim(submission, claim, usual or clock.random_reference())
            return
        kind = claim.model_dump()["kind"]
        await self._keys.hold(event_id("claim", submission, kind, key), claim)
        await self._claim(submission, claim, kind, key)

    async def _claim(self, submission: str, claim: claims.Claim, *unique: str) -> None:
        """Publish a claim; with the same words in `unique` it is the same claim."""
        data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
        event = new_event(
            data,
            source=SOURCE,
            subject=submission,
            time=clock.now(),
            correlationid=submission,
            unique=unique,
        )
        await self._publish([message_of(event)])

    async def outcome(self, submission: str) -> Outcome | None:
        """What became of a submission, as far as the citizen may know; None before it was judged."""
        state = await self._store.state_of({"_id": submission})
        return None if state is None or state["outcome"] == "new" else _public(submission, state)

    async def by_code(self, code: str) -> Outcome | None:
        """The same, by the dossier code."""
        async for submission, state in self._store.states({"state.code": code}):
            return _public(submission, state)
        return None

    async def until(self, submission: str, reached: Callable[[dict[str, Any]], bool]) -> Outcome | None:
        """Wait for the loop to get there; None if it takes too long."""
        try:
            async with asyncio.timeout(OUTCOME_SECONDS):
                for pause in pauses():
                    state = await self._store.state_of({"_id": submission})
                    if state is not None and reached(state):
                        return _public(submission, state)
                    await asyncio.sleep(pause)
        except TimeoutError:
            pass
        return None


def pauses() -> Iterator[float]:
    """Seconds, each twice the one before up to the longest, without end: many who wait must not wear out the store."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def _public(submission: str, state: dict[str, Any]) -> Outcome:
    return Outcome(
        submission_id=submission,
        outcome=state["outcome"],
        dossier_code=state["code"] or None,
        appointment_date=state["appointment"],
        working_out=state.get("working_out"),
        missing=state["missing"],
        reason=state["reason"] or None,
    )
