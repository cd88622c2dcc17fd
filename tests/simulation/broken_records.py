"""Readers of records that are wrong on purpose, each in one rule."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from typing_extensions import override

from chassis.core.service import Service
from chassis.runtime import sorting
from chassis.runtime.bus.record import Record, taken_in_at, value_of
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from chassis.runtime.loop import Loop
from chassis.runtime.sorting import SortedBatch
from contracts.envelope import AnyEvent
from contracts.topics import read_event
from tests.simulation.services import altered
from tests.simulation.variants import Variant


def _believing(record: Record, *, signatures: Signatures) -> AnyEvent:
    """As records were read before they were held to anything but their type."""
    return read_event(record.topic, value_of(record), strict=False).take_in(taken_in_at(record))


class Credulous(Loop):
    """Believes what a record says of itself."""

    @override
    def _sort(self, records: Sequence[Record], signatures: Signatures) -> SortedBatch:
        with patch.object(sorting, "read_record", _believing):
            return super()._sort(records, signatures)


class Trusting(Loop):
    """Does not ask who signed what an agency says."""

    @override
    async def _signatures_of(self, records: Sequence[Record]) -> Signatures:
        return NOT_CHECKED


class AskingOnce(Loop):
    """Goes by the keys that it first read, however many were told of since."""

    _first: Signatures | None = None

    @override
    async def _signatures_of(self, records: Sequence[Record]) -> Signatures:
        self._first = self._first or await super()._signatures_of(records)
        return self._first


def at_home_anywhere(service: Service[Any]) -> Service[Any]:
    """No birth settles a timeline."""
    return altered(service, settles=None)


def answering_nobody(service: Service[Any]) -> Service[Any]:
    """Only operators see what was put aside."""
    return altered(service, answer=None)


BROKEN_RECORDS = (
    Variant(
        "believes what a record says of itself",
        loop=Credulous,
        law="the dead letters are the bad records",
        found_within=20,
    ),
    Variant(
        "does not ask on which clock a dossier is",
        product=at_home_anywhere,
        law="the dead letters are the bad records",
        found_within=60,
    ),
    Variant(
        "answers nobody whose record is none",
        product=answering_nobody,
        law="who sent what is put aside hears why",
        found_within=20,
    ),
    Variant(
        "does not ask who signed",
        loop=Trusting,
        law="a thief moves nobodys clock",
        found_within=60,
    ),
    Variant(
        "asks for the keys once",
        loop=AskingOnce,
        law="a thief moves nobodys clock",
        found_within=60,
    ),
)
