"""Which messages somebody has to look after, and what asks for one to be sent again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.notify import ResendRequested
from services.notify.queries import Stranded, stranded
from tools.operations.resending import ResendError, request

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
CAUSE = {"id": "event-1", "subject": "D-1", "time": "2026-12-01T02:00:00Z", "correlationid": "s-1", "timeline": "live"}
DATA = ResendRequested(message_id="m-1", by="CB-1", why="lost")


def message(name: str = "m-1", **given: Any) -> dict[str, Any]:
    known = {"id": name, "template": "receipt", "cause": CAUSE, "status": "failed", "medium": "email", "given_up": []}
    return known | given


def state(*messages: dict[str, Any], unit: str = "H29.16.01") -> dict[str, Any]:
    return {"recipient": {"receiving_unit": unit}, "messages": list(messages)}


class Store:
    """A store with these documents."""

    def __init__(self, **states: dict[str, Any]) -> None:
        self._states = states

    async def states(self, _query: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        for one in self._states.items():
            yield one


async def found(store: Store, unit: str | None = None) -> list[Stranded]:
    return [one async for one in stranded(store, unit)]  # type: ignore[arg-type]


async def test_only_what_did_not_reach_its_reader_is_listed() -> None:
    store = Store(
        one=state(
            message("sent", status="sent"),
            message("asked-for-the-counter", status="sent", medium="counter"),
            message("at-the-counter", status="sent", medium="counter", given_up=["email", "sms"]),
            message("lost", status="doubtful"),
            message("refused", status="failed"),
            message("on-its-way", status="pending"),
        )
    )
    assert [(one.message_id, one.status) for one in await found(store)] == [
        ("at-the-counter", "at the counter"),
        ("lost", "doubtful"),
        ("refused", "failed"),
    ]


async def test_a_unit_sees_its_own() -> None:
    store = Store(one=state(message()), other=state(message(), unit="H29.16.02"))
    assert [one.dossier for one in await found(store, "H29.16.02")] == ["other"]


def test_the_same_message_gives_the_same_event_and_is_asked_for_once() -> None:
    first = request(state(message()), DATA, NOW)
    second = request(state(message()), DATA, datetime(2027, 1, 1, tzinfo=UTC))
    assert first
    assert second
    assert first.identity == second.identity
    assert request(state(message()) | {"resends": ["m-1"]}, DATA, NOW) is None
    assert (first.subject, first.causationid, first.timeline, first.source) == ("D-1", "event-1", "live", "/operator")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (None, "no message m-1 of this dossier"),
        (state(message("other")), "no message m-1 of this dossier"),
        (state(message(cause=None)), "no message m-1 of this dossier"),
        (state(message(status="pending")), "is pending"),
        (state(message(status="dropped")), "is dropped"),
        (state(message(status="unaddressed")), "is unaddressed"),
    ],
)
def test_what_was_never_tried_can_not_be_sent_again(known: dict[str, Any] | None, words: str) -> None:
    with pytest.raises(ResendError, match=words):
        request(known, DATA, NOW)
