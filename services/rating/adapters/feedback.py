"""The submission service for feedback and its answers.

A request is checked, its words are put away, an event that refers to them is published, and the outcome is awaited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime.bus.record import Publish, message_of
from chassis.runtime.http.access import Matter
from chassis.runtime.http.receipt import ReceiptSecret
from contracts.envelope import AnyEvent, Code, DossierCode
from contracts.moments import Instant
from contracts.rating import FeedbackAnswered, FeedbackSubmitted
from domain.feedback import Category
from domain.procedures import Directory
from domain.worktime import Calendar, due_at
from services.rating import queries
from services.rating.adapters.submissions import Patience, States
from services.rating.adapters.words import Answer, Kept, Words
from services.rating.events import feedback_answered, feedback_submitted
from services.rating.state import Feedback, FeedbackStatus

MOST_CHARACTERS = 5_000
"""Characters of a feedback or an answer; a longer one is refused.

With fewer, people can not tell their case; more only cost room in the store, for no event carries the words.
"""

FreeText = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS, strip_whitespace=True, pattern=r"\S")
]


class FeedbackBody(BaseModel):
    """The feedback that a citizen sends: its category, the agency, and the words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Code
    agency: Code
    text: FreeText
    dossier: DossierCode | None = None


class AnswerBody(BaseModel):
    """The answer that an agency sends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Annotated[
        Code | SkipJsonSchema[None], Field(description="Who answers; the token says it, if there is one")
    ] = None
    text: FreeText


class FeedbackOutcome(BaseModel):
    """The standing of a feedback. From `category` on all is null as long as it is on its way to the streams."""

    feedback_id: str
    category: str | None = None
    agency: str | None = None
    dossier: str | None = None
    due: Instant | None = None
    status: FeedbackStatus | None = None
    answered: Instant | None = Field(default=None, description="When the agency answered")
    answer: str | None = Field(default=None, description="The words of the answer")


class FeedbackLodged(FeedbackOutcome):
    """The standing of a feedback that was just lodged, with its receipt."""

    receipt: ReceiptSecret


class UnfitError(ValueError):
    """The request names a category or an agency that does not exist."""


class TakenError(ValueError):
    """The request contradicts a feedback or an answer that is already on record."""


@dataclass(frozen=True)
class Terms:
    """The data that a feedback is checked against.

    Attributes:
        categories: by code.
        directory: the agencies.
        calendar: for the moment until which an answer is in time.
    """

    categories: Mapping[str, Category]
    directory: Directory
    calendar: Calendar


class FeedbackSubmissionService:
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
        content = self._words.digest(body.model_dump_json())
        kept = await self._words.keep(key, content, body.text, self._clock())
        if kept.content != content:
            raise TakenError("this Idempotency-Key was used for another feedback; take a new one")
        if await self._feedback(kept.reference) is None:
            data = self._submitted(body, category, kept)
            await self._publish_one(feedback_submitted(kept.reference, data, kept.at))
        return await self._settled(kept, lambda feedback: bool(feedback.category))

    async def answer(self, reference: str, agency: str, text: str) -> FeedbackOutcome | None:
        """Publish an answer, once, and wait until it is on record; None if there is no such feedback.

        Raises:
            TakenError: it is another agency's, or was answered otherwise.
        """
        kept, feedback = await self._words.get(reference), await self._feedback(reference)
        if kept is None or feedback is None or not feedback.category:
            return None
        if feedback.agency != agency:
            raise TakenError(f"this feedback is {feedback.agency}'s to answer")
        answer = await self._words.keep_answer(reference, Answer(text, self._clock()))
        if answer.text != text:
            raise TakenError("this feedback was answered otherwise, and an answer stays")
        if feedback.answered is None:
            data = FeedbackAnswered(feedback_id=reference, agency=agency, answered_at=answer.at)
            await self._publish_one(feedback_answered(reference, data, answer.at))
        return await self._settled(kept, lambda feedback: feedback.answered is not None)

    async def outcome(self, reference: str) -> FeedbackOutcome | None:
        """The standing of a feedback; None if it is unknown."""
        kept = await self._words.get(reference)
        return None if kept is None else _outcome(kept, await self._feedback(reference))

    async def submission_of(self, dossier: str) -> str:
        """Id of the submission that a dossier began with; empty for a dossier that is not known."""
        found = await self._store.state_of(queries.of_document(dossier))
        return queries.restored(found).correlationid if found else ""

    async def matter(self, reference: str) -> Matter:
        """What a feedback is, as far as rights depend on it: it concerns the agency that it is about."""
        feedback = await self._feedback(reference)
        return Matter(reference, agencies=frozenset({feedback.agency} if feedback and feedback.agency else ()))

    async def text(self, reference: str) -> str | None:
        """The words of a feedback, for the agency that has to answer it; None if it is unknown."""
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

    async def _publish_one(self, event: AnyEvent) -> None:
        await self._publish([message_of(event)])

    async def _settled(self, kept: Kept, reached: Callable[[Feedback], bool]) -> FeedbackOutcome:
        for _ in range(self._patience.polls):
            feedback = await self._feedback(kept.reference)
            if feedback is not None and reached(feedback):
                return _outcome(await self._words.get(kept.reference) or kept, feedback)
            await self._patience.pause(self._patience.seconds)
        return FeedbackOutcome(feedback_id=kept.reference)

    async def _feedback(self, reference: str) -> Feedback | None:
        found = await self._store.state_of(queries.of_document(reference))
        return queries.restored(found).feedback if found else None


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
        # Words are put away before their event is published: until the streams know of them, they are not shown.
        answer=kept.answer.text if kept.answer and feedback.answered else None,
    )
