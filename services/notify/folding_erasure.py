"""Fold the erasure of an applicant (xóa dữ liệu cá nhân), and what notify has done about it."""

from dataclasses import replace

from contracts.envelope import AnyEvent
from services.notify.state import Erased, State


def applicant_erased(state: State, event: AnyEvent) -> State:
    """Intake has erased the applicant. Of two such events the first counts."""
    found = Erased(event.time, event.id, event.data.reference)
    return replace(state, erased=min(found, state.erased or found))


def messages_erased(state: State, event: AnyEvent) -> State:
    """Nothing is kept of these messages any more."""
    return replace(state, forgotten=tuple(sorted({*state.forgotten, *event.data.message_ids})))
