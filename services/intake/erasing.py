"""The decision that an applicant's personal data is erased: on request, or when the time to keep it is over.

The erasure itself is an effect: the adapter removes row and key, and only then `applicant.erased` says so. A process
that dies in between leaves no such event, so the effect is ordered again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from chassis.core.decision import Decision, Effect, Timer
from contracts import intake
from contracts.envelope import AnyEvent
from services.intake import events
from services.intake.events import Cause
from services.intake.rules import Rules
from services.intake.state import State


@dataclass(frozen=True)
class Erasing:
    """The order to erase one applicant.

    Attributes:
        submission: whose applicant it is.
        reference: of the applicant.
        told: the events that say so once it is done.
    """

    submission: str
    reference: str
    told: tuple[AnyEvent, ...]


def with_erasure(decided: Decision, state: State, now: datetime, rules: Rules) -> Decision:
    """The decision, and what has to be erased, or when that has to be looked at."""
    application = state.application
    reference = application.applicant_ref if application else None
    if application is None or reference is None or reference in state.erased:
        return decided
    request = next((one for one in state.erasure_requests if one.reference == reference), None)
    if request is not None:
        asked = _erased(state, reference, reason="request", basis=request.basis, by=request.by)
        return _ordered(decided, asked, events.erased(state, asked, Cause(request.at, request.event)), state.timeline)
    if state.ended_at is None:
        return decided
    rule = rules.retentions.on(state.ended_at)
    over_at = rule.over_at(application.procedure, state.ended_at)
    if over_at > now:
        return replace(decided, timer=Timer(over_at, state.timeline))
    over = _erased(state, reference, reason="retention", basis=rule.basis, by="intake")
    return _ordered(decided, over, events.erased(state, over, Cause(over_at, state.applied_by)), state.timeline)


def _erased(state: State, reference: str, **why: str) -> intake.ApplicantErased:
    return intake.ApplicantErased.model_validate({"submission_id": state.submission, "reference": reference, **why})


def _ordered(decided: Decision, data: intake.ApplicantErased, told: tuple[AnyEvent, ...], timeline: str) -> Decision:
    """The order, which stays due until it is said to be done."""
    effect = Effect(f"erase {data.reference}", Erasing(data.submission_id, data.reference, told))
    return replace(decided, effects=(effect,), timer=Timer(told[0].time, timeline))
