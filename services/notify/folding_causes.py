"""How the events of the other services are folded: which message to the citizen each of them makes necessary."""

from dataclasses import replace

from contracts.envelope import AnyEvent
from contracts.rule_days import bounds_claims
from contracts.sla import FEEDBACK, NEW_DATE, WHOLE
from domain.worktime import Lines
from services.notify import rules
from services.notify.folding_messages import with_message
from services.notify.state import Details, NewDate, Recipient, State, TakenBack


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


def overdue(state: State, event: AnyEvent) -> State:
    """The apology for a missed appointment, or for the new date that was missed as well."""
    data = event.data
    promised = (*state.promised, event.id) if data.rescheduled else state.promised
    state = replace(state, promised=promised)
    if data.deadline not in (WHOLE, NEW_DATE):
        return state
    return with_message(state, event, "apology", Details(due=data.due, agency=data.agency))


def overdue_retracted(state: State, event: AnyEvent) -> State:
    """The withdrawal of an apology that was for nothing."""
    data = event.data
    known = TakenBack(data.deadline, data.due, event.time)
    state = replace(state, retracted=(*state.retracted, data.overdue_id), taken_back=(*state.taken_back, known))
    if data.deadline not in (WHOLE, NEW_DATE) or not rules.tells_more(event.time):
        return state
    return with_message(state, event, "apology-withdrawn", Details(due=data.due, overdue_id=data.overdue_id))


def rescheduled(state: State, event: AnyEvent) -> State:
    """The notice of another appointment (hẹn lại), after a pause in words of its own; an answer's date is none."""
    data = event.data
    if data.kind == "late":
        state = replace(state, new_dates=(*state.new_dates, _new_date(event)))
    if data.deadline == FEEDBACK:
        return state
    paused = data.kind == "pause"
    details = Details(
        reason=data.waited_for if paused else data.cause,
        reason_en="" if paused else data.cause_en,
        due=data.old_date,
        agency=data.agency,
        new_date=data.new_date,
        overdue_id=data.overdue_id,
        taken_back=data.taken_back,
        working_out=data.working_out or Lines(),
    )
    return with_message(state, event, "resumption" if paused else "rescheduled", details)


def _new_date(event: AnyEvent) -> NewDate:
    data = event.data
    return NewDate(
        id=event.id,
        overdue_id=data.overdue_id,
        old=data.old_date,
        new=data.new_date,
        cause=data.cause,
        cause_en=data.cause_en,
        signer=data.signer or "agency-head",
        in_person=data.in_person,
        working_out=data.working_out or Lines(),
    )


def resend_requested(state: State, event: AnyEvent) -> State:
    """Somebody wants a message to be sent once more."""
    return replace(state, resends=tuple(dict.fromkeys((*state.resends, event.data.message_id))))
