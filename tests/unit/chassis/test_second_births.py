"""A dossier is born once, in every service: the birth that the bus took in first, whatever time the other claims."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.runtime.settings import Settings
from tests.given import received, told
from tools.operations.registry import all_services

SERVICES = {name: one for name, one in all_services(Settings()).items() if one.genesis}
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)
FIRST = received(NOON).take_in(NOON)


def second(time, taken_in):
    """The same code, another submission, unit, applicant and route."""
    other = received(time, key="second", submission_id="submission-2", receiving_unit="H29.16.03", applicant_ref="them")
    return other.model_copy(update={"correlationid": "submission-2"}).take_in(taken_in)


def test_four_services_are_told_of_births():
    assert sorted(SERVICES) == ["notify", "rating", "routing", "sla"]


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize("days", [-30, 0, 30])
def test_a_second_birth_changes_nothing(service, days):
    later = second(NOON + timedelta(days=days), NOON + timedelta(seconds=1))
    assert told(service, [FIRST, later]) == told(service, [later, FIRST]) == told(service, [FIRST])


@pytest.mark.parametrize("name", ["notify", "routing", "sla"])
def test_of_what_was_taken_in_before_the_rule_the_earlier_time_is_the_birth(name):
    service, earlier = SERVICES[name], second(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    unstamped = received(datetime(2026, 3, 3, tzinfo=UTC))
    assert told(service, [earlier, unstamped]) != told(service, [unstamped])


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_what_was_taken_in_before_the_rule_was_there_first(service):
    old, new = received(datetime(2026, 11, 20, tzinfo=UTC)), second(datetime(2026, 11, 2, tzinfo=UTC), NOON)
    assert told(service, [old, new]) == told(service, [old])
