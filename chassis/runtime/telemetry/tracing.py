"""OpenTelemetry traces that follow one dossier from submission to letter, across services, restarts and replays.

Every id follows from the envelope, so records carry no headers and stay the same bytes on a repeat. A dossier is one
trace, named by its correlation id. A service has one span for each event it took or said, named by service and event.
Who took an event stands below who said it; who said one, below its own span of the cause. What comes from outside
stands below the submission, the root, which is written by whoever takes the application.

A repeat has the same ids: a backend shows it once. Two senders that give two events of one dossier the same id share a
span.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from typing_extensions import override

from chassis.core.arrival import Arrival
from chassis.core.job import Job
from chassis.runtime.telemetry.observe import DEAD, Observer, results
from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.topics import SERVICES

EXPORT_SECONDS = 5
"""Seconds that a collector may take. Spans that it does not take are dropped, and the service goes on. Longer holds
more spans in memory and delays the stop of the process."""

PREFIX = "/lienthong/"
ROOT = "submission"
WHOLE = 1 << 64


def trace_id(correlationid: str) -> int:
    """The trace of everything that began with this submission."""
    return int.from_bytes(sha256(correlationid.encode()).digest()[:16]) or 1


def span_id(correlationid: str, *name: str) -> int:
    """The span of this name in that trace."""
    return int.from_bytes(sha256("|".join((correlationid, *name)).encode()).digest()[:8]) or 1


def root_id(event: AnyEvent) -> int:
    """The span of the submission."""
    return span_id(event.correlationid)


def own_id(service: str, event: AnyEvent) -> int:
    """The span of a service that took or said this event."""
    return span_id(event.correlationid, service, event.id)


def cause_id(service: str, event: AnyEvent) -> int:
    """The span of what made a service say this event."""
    return span_id(event.correlationid, service, event.causationid) if event.causationid else root_id(event)


def sender_id(service: str, event: AnyEvent) -> int:
    """The span below which a service takes this event."""
    sender = event.source.removeprefix(PREFIX)
    if sender == service:
        return cause_id(service, event)
    return own_id(sender, event) if sender in SERVICES else root_id(event)


class Given(IdGenerator):
    """Gives the ids that were laid ready for the next span."""

    def __init__(self) -> None:
        self.trace = 1
        self.span = 1

    @override
    def generate_trace_id(self) -> int:
        return self.trace

    @override
    def generate_span_id(self) -> int:
        return self.span


class Tracing(Observer):
    """Writes the spans of one service.

    Args:
        service: its name.
        collector: OTLP over HTTP, for example http://127.0.0.1:4318.
        share: of all dossiers, from 0 to 1; every service chooses the same ones.
    """

    def __init__(self, service: str, collector: str, share: float = 1.0) -> None:
        self._service = service
        self._share = int(share * WHOLE)
        self._ids = Given()
        self._provider = TracerProvider(
            id_generator=self._ids,
            resource=Resource({"service.name": f"lienthong-{service}"}),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(collector.rstrip("/") + "/v1/traces", timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("lienthong")

    @override
    def took(self, arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> None:
        for arrival, result in results(arrivals, jobs):
            event, record = arrival.event, arrival.record
            if not self._wanted(event):
                continue
            begun, place = record.timestamp * 1_000_000, {"partition": record.partition, "offset": record.offset}
            if isinstance(event.data, IntakeSubmitted) and event.data.claim.kind == "application":
                self._write(ROOT, event, root_id(event), None, kind=SpanKind.SERVER, begun=begun)
            self._write(
                f"{self._service} took {event.type}",
                event,
                own_id(self._service, event),
                sender_id(self._service, event),
                kind=SpanKind.CONSUMER,
                begun=begun,
                result=result,
                **place,
            )

    @override
    def emitted(self, events: Sequence[AnyEvent]) -> None:
        begun = time.time_ns()
        for event in filter(self._wanted, events):
            own, parent = own_id(self._service, event), cause_id(self._service, event)
            self._write(f"{self._service} said {event.type}", event, own, parent, kind=SpanKind.PRODUCER, begun=begun)

    async def close(self) -> None:
        """Send what is left, if the collector is there."""
        await asyncio.to_thread(self._provider.shutdown)

    def _wanted(self, event: AnyEvent) -> bool:
        return trace_id(event.correlationid) % WHOLE < self._share

    def _write(
        self, name: str, event: AnyEvent, own: int, parent: int | None, *, kind: SpanKind, begun: int, **more: str | int
    ) -> None:
        self._ids.trace, self._ids.span = trace_id(event.correlationid), own
        above = SpanContext(self._ids.trace, parent or 0, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        span = self._tracer.start_span(
            name,
            set_span_in_context(NonRecordingSpan(above)) if parent else None,
            kind,
            {
                "lienthong.dossier": event.subject,
                "lienthong.event.type": event.type,
                "lienthong.event.id": event.id,
                "lienthong.causation.id": event.causationid,
                "lienthong.correlation.id": event.correlationid,
                "lienthong.timeline": event.timeline,
                **{f"lienthong.{word}": value for word, value in more.items()},
            },
            start_time=begun,
        )
        if more.get("result") in DEAD:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
