"""The history of a dossier tells nothing that was said in another's name."""

from random import Random

import pytest

from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from chassis.runtime.settings import Settings
from tests.component.chassis.routing import receipt
from tests.forging import KEY_OF_HONEST, KEY_OF_THIEF, honest, registry, signed
from tests.given import CODE
from tests.signing import TRUST
from tools.operations import dossier_history

RECORDS = (
    receipt(),
    *(signed(honest(Random(n), id=f"r-{n}"), key) for n, key in ((1, KEY_OF_HONEST), (2, KEY_OF_THIEF))),
)


@pytest.mark.parametrize(
    ("signatures", "told"),
    [(Signatures(registry().keys, TRUST), {"r-1"}), (NOT_CHECKED, {"r-1", "r-2"})],
    ids=("with a root", "in plain mode"),
)
async def test_a_forged_report_is_no_part_of_it(monkeypatch, signatures, told):
    async def records(_bus, _topics):
        for record in RECORDS:
            yield record

    async def now(_settings):
        return signatures

    monkeypatch.setattr(dossier_history, "records", records)
    monkeypatch.setattr(dossier_history, "signatures_now", now)
    found = await dossier_history.read_history(Settings(), CODE)
    assert {event.id for event in found if event.type == "agency.reported"} == told
    assert len(found) == len(told) + 1
