"""An auditor counts who signed what, and is told of every record that lacks its agency's signature."""

from dataclasses import replace
from random import Random

import pytest
from typer.testing import CliRunner

from chassis.core.agency_keys import SETTLED
from chassis.runtime.bus.signed import Signatures
from tests.forgeries import forgeries
from tests.forging import HONEST, KEY_OF_HONEST, SINCE, header, honest, registry, signed, submission
from tests.signing import TRUST
from tests.unit.chassis.records import sent, stamped
from tools.cli.verify import verify_app
from tools.operations.signature_audit import MOST_LISTED, Audit, BadRecord, judged

COUNT = 240
runner = CliRunner()


@pytest.fixture
def signatures():
    return Signatures(registry().keys, TRUST)


def test_every_forgery_is_counted_as_bad_and_named_by_its_place(signatures):
    found = forgeries(5, COUNT)
    audit = judged([one.record for one in found], signatures)
    assert (audit.bad.total(), audit.signed.total(), audit.others, audit.unreadable) == (COUNT, 0, 0, 0)
    codes = {one.place: one.code for one in audit.listed}
    for one in found:
        place = f"{one.record.topic}/{one.record.partition}/{one.record.offset}"
        assert codes[place] in one.codes


def test_what_is_signed_is_counted_by_agency_and_key(signatures):
    rng = Random(1)
    audit = judged([signed(honest(rng), KEY_OF_HONEST), signed(submission(rng), KEY_OF_HONEST)], signatures)
    assert audit == Audit(signed=audit.signed)
    assert audit.signed == {(HONEST, KEY_OF_HONEST.kid): 2}


def test_what_nobody_had_to_sign_is_no_fault(signatures):
    before = stamped(SINCE + SETTLED / 2)
    early = replace(header(signed(honest(Random(2), time=SINCE.isoformat()), KEY_OF_HONEST)), **before)
    web = sent(submission(Random(3)) | {"source": "/portal/web"}, topic="intake.submitted")
    audit = judged([early, web, sent({"subject": "x"}), sent(honest(Random(4), type="not.known"))], signatures)
    assert (audit.unsigned, audit.others, audit.unreadable, audit.bad) == ({HONEST: 1}, 1, 2, {})


def test_what_several_processes_found_is_put_together(signatures):
    found = [one.record for one in forgeries(6, COUNT)]
    one, other = judged(found[:100], signatures), judged(found[100:], signatures)
    one.add(other)
    whole = judged(found, signatures)
    assert one.bad == whole.bad
    assert sorted(one.listed, key=str) == sorted(whole.listed, key=str)


def test_no_more_are_listed_than_a_terminal_bears():
    many = Audit(listed=[BadRecord(f"agency.reported/0/{n}", HONEST, "missing") for n in range(2 * MOST_LISTED)])
    found = Audit()
    found.add(many)
    assert len(found.listed) == MOST_LISTED


def test_without_a_root_there_is_nothing_to_verify(monkeypatch):
    monkeypatch.setenv("LIENTHONG_KAFKA", "127.0.0.1:1")
    monkeypatch.delenv("LIENTHONG_ROOT_KEY", raising=False)
    result = runner.invoke(verify_app, ["signatures"])
    assert result.exit_code == 2
    assert "LIENTHONG_ROOT_KEY" in result.output


def test_a_topic_on_which_nobody_signs_is_refused():
    result = runner.invoke(verify_app, ["signatures", "--topic", "dossier.received"])
    assert result.exit_code == 2
    assert "agency.reported" in result.output
