"""What the plan gives to whom."""

import pytest

from chassis.runtime.settings import Settings
from contracts.topics import OWNERS, PAYLOADS, SERVICES
from domain.procedures import load_directory
from tools.operations.access_plan import (
    HOUSE,
    WRITES,
    Right,
    agency_of_inbox,
    agency_prefix,
    agency_principal,
    difference,
    inbox_topic,
    is_ours,
    plan,
)
from tools.operations.registry import all_services

SERVICE_SPECS = all_services(Settings())
UNIT, PART = "H29.16", "H29.16.05"
PLAN = plan(SERVICE_SPECS, "lienthong.", [UNIT, PART])


def may(principal: str, operation: str, resource: str = "topic") -> set[str]:
    return {
        right.name + ("*" if right.prefixed else "")
        for right in PLAN
        if (right.principal, right.operation, right.resource) == (principal, operation, resource)
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_its_own_topics_and_its_dead_letters(name):
    own = {payload.TYPE for payload in OWNERS[name]} | {f"{name}.dead-letter"}
    claims = {"intake.submitted"} if name == "intake" else set()  # portals speak through it
    assert may(name, "write") == own | claims


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reads_what_it_consumes_and_its_own_dead_letters_in_its_own_group(name):
    assert may(name, "read") >= {*SERVICE_SPECS[name].topics, f"{name}.dead-letter"}
    assert not {topic for topic in may(name, "read") if topic.endswith(".dead-letter")} - {f"{name}.dead-letter"}
    assert may(name, "read", "group") == {f"lienthong.{name}"}


def test_every_topic_has_somebody_who_writes_it():
    written = {right.name for right in PLAN if right.resource == "topic" and right.operation == "write"}
    assert {*PAYLOADS} <= written


def test_every_owner_has_its_principals():
    assert {*OWNERS} <= {*WRITES}


def test_an_agency_reads_its_own_inbox_and_what_is_public():
    inboxes = {name for name in may(agency_principal(UNIT), "read") if agency_of_inbox(name)}
    assert inboxes == {inbox_topic(UNIT)}
    assert not {name for name in may(agency_principal(UNIT), "read") if name.startswith("dossier.")}
    assert may(agency_principal(UNIT), "write") == {"agency.reported"}


def test_an_agency_can_not_use_the_groups_of_its_own_unit():
    [prefix] = may(agency_principal(UNIT), "read", "group")
    assert prefix == f"{agency_prefix(UNIT)}*"
    assert not f"{agency_prefix(PART)}kit".startswith(agency_prefix(UNIT))


def test_no_prefix_of_an_agency_of_the_directory_opens_the_groups_of_another():
    codes = load_directory().agencies
    prefixes = [agency_prefix(code) for code in codes]
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and b.startswith(a)]


def test_nobody_may_create_change_or_delete_a_topic():
    assert not {
        right
        for right in PLAN
        if right.resource in {"topic", "cluster"}
        and right.operation not in {"read", "write", "describe", "describe-configs"}
    }


def test_dead_letters_are_read_by_their_service_and_the_operator_alone():
    readers = {right.principal for right in PLAN if right.name == "sla.dead-letter" and right.operation == "read"}
    assert readers == {"sla", "operator"}


def test_nobody_but_the_relay_writes_to_an_inbox():
    assert {right.principal for right in PLAN if right.name == inbox_topic(UNIT) and right.operation == "write"} == {
        "relay"
    }


def test_the_auditor_writes_nothing():
    assert not may("auditor", "write")
    assert may("auditor", "read") == {*PAYLOADS}


def test_all_topics_at_once_are_only_looked_at():
    wide = {right.operation for right in PLAN if right.resource == "topic" and right.name == "*"}
    assert wide == {"describe", "describe-configs"}


def test_the_plan_speaks_for_the_house_and_the_agencies_alone():
    assert {right.principal for right in PLAN} <= {*HOUSE, agency_principal(UNIT), agency_principal(PART)}
    assert all(is_ours(right.principal) for right in PLAN)
    assert not is_ours("admin")


def test_a_difference_names_what_is_missing_and_what_nobody_planned():
    missing = Right("sla", "topic", "clock.ticked", "read")
    stray = Right("sla", "topic", "agency.reported", "write")
    others = Right("backup", "topic", "agency.reported", "read")
    found = difference(PLAN, (PLAN - {missing}) | {stray, others})
    assert found == ((missing,), (stray,))


def test_a_rule_that_forbids_or_that_names_an_address_is_not_the_planned_one():
    right = Right("sla", "topic", "clock.ticked", "read")
    for other in (right._replace(denied=True), right._replace(host="10.0.0.1")):
        assert difference(frozenset({right}), [other]) == ((right,), (other,))
    assert str(right._replace(denied=True, host="10.0.0.1")) == "sla may not read topic clock.ticked from 10.0.0.1"


@pytest.mark.parametrize("topic", ["agency.reported", "agency.key", "agency..inbox", "dossier.paid", ".inbox"])
def test_what_is_no_inbox_is_told_from_one(topic):
    assert agency_of_inbox(topic) is None


def test_an_inbox_tells_its_agency():
    assert agency_of_inbox(inbox_topic(PART)) == PART
