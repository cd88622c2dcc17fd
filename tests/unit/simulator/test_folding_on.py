"""What the loop relies on when it folds on from a stored state, shown on every dossier of a simulated week."""

from random import Random

import pytest

from contracts.topics import SERVICES
from tests.given import comes_back, interleaved, told, told_in_order
from tests.unit.simulator.conftest import Week


def facts_of(week: Week, name: str) -> list[list]:
    member = week.harness.members[name]
    return [list(doc.events) for doc in member.store.documents.values()]


@pytest.mark.parametrize("name", SERVICES)
def test_every_state_comes_back_from_the_store_as_it_was(week: Week, name: str) -> None:
    service = week.harness.members[name].loop.service
    stories = facts_of(week, name)
    assert stories
    assert all(comes_back(service, facts) for facts in stories)


@pytest.mark.parametrize("name", SERVICES)
def test_own_events_may_be_folded_before_or_after_what_others_say(week: Week, name: str) -> None:
    service, rng = week.harness.members[name].loop.service, Random(1)
    for facts in facts_of(week, name):
        assert told_in_order(service, interleaved(service, facts, lambda: rng.random() < 0.5)) == told(service, facts)


@pytest.mark.parametrize("name", SERVICES)
def test_what_the_loop_folded_step_by_step_is_what_all_facts_fold_to(week: Week, name: str) -> None:
    member = week.harness.members[name]
    for doc in member.store.documents.values():
        assert doc.state == member.loop.service.dump(member.loop.service.fold(doc.events))
