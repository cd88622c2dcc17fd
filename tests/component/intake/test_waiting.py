"""Waiting for what becomes of a claim, whichever instance reads it."""

from itertools import islice
from typing import Any

import pytest

from services.intake.adapters import submissions
from services.intake.adapters.answers import Outcome
from services.intake.adapters.submissions import SubmissionService, pauses

SEEN = {"outcome": "received", "code": "D.1", "appointment": None, "missing": [], "reason": ""}
SEEN |= {"submission": "submission-1", "application": None}


class Slow:
    """States among which the outcome shows at a later look."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    async def state_of(self, _query: dict[str, Any]) -> dict[str, Any] | None:
        self.looks -= 1
        return SEEN if self.looks == 0 else {**SEEN, "outcome": "new"} if self.looks == 1 else None


def waiting(store: Slow) -> SubmissionService:
    return SubmissionService(store, publish=None, personal_data=None, keys=None, catalogue=None)


async def until_judged(store: Slow) -> Outcome | None:
    return await waiting(store).until("s-1", lambda progress: progress.judged)


@pytest.mark.parametrize("looks", [1, 2, 4])
async def test_it_looks_until_the_outcome_is_there_and_no_longer(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "OUTCOME_SECONDS", 60)  # a busy machine takes longer than a citizen waits
    store = Slow(looks)
    found = await until_judged(store)
    assert (found.dossier_code, store.looks) == ("D.1", 0)


async def test_what_takes_too_long_is_not_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "OUTCOME_SECONDS", 0)
    assert await until_judged(Slow(1000)) is None


def test_between_looks_it_waits_twice_as_long_each_time_up_to_half_a_second() -> None:
    assert list(islice(pauses(), 7)) == [0.02, 0.04, 0.08, 0.16, 0.32, 0.5, 0.5]
