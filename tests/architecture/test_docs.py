"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from chassis.runtime.settings import Settings
from contracts.claims import AgencyReported
from contracts.routing import ReportRejected
from contracts.schemas import kinds, schema_of
from contracts.topics import OWNERS, PAYLOADS, SERVICES
from services.notify.settings import NotifySettings
from services.sla.settings import SlaSettings
from tools.operations.registry import all_services

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs" / "operating.md").read_text()
SERVICE_SPECS = all_services(Settings())


@pytest.mark.parametrize("name", [*Settings.model_fields, *NotifySettings.model_fields, *SlaSettings.model_fields])
def test_every_setting_is_documented(name):
    assert f"`LIENTHONG_{name.upper()}`" in OPERATING


def test_agencies_are_told_of_every_claim_every_answer_and_every_reason_for_a_rejection():
    told = set(re.findall(r"`([a-z.-]+)`", (ROOT / "docs" / "integrating.md").read_text()))
    claims = {kind for topic, kind in kinds() if topic == AgencyReported.TYPE}
    codes = set(schema_of(ReportRejected.TYPE)["$defs"]["ReportRejected"]["properties"]["code"]["anyOf"][0]["enum"])
    answers = {payload.TYPE for payload in OWNERS["routing"]}
    assert claims | codes | answers <= told


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_only_what_it_owns_and_reads_only_what_somebody_owns(name):
    service = SERVICE_SPECS[name]
    assert set(service.emits) <= set(OWNERS[name])
    assert {payload.TYPE for payload in service.consumes} <= set(PAYLOADS)
