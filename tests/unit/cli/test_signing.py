"""Whoever plays agencies signs for each whose key there is, and for nobody else."""

import pytest

from chassis.runtime.bus.record import message_of
from contracts.claims import TookCustody, Withdrawal
from lienthong_agency.signing import HEADER, KeyFileError, write_key
from tests.given import at, received, reported, submitted
from tests.signing import key_of
from tools.signing import NO_KEYS, keys_in, signing

AGENCY = "H29.16"


async def published(keys, *events):
    said = []

    async def publish(messages):
        said.extend(messages)

    await signing(publish, keys)([message_of(event) for event in events])
    return [HEADER in dict(message.headers) for message in said]


async def test_each_is_signed_by_its_agencys_key_and_an_import_by_its_own():
    keys = {AGENCY: key_of(AGENCY), "import": key_of("import")}
    told = (
        reported(AGENCY, TookCustody(step="a"), at(2)),
        reported("H29.07", TookCustody(step="a"), at(2)),
        reported("H29.07", TookCustody(step="a"), at(2), source="/import/log", timeline="log"),
        submitted(Withdrawal(), at(2)),
        submitted(Withdrawal(), at(2), source=f"/agency/{AGENCY}"),
        received(at(2)),
    )
    assert await published(keys, *told) == [True, False, True, False, True, False]
    assert await published(NO_KEYS, *told) == [False] * len(told)


def test_the_keys_of_a_folder_are_by_agency(tmp_path):
    for agency in (AGENCY, "import"):
        write_key(key_of(agency), tmp_path / f"{agency}.json")
    assert {agency: key.kid for agency, key in keys_in(tmp_path).items()} == {
        agency: key_of(agency).kid for agency in (AGENCY, "import")
    }
    assert keys_in(None) == {}


def test_a_folder_without_keys_is_named(tmp_path):
    with pytest.raises(KeyFileError, match="LIENTHONG_SIGNING_KEYS"):
        keys_in(tmp_path)
