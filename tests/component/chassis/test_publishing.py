"""Where a message goes: to the partition that any other Kafka client would choose for its key."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from chassis.runtime.bus.publisher import _Partitioner


@given(key=st.binary(max_size=80), count=st.integers(1, 50))
def test_a_key_goes_where_every_client_puts_it(key: bytes, count: int) -> None:
    places = list(range(count))
    assert _Partitioner()(key, places, places) == DefaultPartitioner()(key, places, places)


def test_a_message_without_a_key_goes_anywhere() -> None:
    assert _Partitioner()(None, [3], [3]) == 3
