"""The fold of what ends a submission, and of what erases its applicant.

Facts of one moment may be folded in any order, so each adds what it says and sorts it in.
"""

from datetime import datetime

from contracts import intake
from contracts.envelope import AnyEvent, Event
from services.intake.state import ErasureRequest, State


def over_since(state: State, at: datetime) -> State:
    """The matter is over since this moment, or since an earlier one that is known."""
    return state.but(ended_at=min(at, state.ended_at or at))


def told_of(state: State, event: AnyEvent) -> State:
    """Something was told of the submission before it had a code, or because it will never have one."""
    return state.but(told_of_submission=True) if event.subject == event.correlationid else state


def erasure_requested(state: State, event: Event[intake.ErasureRequested]) -> State:
    """Somebody wants the applicant's data erased (yêu cầu xóa dữ liệu cá nhân)."""
    data = event.data
    request = ErasureRequest(event.time, event.id, data.reference, data.by, data.basis)
    return state.but(erasure_requests=tuple(sorted({*state.erasure_requests, request})))


def applicant_erased(state: State, event: Event[intake.ApplicantErased]) -> State:
    """The applicant's data is gone."""
    return state.but(erased=tuple(sorted({*state.erased, event.data.reference})))
