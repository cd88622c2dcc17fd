"""From the records of a batch to what arrived for each document."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog

from chassis.core.arrival import Arrival
from chassis.core.service import Service
from chassis.core.stream_time import Told
from chassis.runtime.bus.record import Message, Record, place_of, read_record
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from chassis.runtime.dead_letters import letters_about_unreadable
from chassis.runtime.received import Received
from chassis.runtime.telemetry.logs import type_name
from chassis.runtime.telemetry.observe import UNKNOWN, UNREADABLE, Observer
from contracts.topics import UnknownTypeError
from contracts.watermarks import TELL_TIME, TELLERS

log = structlog.get_logger(__name__)


class SortedBatch(NamedTuple):
    """The records of one batch.

    Attributes:
        arrivals: what arrived for each document, in the order in which it was read.
        told: what was told of the time on other timelines.
        dead: the letters about records that can not be read, and the answers to their senders.
        unknown: how many records have a type that this version does not know.
    """

    arrivals: dict[str, list[Arrival]]
    told: list[Told]
    dead: list[Message]
    unknown: int


def sort(
    records: Sequence[Record], service: Service[Any], observer: Observer, signatures: Signatures = NOT_CHECKED
) -> SortedBatch:
    """Read every record of a batch. Whatever one of them raises, the others are read.

    Args:
        records: the batch.
        service: who reads it.
        observer: is told what was put aside.
        signatures: what the signatures of agencies are checked by; not older than the batch.
    """
    arrivals: dict[str, list[Arrival]] = defaultdict(list)
    told, dead, unknown = list[Told](), list[Message](), 0
    for record in records:
        try:
            event = read_record(record, signatures=signatures)
            key = service.key(event)
        except UnknownTypeError as error:
            unknown += 1
            observer.skipped(record, UNKNOWN)
            log.info("event.unknown-type", type=type_name(str(error)), **place_of(record))
        except Exception as error:  # noqa: BLE001 - see above
            dead += letters_about_unreadable(service, record, error, signatures)
            observer.skipped(record, UNREADABLE)
        else:
            if isinstance(event.data, TELL_TIME):
                told.append(Told(event.timeline, event.time, TELLERS.get(event.type, "")))
            else:
                arrivals[key].append(Received(event, record=record))
    return SortedBatch(dict(arrivals), told, dead, unknown)
