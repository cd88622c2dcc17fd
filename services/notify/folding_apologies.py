"""Fold the apologies that sla decides upon: each makes a message, and some of these are sent.

sla says which apology is owed and what it tells (`apology.required`), and which was for nothing (`apology.withdrawn`).
Delivery adds one thing that sla cannot know: whether a message is out, or may be.
"""

from dataclasses import replace

from contracts.envelope import AnyEvent, event_id
from contracts.notify import Template
from contracts.sla import DossierOverdueRetracted
from domain.worktime import Lines
from services.notify import rules
from services.notify.folding_messages import dropped_if, find, message_id, with_message
from services.notify.state import Apology, Details, Message, State

APOLOGY: Template = "apology"
WITHDRAWAL: Template = "apology-withdrawn"


def apology_required(state: State, event: AnyEvent) -> State:
    """The apology for a missed date (thư xin lỗi), with the new date that was given together with it."""
    data = event.data
    details = Details(
        reason=data.cause,
        reason_en=data.cause_en,
        due=data.due,
        agency=data.agency,
        new_date=data.new_date,
        overdue_id=data.overdue_id,
        signer=data.signer or "agency-head",
        in_person=data.in_person,
        working_out=data.working_out or Lines(),
    )
    apology = Apology(data.overdue_id, data.rescheduled_id, data.covered_by)
    state = replace(state, apologies=(*state.apologies, apology))
    return with_message(state, event, APOLOGY, details, about=data.overdue_id)


def apology_withdrawn(state: State, event: AnyEvent) -> State:
    """An apology was for nothing: it is not sent, or where it is out, or may be, the citizen is told so."""
    data = event.data
    state = replace(state, withdrawn=(*state.withdrawn, data.overdue_id))
    if not rules.tells_more(event.time):
        return state
    details = Details(
        due=data.due,
        agency=data.agency,
        new_date=data.new_date,
        overdue_id=data.overdue_id,
        signer=data.signer or "agency-head",
    )
    return with_message(state, event, WITHDRAWAL, details, about=_retraction_id(event.subject, data.overdue_id))


def _retraction_id(dossier: str, overdue_id: str) -> str:
    """The id of the event that retracts an overdue.

    Before `apology.withdrawn` existed, a withdrawal followed from that event, and its message id was derived from it.
    The derivation stays, so that what was withdrawn then is not withdrawn again.
    """
    return event_id(DossierOverdueRetracted.TYPE, dossier, overdue_id)


def owed(state: State) -> list[Apology]:
    """The apologies that have a letter and a message of their own."""
    return [apology for apology in state.apologies if not _is_void(state, apology) and not is_covered(state, apology)]


def _is_void(state: State, apology: Apology) -> bool:
    """It was for nothing; so is what the same apology stood for as well."""
    return (apology.covered_by or apology.overdue_id) in state.withdrawn


def is_covered(state: State, apology: Apology) -> bool:
    """An earlier apology stands for this date too, so that the citizen gets no second one.

    It has to be one that the citizen gets, or has. Only in a home that was run before `apology.required` existed can it
    be another: one whose withdrawal is out already, or one that was given up before it was sent.
    """
    first = apology.covered_by
    if not first:
        return False
    dossier = _dossier(state, apology)
    withdrawal = find(state, message_id(dossier, WITHDRAWAL, _retraction_id(dossier, first)))
    if withdrawal is not None and withdrawal.is_out and first not in state.withdrawn:
        return False
    return _is_out(state, dossier, first) or any(other.overdue_id == first for other in state.apologies)


def _dossier(state: State, apology: Apology) -> str:
    return next(
        message.cause.subject
        for message in state.messages
        if message.cause and message.template == APOLOGY and message.details.overdue_id == apology.overdue_id
    )


def _is_out(state: State, dossier: str, overdue_id: str) -> bool:
    """The apology for an overdue reached the citizen, or may have, at the first time or when it was sent once more."""
    first = message_id(dossier, APOLOGY, overdue_id)
    return any(
        message.is_out and (message.id == first or message.details.overdue_id == overdue_id)
        for message in state.messages
        if message.template == APOLOGY
    )


def with_apologies(state: State) -> State:
    """Drop the apologies that are not owed, and the withdrawals of what never went out."""
    if not state.apologies and not state.withdrawn:
        return state
    wanted = {apology.overdue_id for apology in owed(state)}
    void = {apology.overdue_id for apology in state.apologies if _is_void(state, apology)}
    return replace(state, messages=tuple(_judged(state, message, wanted, void) for message in state.messages))


def _judged(state: State, message: Message, wanted: set[str], void: set[str]) -> Message:
    overdue_id = message.details.overdue_id
    if message.cause is None:
        return message
    if message.template == APOLOGY:
        unwanted = overdue_id in void if message.repeats else overdue_id not in wanted
        return dropped_if(message, unwanted=unwanted)
    if message.template == WITHDRAWAL and not message.repeats:
        return dropped_if(message, unwanted=not _is_out(state, message.cause.subject, overdue_id))
    return message
