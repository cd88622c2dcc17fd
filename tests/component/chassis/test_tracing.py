"""Spans derived from events: one dossier, one trace, the same ids on every repeat."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.runtime.loop import Loop
from chassis.runtime.telemetry import tracing
from chassis.runtime.telemetry.tracing import Tracing, cause_id, own_id, root_id, sender_id, trace_id
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import Toy, application, payment, poison, record


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(tracing, "OTLPSpanExporter", lambda *_, **__: exporter)
    monkeypatch.setattr(tracing, "BatchSpanProcessor", SimpleSpanProcessor)
    return exporter


@pytest.fixture
def traced(toy: Toy, exported: InMemorySpanExporter) -> Iterator[Toy]:
    toy.loop = Loop(toy.service, toy.store, toy.publish, Tracing("intake", "http://127.0.0.1:1"))
    return toy


def spans(exported: InMemorySpanExporter) -> dict[str, Any]:
    return {span.name: span for span in exported.get_finished_spans()}


def said(service: str, cause: AnyEvent) -> AnyEvent:
    return cause.model_copy(update={"source": f"/lienthong/{service}", "id": "said-1", "causationid": cause.id})


def test_who_takes_an_event_stands_below_who_said_it() -> None:
    event = said("sla", payment())
    assert sender_id("notify", event) == own_id("sla", event)


def test_who_says_an_event_stands_below_its_own_span_of_the_cause() -> None:
    cause = payment()
    assert cause_id("sla", said("sla", cause)) == own_id("sla", cause)


def test_what_comes_from_outside_stands_below_the_submission() -> None:
    assert sender_id("intake", payment()) == root_id(payment())


@pytest.mark.parametrize("source", ["/lienthong/", "/lienthong/nobody", "/agency/sla", "sla!", "/lienthong/sla/x"])
def test_a_source_that_is_none_of_our_services_is_outside(source: str) -> None:
    event = payment(source=source)
    assert sender_id("intake", event) == root_id(event)


def test_an_own_event_that_comes_over_the_bus_is_not_its_own_parent() -> None:
    event = said("rating", payment())
    assert sender_id("rating", event) != own_id("rating", event)


def test_ids_differ_by_service_event_and_dossier() -> None:
    one, other = payment(1), payment(2)
    elsewhere = one.model_copy(update={"correlationid": "d"})
    ids = {own_id("sla", one), own_id("notify", one), own_id("sla", other), own_id("sla", elsewhere), root_id(one)}
    assert len(ids) == 5
    assert trace_id(one.correlationid) != trace_id(elsewhere.correlationid)


async def test_a_submission_is_the_root_of_what_follows(traced: Toy, exported: InMemorySpanExporter) -> None:
    await traced.process(record(application()))
    found = spans(exported)
    root, took, told = (
        found[name] for name in ("submission", "intake took intake.submitted", "intake said dossier.delivered")
    )
    assert root.parent is None
    assert took.parent.span_id == root.context.span_id
    assert told.parent.span_id == took.context.span_id
    assert {span.context.trace_id for span in found.values()} == {trace_id("c")}


async def test_a_repeat_has_the_same_ids(traced: Toy, exported: InMemorySpanExporter) -> None:
    batch = [record(application()), record(payment())]
    await traced.process(*batch)
    first = {name: span.context.span_id for name, span in spans(exported).items()}
    exported.clear()
    traced.loop.store = type(traced.store)()
    await traced.process(*batch)
    assert {name: span.context.span_id for name, span in spans(exported).items()} == first


async def test_a_span_names_the_dossier_and_the_place_and_nothing_of_the_content(
    traced: Toy, exported: InMemorySpanExporter
) -> None:
    sent = record(application())
    await traced.process(sent)
    attributes = spans(exported)["intake took intake.submitted"].attributes
    assert dict(attributes) == {
        "lienthong.dossier": "D.1",
        "lienthong.event.type": "intake.submitted",
        "lienthong.event.id": application().id,
        "lienthong.causation.id": "",
        "lienthong.correlation.id": "c",
        "lienthong.timeline": "live",
        "lienthong.result": "accepted",
        "lienthong.partition": 0,
        "lienthong.offset": sent.offset,
    }


async def test_a_dead_letter_is_an_error_in_its_trace(traced: Toy, exported: InMemorySpanExporter) -> None:
    await traced.process(record(poison()))
    span = spans(exported)["intake took intake.submitted"]
    assert not span.status.is_ok
    assert span.attributes["lienthong.result"] == "undecided"


async def test_a_share_of_nothing_writes_nothing(toy: Toy, exported: InMemorySpanExporter) -> None:
    toy.loop = Loop(toy.service, toy.store, toy.publish, Tracing("intake", "http://127.0.0.1:1", 0.0))
    await toy.process(record(payment()))
    assert not exported.get_finished_spans()


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_every_service_traces_the_same_dossiers_and_about_that_many(exported: Any, share: float) -> None:
    services = [Tracing(name, "http://127.0.0.1:1", share) for name in ("intake", "notify")]
    events = [payment(correlationid=f"submission-{n}") for n in range(1000)]
    chosen = [[event.correlationid for event in events if one._wanted(event)] for one in services]
    assert chosen[0] == chosen[1]
    assert share * 800 < len(chosen[0]) < share * 1200


async def test_records_are_the_same_bytes_with_and_without_traces(traced: Toy) -> None:
    plain = Toy()
    batch = [record(application()), record(payment())]
    await traced.process(*batch)
    await plain.process(*batch)
    assert traced.published == plain.published
