"""What the tests of the real bus share: records of their own topic, and a reader that keeps what it was given."""

import asyncio
import itertools
from contextlib import asynccontextmanager

from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription

TOPIC = "feedback.answered"
"""Only the tests of the bus read or write it. They count its records, so two of their files never run side by side
on one broker: each worker of pytest starts its own, and a broker that was given needs `JOBS=0`."""

numbers = itertools.count()


def messages(count):
    return [Message(TOPIC, f"key-{n}".encode(), f"{next(numbers)}".encode()) for n in range(count)]


class Reader:
    """A handler that keeps what it was given; fails as often as it is told."""

    def __init__(self, wanted, failures=0):
        self.wanted = {message.value for message in wanted}
        self.seen = []
        self.failures = failures
        self.done = asyncio.Event()

    async def __call__(self, records, _in_flight):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the store is down")
        self.seen += [record.value for record in records if record.value in self.wanted]
        if self.wanted <= set(self.seen):
            self.done.set()


@asynccontextmanager
async def reading(settings, group, handler):
    subscription = Subscription(settings, settings.bus, group, [TOPIC], handler)
    await subscription.start()
    try:
        yield subscription
    finally:
        await subscription.stop()
