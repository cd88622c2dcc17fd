"""What can happen in a world, by name: so that it is noticed when something never happens any more."""

from collections.abc import Iterator
from typing import Any, get_args

from contracts import claims, routing, sla
from contracts.envelope import AnyEvent
from contracts.topics import PAYLOADS
from domain.rules import Kind, load_rule_sets


def acts_of(event: AnyEvent) -> Iterator[str]:
    """What happens by one event: its type, and which sort of it."""
    yield event.type
    match event.data:
        case claims.IntakeSubmitted(claim=claim):
            yield f"claim {claim.kind}"
        case claims.AgencyReported() as data:
            yield f"claim {data.claim.kind}"
            yield from ["claim made late"] if data.occurred_at else []
        case routing.ReportRejected() as data:
            yield f"rejected: {data.code}"
        case routing.DossierTransferred() as data:
            yield f"moved by {data.movement}"
        case routing.DossierSuspended() as data:
            yield f"waits for {data.cause}"
        case sla.DossierOverdue() as data:
            yield f"{data.deadline.partition(':')[0]} overdue"
        case sla.DossierEscalated() as data:
            yield f"{data.rung} told of {data.reason}"
        case sla.DossierRescheduled() as data:
            yield f"rescheduled: {data.kind}"
    if isinstance(event.data, routing.Accepted) and event.data.backdated:
        yield "backdated"


def all_acts() -> set[str]:
    """Everything that the published language has a name for."""
    return {
        *PAYLOADS,
        *(f"claim {kind}" for kind in _kinds(claims.AgencyClaim)),
        *(f"claim {kind}" for kind in _kinds(claims.IntakeSubmitted.model_fields["claim"].annotation)),
        "claim made late",
        "backdated",
        *(f"rejected: {code}" for code in _values(routing.RejectionCode)),
        *(f"moved by {movement}" for movement in _values(routing.Movement)),
        *(f"waits for {cause}" for cause in _values(routing.PauseCause)),
        *(f"{kind} overdue" for kind in (*get_args(Kind), sla.NEW_DATE)),
        *_told(),
        *(f"rescheduled: {kind}" for kind in _values(sla.DossierRescheduled.model_fields["kind"].annotation)),
    }


def _told() -> Iterator[str]:
    """Every rung of every ladder, by what it is climbed for."""
    for rules in load_rule_sets().by_name.values():
        for occasion, ladder in rules.ladders.items():
            reason = occasion if occasion in get_args(sla.Grievance) else "overdue"
            yield from (f"{rung} told of {reason}" for rung in ladder.value)


def _values(annotation: Any) -> tuple[str, ...]:
    """The values of a literal, bare or annotated."""
    values = get_args(annotation)
    return values if all(isinstance(one, str) for one in values) else _values(values[0])


def _kinds(union: Any) -> Iterator[str]:
    """The kinds of the claims in a union, bare or annotated."""
    for one in get_args(union):
        if isinstance(one, type) and issubclass(one, claims.Claim):
            yield one.model_fields["kind"].default
        elif get_args(one):
            yield from _kinds(one)
