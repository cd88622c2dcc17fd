import hashlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel, SecretStr

from chassis.core.document import Document
from chassis.runtime.bus.record import Message
from chassis.runtime.http.access import Access
from chassis.runtime.http.application import Probes, make_api, make_operator_api
from chassis.runtime.http.keys import KeyReusedError
from chassis.runtime.loop import Loop
from chassis.runtime.states import Head, States
from chassis.runtime.store.mongo import StoreError
from contracts.envelope import AnyEvent, event_id, new_event
from contracts.intake import DossierReceived
from contracts.routing import DossierCompleted
from domain.feedback import load_categories
from domain.procedures import load_directory
from domain.worktime import load_calendar
from services.rating.adapters.feedback import FeedbackSubmissionService, Terms
from services.rating.adapters.feedback_http import feedback_router, internal_feedback_router
from services.rating.adapters.http import router
from services.rating.adapters.submissions import Patience, RatingSubmissionService
from services.rating.adapters.words import Answer, Kept
from services.rating.service import service
from tests.stored import ReadableStore

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
TERMS = Terms(load_categories(), load_directory(), load_calendar())
SHARED = "not-a-secret"
CODE = "H29.16-260105-0001"


async def nothing() -> Any:
    """What a test that is not about health answers of it."""
    return {}


NOBODY_ASKS = Probes(nothing, nothing, nothing)


@dataclass
class BusRecord:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Words:
    """The words of feedback, in memory."""

    by_key: dict[str, Kept] = field(default_factory=dict)

    def digest(self, content: str) -> str:
        return hashlib.sha256(content.encode()).hexdigest()

    async def keep(self, key: str, content: str, text: str, at: datetime) -> Kept:
        return self.by_key.setdefault(key, Kept(event_id("feedback", key), content, text, at))

    async def keep_answer(self, reference: str, answer: Answer) -> Answer:
        for key, kept in self.by_key.items():
            if kept.reference == reference and kept.answer is None:
                self.by_key[key] = replace(kept, answer=answer)
        found = await self.get(reference)
        return (found and found.answer) or answer

    async def get(self, reference: str) -> Kept | None:
        return next((kept for kept in self.by_key.values() if kept.reference == reference), None)


@dataclass
class Keys:
    """What keys stand for, in memory."""

    harness: "Harness"
    held: dict[str, BaseModel] = field(default_factory=dict)

    async def hold(self, identity: str, request: BaseModel) -> None:
        if self.harness.down:
            raise StoreError("no server")
        if self.held.setdefault(identity, request) != request:
            raise KeyReusedError


@dataclass
class Harness:
    """Rating in one process: what a request publishes waits on the bus until the request waits for the outcome."""

    at: datetime = START
    waiting: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    store: ReadableStore = field(default_factory=ReadableStore)
    down: bool = False
    counts: int = 0
    pauses: list[float] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    overdue_rows: list[dict[str, Any]] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    token: str = SHARED
    access: Access | None = None

    def __post_init__(self) -> None:
        self.offsets = itertools.count()
        self.loop = Loop(service(), self.store, self.say)
        patience = Patience(pause=self.pause)
        states = States(self.loop.service, self, self.seconds)
        ratings = RatingSubmissionService(states, Keys(self), self.take, lambda: self.at, patience)
        feedback = FeedbackSubmissionService(
            states, self.words, self.take, lambda: self.at, terms=TERMS, patience=patience
        )
        routes = APIRouter()
        routes.include_router(router(ratings, states, lambda: self.at))
        routes.include_router(feedback_router(feedback, TERMS.categories))
        access = self.access or Access(service_token=SecretStr(self.token))
        self.api = make_api("rating", routes, NOBODY_ASKS, access)
        self.operator_api = make_operator_api(self.api, "rating", internal_feedback_router(feedback), NOBODY_ASKS)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.api), base_url="http://rating")
        self.operator = httpx.AsyncClient(transport=httpx.ASGITransport(self.operator_api), base_url="http://rating")

    def seconds(self) -> float:
        return self.at.timestamp()

    async def take(self, messages: Sequence[Message]) -> None:
        self.waiting += messages

    async def say(self, messages: Sequence[Message]) -> None:
        self.said += messages

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.work()

    async def work(self) -> None:
        taken, self.waiting = self.waiting, []
        taken_in = round(self.at.timestamp() * 1000)
        await self.loop.process(
            [BusRecord(message.topic, 0, next(self.offsets), taken_in, message.key, message.value) for message in taken]
        )

    async def hear(self, event: AnyEvent) -> None:
        self.waiting.append(Message(event.type, event.subject.encode(), event.to_json().encode()))
        await self.work()

    def heads(self, query: Mapping[str, Any], limit: int = 0) -> AsyncIterator[Head]:
        if self.down:
            raise StoreError("no server")
        return self.store.heads(query, limit)

    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        return await self.store.load(keys, with_history=with_history)

    async def count_outdated(self, code: str) -> int:
        self.counts += 1
        return await self.store.count_outdated(code)

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        assert "$group" in pipeline[-1]
        return self.overdue_rows if "state.feedback.due" in pipeline[0]["$match"] else self.rows


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    harness = Harness()
    yield harness
    await harness.client.aclose()


def received_event() -> AnyEvent:
    data = DossierReceived(
        submission_id="submission-1",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.16",
        competent_agency="H29.02",
        limit="1 working-day",
        appointment_date=START + timedelta(hours=8),
    )
    return new_event(
        data, source="/lienthong/intake", subject=CODE, time=START, correlationid="submission-1", unique=()
    )


def completed_event() -> AnyEvent:
    data = DossierCompleted(outcome="granted", agency="H29.02", officer="CC-7")
    return new_event(
        data, source="/lienthong/routing", subject=CODE, time=START, correlationid="submission-1", unique=()
    )


@pytest.fixture(scope="session")
def received() -> AnyEvent:
    return received_event()


@pytest.fixture(scope="session")
def completed() -> AnyEvent:
    return completed_event()
