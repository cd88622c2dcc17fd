"""A dossier is received, or a complaint submitted: from then on its main deadline is watched."""

from typing import Literal

from contracts import intake, rating, sla
from contracts.envelope import AnyEvent, Event
from domain.worktime import ZONE
from services.sla.deadline import Deadline
from services.sla.folding_deadlines import begun
from services.sla.rules import Rules
from services.sla.state import State


def received(rules: Rules, state: State, event: Event[intake.DossierReceived]) -> State:
    """A dossier (hồ sơ) is received with its appointment date; nobody is born twice."""
    if state.birth:
        return state
    data, at = event.data, event.time
    born = _born(rules, state, event, "dossier").but(
        unit=data.receiving_unit,
        competent=data.competent_agency,
        procedure=data.procedure,
        warn_before=data.due_soon or "",
    )
    whole = Deadline(
        key=sla.WHOLE,
        kind="dossier",
        agency=data.competent_agency,
        since=at,
        started=at,
        cause=event.id,
        limit=data.limit,
        promised=data.appointment,
    )
    return begun(rules, born, whole)


def complained(rules: Rules, state: State, event: Event[rating.FeedbackSubmitted]) -> State:
    """A complaint or suggestion (phản ánh, kiến nghị) is submitted: its agency has to answer."""
    if state.birth:
        return state
    data, at = event.data, event.time
    born = _born(rules, state, event, "feedback").but(unit=data.agency, competent=data.agency, procedure=data.category)
    answer = Deadline(
        key=sla.FEEDBACK,
        kind="feedback",
        agency=data.agency,
        since=at,
        started=at,
        cause=event.id,
        limit=data.limit or "",
        promised=data.due,
    )
    return begun(rules, born, answer)


def _born(rules: Rules, state: State, event: AnyEvent, kind: Literal["dossier", "feedback"]) -> State:
    return state.but(
        dossier=event.subject,
        kind=kind,
        birth=event.id,
        correlation=event.correlationid,
        timeline=event.timeline,
        received_at=event.time,
        month=event.time.astimezone(ZONE).strftime("%Y-%m"),
        rule_set=rules.rule_sets.on(event.time).name,
        phase="open" if state.ended_at is None else "ended",
    )
