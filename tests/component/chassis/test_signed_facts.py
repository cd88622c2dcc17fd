"""Who signed a fact stays with it: through a refold, a repeat under a newer key, and whatever is read first."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest

from chassis.core.refold import fold_anew
from chassis.runtime.loop import Loop
from lienthong_agency.signing import HEADER, sign
from tests.component.chassis.routing import ROUTING, Shop, receipt
from tests.forging import HONEST, KEY_OF_HONEST, SINCE, honest, registry, signed
from tests.given import CODE
from tests.signing import key_of, statement_of
from tests.unit.chassis.records import STAMP, stamped

NEXT = key_of(HONEST, "next")
EVENT = honest(Random(1), id="r-1", data={"agency": HONEST, "claim": {"kind": "took-custody", "step": "forward"}})
FIRST = signed(EVENT, KEY_OF_HONEST)
AGAIN = replace(
    FIRST,
    headers=((HEADER, sign(FIRST.value or b"", NEXT)),),
    offset=1,
    **stamped(STAMP + timedelta(minutes=1)),
)
"""The same report, sent again after the agency had changed its key."""


@pytest.fixture
def shop():
    table = registry()
    table.tell(statement_of(NEXT, SINCE), SINCE)
    found = Shop()
    found.loop = Loop(ROUTING, found.store, found.publish, signatures=table)
    return found


def signers(shop):
    return [report["signed_by"] for report in shop.states[CODE]["unanswered"]]


@pytest.mark.parametrize("order", [*permutations((FIRST, AGAIN))], ids=("as sent", "the repeat first"))
async def test_of_two_records_of_one_report_the_first_taken_in_says_who_signed(shop, order):
    for record in order:
        await shop.process(record)
    assert signers(shop) == [KEY_OF_HONEST.kid]
    (fact,) = shop.store.documents[CODE].facts.values()
    assert fact.event.signature == (FIRST.headers[0][1] or b"").decode()


async def test_a_document_that_is_folded_anew_has_the_same_signers(shop):
    await shop.process(FIRST)
    doc = (await shop.store.load([CODE], with_history=True))[CODE]
    fold_anew(doc, ROUTING)
    assert doc.state == shop.states[CODE]
    assert signers(shop) == [KEY_OF_HONEST.kid]


async def test_each_answer_names_the_key_of_its_report(shop):
    done = signed(
        {**EVENT, "id": "r-2", "data": {"agency": HONEST, "claim": {"kind": "finished-step", "step": "forward"}}}, NEXT
    )
    await shop.process(receipt(), FIRST, replace(done, offset=2))
    (acknowledged,), (completed,) = shop.said("dossier.acknowledged"), shop.said("dossier.step-completed")
    assert (acknowledged.data.signed_by, completed.data.signed_by) == (KEY_OF_HONEST.kid, NEXT.kid)
    (granted,) = shop.said("dossier.completed")
    assert granted.data.signed_by == NEXT.kid
    assert '"signed_by"' not in shop.said("dossier.transferred")[0].to_json()
