"""Agencies with other people's clients live the same life: all clients but those that compile librdkafka first.

Each is skipped where its toolchain is not on the machine; the reason says which. `make interop` plays them all.
"""

from pathlib import Path

import pytest

from interop.building import Builder
from interop.clients import CLIENTS
from interop.matrix import Matrix, whole

ROOT = Path(__file__).parents[2]
PLAYED = [client for client in CLIENTS if client.name not in ("rdkafka", "confluent-kafka-javascript")]
OTHER_PARTITIONS = ("sarama", "confluent-kafka", "confluent-kafka-go")
"""FNV-1a, and twice librdkafka's CRC32: not the partition that Java's client chooses."""

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
async def matrix():
    return await whole(Builder(ROOT / ".lienthong" / "interop"), PLAYED, print)


def lived(matrix: Matrix, name: str):
    if why := matrix.unmade.get(name):
        assert why.startswith("not on this machine"), why
        pytest.skip(why)
    return matrix.lived[name]


@pytest.mark.parametrize("name", [client.name for client in PLAYED])
def test_its_agency_lives_as_the_others_do_with_every_codec_and_transactions(matrix, name):
    assert {variant: one.wrong for variant, one in lived(matrix, name).items() if one.wrong} == {}


@pytest.mark.parametrize("name", OTHER_PARTITIONS)
def test_a_client_may_put_a_dossier_on_another_partition_than_javas(matrix, name):
    assert any(one.misplaced[0] for one in lived(matrix, name).values())


def test_of_each_dossier_the_impossible_and_the_malformed_claim_are_rejected_and_nothing_else(matrix):
    assert matrix.dossiers
    assert matrix.rejected == 2 * matrix.dossiers


def test_three_instances_leave_nothing_to_read_and_replay_equals_their_store(matrix):
    assert matrix.lag == 0
    assert " 0 different · 0 missing in the store · 0 missing in the streams" in matrix.replayed
