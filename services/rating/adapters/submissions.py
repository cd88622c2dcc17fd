"""The submission service for ratings: it checks a request, publishes `rating.submitted` and awaits the outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime.bus.record import Publish, message_of
from chassis.runtime.http.keys import Keys
from chassis.runtime.personal.keys import PLAIN, PersonalKeys
from chassis.runtime.store.mongo import StoreError
from contracts.envelope import CODE_PATTERN, Code, DossierCode
from contracts.rating import Indicator, RatingChannel
from services.rating import queries
from services.rating.events import rating_submitted
from services.rating.state import INITIAL, MOST_POINTS, Rating, State


def _whole(given: Any) -> Any:
    """Take 2.0 for 2: JSON has one kind of number."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


_Points = Annotated[
    StrictInt, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_POINTS})
]


_Holder = Annotated[str, Field(min_length=1, max_length=64, pattern=CODE_PATTERN)]


class States(Protocol):
    """The part of the store that submission services need."""

    async def state_of(self, query: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored state of one matching document; None if there is none."""


class RatingBody(BaseModel):
    """The rating that a device, a portal or a clerk sends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dossier: DossierCode
    channel: RatingChannel
    # Ids are derived from it, so it has no bar.
    holder: Annotated[
        _Holder | SkipJsonSchema[None],
        Field(description="Opaque token of who rates; it follows from the receipt, where one is shown"),
    ] = None
    agency: Code
    officer: Code | None = None
    answers: Annotated[dict[Indicator, _Points], Field(min_length=1, description="Points by indicator")]

    @field_validator("answers")
    @classmethod
    def _points_in_bounds(cls, answers: dict[Indicator, int]) -> dict[Indicator, int]:
        for indicator, points in answers.items():
            if not 0 <= points <= MOST_POINTS:
                raise ValueError(f"indicator {indicator}: give 0, 1 or 2 points")
        return answers


class Outcome(BaseModel):
    """The outcome of a rating; `counted` is null while it may still count: not all is known of who had the dossier."""

    rating_id: str
    counted: bool | None


@dataclass(frozen=True)
class Patience:
    """The time that a request waits for the loop: 2 seconds as a whole.

    With less, a slow loop makes requests answer 202 that could have told the outcome; with more, requests pile up
    while the loop is down.

    Attributes:
        polls: how often it looks at the store.
        seconds: between two looks; shorter ones cost the store more queries than a citizen notices.
        pause: waits; a test does not.
    """

    polls: int = 50
    seconds: float = 0.04
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class RatingSubmissionService:
    """Takes ratings in."""

    def __init__(
        self,
        store: States,
        keys: Keys,
        publish: Publish,
        clock: Callable[[], datetime],
        patience: Patience | None = None,
        *,
        personal: PersonalKeys = PLAIN,
        is_officer_code: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._store = store
        self._keys = keys
        self._personal = personal
        self._is_officer_code = is_officer_code
        self._publish = publish
        self._clock = clock
        self._patience = patience or Patience()

    async def submit(self, body: RatingBody, key: str | None) -> Outcome:
        """Publish a rating, once however often it is sent, and wait for what becomes of it.

        Raises:
            KeyReusedError: the same holder used the key for another rating.
            RequestValidationError: the officer is named otherwise than by a code.
        """
        if body.officer is not None and not self._is_officer_code(body.officer):
            flaw = {
                "type": "value_error",
                "loc": ("body", "officer"),
                "msg": "name the officer by the code, never by name",
            }
            raise RequestValidationError([flaw])
        state = await self._known(body.dossier)
        content = body.model_dump(exclude={"dossier"})
        holder = body.holder or ""
        # Whoever chose a token may have taken a phone number; and a hash of one could be guessed by trying them all.
        content["holder"] = self._personal.reference("holder", body.dossier, holder) or body.holder
        hidden = key and (self._personal.reference("rating key", holder, key) or key)
        event = rating_submitted(body.dossier, content, hidden, state, self._clock())
        if key is not None:
            with suppress(StoreError):  # without it a rating is still taken in; of two, the bus has one first
                await self._keys.hold(event.id, body)
        if _find(state, event.id) is None:
            await self._publish([message_of(event)])
        return await self._settled(body.dossier, event.id)

    async def submission_of(self, dossier: str) -> str:
        """Id of the submission that a dossier began with; empty for a dossier that is not known."""
        return (await self._state(dossier)).correlationid

    async def outcome(self, dossier: str, rating_id: str) -> Outcome | None:
        """The outcome of a rating; None if it has not been seen."""
        return _outcome(await self._state(dossier), rating_id)

    async def _settled(self, dossier: str, rating_id: str) -> Outcome:
        for _ in range(self._patience.polls):
            found = _outcome(await self._known(dossier), rating_id)
            if found and found.counted is not None:
                return found
            await self._patience.pause(self._patience.seconds)
        return Outcome(rating_id=rating_id, counted=None)

    async def _known(self, dossier: str) -> State:
        """The state, as far as the store answers: a rating can be taken in without it."""
        try:
            return await self._state(dossier)
        except StoreError:
            return INITIAL

    async def _state(self, dossier: str) -> State:
        found = await self._store.state_of(queries.of_document(dossier))
        return queries.restored(found) if found else INITIAL


def _find(state: State, rating_id: str) -> Rating | None:
    return next((rating for rating in state.ratings if rating.rating_id == rating_id), None)


def _outcome(state: State, rating_id: str) -> Outcome | None:
    rating = _find(state, rating_id)
    if rating is None:
        return None
    may_yet = not state.received or not (rating.counted or state.had_it(rating) or state.completed)
    return Outcome(rating_id=rating_id, counted=None if may_yet else rating.counted)
