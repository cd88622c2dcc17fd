"""Sending: tried again with a new producer after every error, until the bus has it or nothing helps."""

from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError, NotLeaderForPartitionError

from lienthong_agency import Bus, NotSentError, sending

RECORD = (b"H29.16.01-261201-0001", b"{}", [("lt-signature", b"x")])


class Producer:
    """A producer that does what the test says, one thing a producer."""

    script: list  # of exceptions; None: it works
    made: list

    def __init__(self, **options):
        self.options, self.stopped = options, False
        type(self).made.append(self)
        self.fate = type(self).script.pop(0)

    async def start(self):
        if isinstance(self.fate, KafkaConnectionError):
            raise self.fate

    async def send_and_wait(self, topic, value, key, headers):
        if self.fate is not None:
            raise self.fate
        self.sent = (topic, key, value, headers)
        return SimpleNamespace(topic=topic, partition=3, offset=42)

    async def stop(self):
        self.stopped = True


@pytest.fixture
def producers(monkeypatch):
    Producer.made = []
    monkeypatch.setattr(sending, "AIOKafkaProducer", Producer)
    monkeypatch.setattr(sending, "PAUSES", (0.0, 0.0))
    return Producer


def sender():
    return sending.Sender(Bus(agency="H29.04.01", servers="127.0.0.1:9"))


async def test_it_tells_where_the_bus_has_the_record(producers):
    producers.script = [None]
    assert await sender().send(*RECORD) == "agency.reported/3/42"
    key, value, headers = RECORD
    assert producers.made[0].sent == ("agency.reported", key, value, headers)
    assert producers.made[0].options["acks"] == "all"


async def test_after_an_error_the_same_bytes_go_out_by_a_new_producer(producers):
    producers.script = [NotLeaderForPartitionError(), KafkaConnectionError("gone"), None]
    assert await sender().send(*RECORD) == "agency.reported/3/42"
    assert [made.stopped for made in producers.made] == [True, True, False]


async def test_it_gives_up_in_the_end_and_says_what_to_look_at(producers):
    producers.script = [KafkaConnectionError("gone")] * 3
    with pytest.raises(NotSentError, match=r"127\.0\.0\.1:9 did not take the report .*check servers, password"):
        await sender().send(*RECORD)
    assert all(made.stopped for made in producers.made)


async def test_what_another_try_does_not_mend_is_not_tried_again(producers):
    producers.script = [MessageSizeTooLargeError()]
    with pytest.raises(NotSentError, match="MessageSizeTooLargeError"):
        await sender().send(*RECORD)
    assert len(producers.made) == 1


async def test_one_producer_serves_many_reports(producers):
    producers.script = [None]
    sending_many = sender()
    for _ in range(3):
        await sending_many.send(*RECORD)
    await sending_many.stop()
    assert [made.stopped for made in producers.made] == [True]
