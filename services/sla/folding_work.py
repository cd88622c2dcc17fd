"""Work begins, changes hands, is explained and ends: of the dossier, its steps and its consultations."""

from contracts import intake, rating, routing
from contracts.envelope import Event
from services.sla.deadline import Deadline, Early
from services.sla.folding_deadlines import all_ended, begun, ended, worked_out_anew
from services.sla.rules import Rules
from services.sla.state import Explanation, State, step_key


def transferred(rules: Rules, state: State, event: Event[routing.DossierTransferred]) -> State:
    """A step is handed over (chuyển hồ sơ): the one before it ends, and the next one's time begins."""
    data = event.data
    key = step_key(data.step, data.attempt)
    ends = [(data.from_step, data.from_attempt)] if data.from_step else []
    for step, attempt in [*ends, *((also.step, also.attempt) for also in data.also_ended)]:
        state = ended(rules, state, event, step_key(step, attempt))
    if any(known.key == key for known in state.deadlines):
        return state
    own = Deadline(
        key=key,
        kind="step",
        agency=data.to_agency,
        since=event.time,
        started=data.clock_since or event.time,
        cause=event.id,
        step=data.step,
        limit=data.limit,
        promised=data.deadline,
        sender=data.from_agency,
    )
    state = begun(rules, state, own)
    return state.but(returns=state.returns + 1) if data.movement in ("return", "recall") else state


def acknowledged(state: State, event: Event[routing.DossierAcknowledged]) -> State:
    """An officer takes custody of a step."""
    data = event.data
    key = step_key(data.step, data.attempt)
    found = next((known for known in state.deadlines if known.key == key), None)
    if found is None:
        return state.but(early=(*state.early, Early(key, event.time, data.agency, data.officer)))
    taken = found.taken(event.time, data.officer)
    return state.but(deadlines=tuple(taken if known is found else known for known in state.deadlines))


def step_completed(rules: Rules, state: State, event: Event[routing.DossierStepCompleted]) -> State:
    """The work of one attempt at a step is done."""
    return ended(rules, state, event, step_key(event.data.step, event.data.attempt))


def completed(rules: Rules, state: State, event: Event[routing.DossierCompleted]) -> State:
    """The dossier has its result."""
    return all_ended(rules, state, event.time, event.data.outcome)


def withdrawn(rules: Rules, state: State, event: Event[intake.DossierWithdrawn]) -> State:
    """The citizen takes the dossier back (rút hồ sơ)."""
    return all_ended(rules, state, event.time, "withdrawn")


def complaint_answered(rules: Rules, state: State, event: Event[rating.FeedbackAnswered]) -> State:
    """A complaint has its answer, since the moment that the answer names."""
    return all_ended(rules, state, event.data.answered_at, "answered")


def opinion_requested(rules: Rules, state: State, event: Event[routing.ConsultationRequested]) -> State:
    """Another agency is asked for its opinion (lấy ý kiến), and has a deadline of its own."""
    data, at = event.data, event.time
    key = _consultation_key(data)
    if any(known.key == key for known in state.deadlines):
        return state
    asked = Deadline(
        key=key,
        kind="consultation",
        agency=data.agency,
        since=at,
        started=at,
        cause=event.id,
        step=data.step,
        limit=data.limit,
        sender=data.asked_by,
        asked_for=step_key(data.step, data.attempt),
    )
    if over := next((known.ended for known in state.deadlines if known.key == asked.asked_for), None):
        asked = asked.but(ended=max(at, over))  # the step was done before, as was told late
    return worked_out_anew(rules, begun(rules, state, asked))


def opinion_given(rules: Rules, state: State, event: Event[routing.ConsultationAnswered]) -> State:
    """The agency that was asked has answered."""
    return ended(rules, state, event, _consultation_key(event.data))


def delay_explained(state: State, event: Event[routing.DelayExplained]) -> State:
    """An agency explains a delay (giải trình)."""
    data = event.data
    told = Explanation(data.step, data.agency, event.time, data.cause, data.owner, data.plan, data.target)
    explained = state.explained or told.complete
    return state.but(explanations=(*state.explanations, told), explained=explained)


def _consultation_key(data: routing.ConsultationRequested | routing.ConsultationAnswered) -> str:
    """The deadline of one opinion: who is asked again owes each of them."""
    return f"consultation:{data.consultation}"
