"""One way in for feedback and its answers: checked, the words put away, published, answered from what the loop made."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from chassis.runtime.bus.record import Publish, message_of
from contracts.envelope import Code, DossierCode, Payload, event_id, new_event
from contracts.moments import Instant
from contracts.rating import FeedbackAnswered, FeedbackSubmitted
from domain.feedback import Category
from domain.procedures import Directory
from domain.worktime import Calendar, due_at
from services.rating.adapters.submissions import Patience, States
from services.rating.adapters.words import Answer, Kept, Words
from services.rating.decide import SOURCE
from services.rating.state import Feedback, FeedbackStatus, State

MOST_CHARACTERS = 5_000
"""Of a feedback or an answer."""

Said = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS, strip_whitespace=True, pattern=r"\S")]
_STATE = TypeAdapter(State)


class FeedbackBody(BaseModel):
    """What a citizen sends: what it is about, which agency, and the words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Code
    agency: Code
    text: Said
    dossier: DossierCode | None = None


class AnswerBody(BaseModel):
    """What the agency answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Code
    text: Said


class FeedbackOutcome(BaseModel):
    """Where a feedback stands. `category` and what follows are null as long as it is on its way to the streams."""

    feedback_id: str
    category: str | None = None
    agency: str | None = None
    dossier: str | None = None
    due: Instant | None = None
    status: FeedbackStatus | None = None
    answered: Instant | None = Field(default=None, description="When the agency answered")
    answer: str | None = Field(default=None, description="The words of the answer")


class UnfitError(ValueError):
    """The request names what does not exist."""


class TakenError(ValueError):
    """The request contradicts what is already on record."""


@dataclass(frozen=True)
class Terms:
    """What a feedback is checked against.

    Attributes:
        categories: by code.
        directory: the agencies.
        calendar: for the moment until which an answer is in time.
    """

    categories: Mapping[str, Category]
    directory: Directory
    calendar: Calendar


class FeedbackDesk:
    """Takes feedback and answers in."""

    def __init__(
        self,
        store: States,
        words: Words,
        publish: Publish,
        clock: Callable[[], datetime],
        *,
        terms: Terms,
        patience: Patience | None = None,
    ) -> None:
        self._store = store
        self._words = words
        self._publish = publish
        self._clock = clock
        self._terms = terms
        self._patience = patience or Patience()

    async def submit(self, body: FeedbackBody, key: str) -> FeedbackOutcome:
        """Publish a feedback, once however often it is sent, and wait until it is on record.

        Raises:
            UnfitError: there is no such category or agency.
            TakenError: the key was used for another feedback.
        """
        category = self._category(body)
        content = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
        kept = await self._words.keep(key, content, body.text, self._clock())
        if kept.content != content:
            raise TakenError("this Idempotency-Key was used for another feedback; take a new one")
        if await self._feedback(kept.reference) is None:
            await self._say(kept.reference, kept.at, self._submitted(body, category, kept))
        return await self._settled(kept, lambda feedback: bool(feedback.category))

    async def answer(self, reference: str, body: AnswerBody) -> FeedbackOutcome | None:
        """Publish an answer, once, and wait until it is on record; None if there is no such feedback.

        Raises:
            TakenError: it is another agency's, or was answered otherwise.
        """
        kept, feedback = await self._words.get(reference), await self._feedback(reference)
        if kept is None or feedback is None or not feedback.category:
            return None
        if feedback.agency != body.agency:
            raise TakenError(f"this feedback is {feedback.agency}'s to answer")
        answer = await self._words.keep_answer(reference, Answer(body.text, self._clock()))
        if answer.text != body.text:
            raise TakenError("this feedback was answered otherwise, and an answer stays")
        if feedback.answered is None:
            answered = FeedbackAnswered(feedback_id=reference, agency=body.agency, answered_at=answer.at)
            await self._say(reference, answer.at, answered, causationid=event_id(FeedbackSubmitted.TYPE, reference))
        return await self._settled(kept, lambda feedback: feedback.answered is not None)

    async def outcome(self, reference: str) -> FeedbackOutcome | None:
        """Where a feedback stands; None if it is unknown."""
        kept = await self._words.get(reference)
        return None if kept is None else _outcome(kept, await self._feedback(reference))

    async def text(self, reference: str) -> str | None:
        """The words of a feedback, for who has to answer it."""
        kept = await self._words.get(reference)
        return None if kept is None else kept.text

    def _category(self, body: FeedbackBody) -> Category:
        if body.agency not in self._terms.directory.agencies:
            raise UnfitError("there is no such agency; name the one the feedback is about")
        if body.category not in self._terms.categories:
            raise UnfitError(f"there is no such category; choose of {', '.join(self._terms.categories)}")
        return self._terms.categories[body.category]

    def _submitted(self, body: FeedbackBody, category: Category, kept: Kept) -> FeedbackSubmitted:
        return FeedbackSubmitted(
            category=category.code,
            agency=body.agency,
            text_ref=kept.reference,
            limit=str(category.limit),
            due=due_at(self._terms.calendar.of(body.agency), kept.at, category.limit),
            dossier=body.dossier,
        )

    async def _say(self, reference: str, at: datetime, data: Payload, causationid: str = "") -> None:
        event = new_event(
            data,
            source=SOURCE,
            subject=reference,
            time=at,
            correlationid=reference,
            unique=(),
            causationid=causationid,
        )
        await self._publish([message_of(event)])

    async def _settled(self, kept: Kept, reached: Callable[[Feedback], bool]) -> FeedbackOutcome:
        for _ in range(self._patience.polls):
            feedback = await self._feedback(kept.reference)
            if feedback is not None and reached(feedback):
                return _outcome(await self._words.get(kept.reference) or kept, feedback)
            await self._patience.pause(self._patience.seconds)
        return FeedbackOutcome(feedback_id=kept.reference)

    async def _feedback(self, reference: str) -> Feedback | None:
        found = await self._store.state_of({"_id": reference})
        return _STATE.validate_python(found).feedback if found else None


def _outcome(kept: Kept, feedback: Feedback | None) -> FeedbackOutcome:
    if feedback is None or not feedback.category:
        return FeedbackOutcome(feedback_id=kept.reference)
    return FeedbackOutcome(
        feedback_id=kept.reference,
        category=feedback.category,
        agency=feedback.agency,
        dossier=feedback.dossier,
        due=feedback.due,
        status=feedback.status,
        answered=feedback.answered,
        # Put away first, published then: words that the streams do not know of yet are not said yet.
        answer=kept.answer.text if kept.answer and feedback.answered else None,
    )
