"""Fold the events of intake and routing: each makes a message to the citizen necessary."""

from dataclasses import replace

from contracts.envelope import AnyEvent
from contracts.rule_days import bounds_claims
from domain.worktime import Lines
from services.notify.folding_messages import with_message
from services.notify.state import Details, Recipient, State


def received(state: State, event: AnyEvent) -> State:
    """The receipt (giấy tiếp nhận hồ sơ và hẹn trả kết quả); a dossier that is born a second time gets none."""
    if state.recipient and state.recipient.received and bounds_claims(event.taken_in):
        return state
    data = event.data
    details = Details(
        amount=data.fee,
        due=data.appointment,
        agency=data.competent_agency,
        working_out=data.working_out or Lines(),
    )
    return with_message(_addressed(state, event, born=True), event, "receipt", details)


def supplement_requested(state: State, event: AnyEvent) -> State:
    """The request to complete the file before it is accepted (yêu cầu bổ sung)."""
    details = Details(reason=event.data.reason, missing=event.data.missing)
    return with_message(_addressed(state, event), event, "supplement-request", details)


def refused(state: State, event: AnyEvent) -> State:
    """The refusal to accept the file (từ chối tiếp nhận)."""
    return with_message(_addressed(state, event), event, "refusal", Details(reason=event.data.reason))


def withdrawn(state: State, event: AnyEvent) -> State:
    """The confirmation that the citizen took the file back; of a submission it says itself whose it is."""
    addressed = state if event.data.procedure is None else _addressed(state, event)
    return with_message(addressed, event, "withdrawal", Details())


def _addressed(state: State, event: AnyEvent, *, born: bool = False) -> State:
    data, received_at = event.data, event.time if born else None
    recipient = Recipient(data.applicant_ref, data.language, data.receiving_unit, data.procedure, received_at)
    return replace(state, recipient=state.recipient or recipient)


def suspended(state: State, event: AnyEvent) -> State:
    """The request to pay (nghĩa vụ tài chính); of other pauses the agency itself tells the citizen."""
    data = event.data
    if data.cause != "payment":
        return state
    details = Details(reason=data.reason, amount=data.amount, agency=data.agency)
    return with_message(state, event, "payment-request", details)


def completed(state: State, event: AnyEvent) -> State:
    """The news that the result is ready."""
    details = Details(agency=event.data.agency, outcome=event.data.outcome)
    return with_message(state, event, "completion", details)


def resend_requested(state: State, event: AnyEvent) -> State:
    """Somebody wants a message to be sent once more."""
    return replace(state, resends=tuple(dict.fromkeys((*state.resends, event.data.message_id))))
