"""How events become the state. Derived moments are worked out here, once, when what they follow from changes."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts import intake, rating, routing, sla
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.envelope import AnyEvent
from domain.rules import Kind
from domain.worktime import ZONE
from domain.worktime.announced import exceptional
from services.sla.rescheduling import with_move
from services.sla.rules import Rules
from services.sla.said import said
from services.sla.state import Amendment, Deadline, Early, Explanation, Pause, Retraction, State, step_key

FOLD_VERSION = 1
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


class Fold:
    """Folds events in, by a calendar and rule sets."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def evolve(self, state: State, event: AnyEvent) -> State:
        """Fold one event in."""
        match event.data:
            case intake.DossierReceived() as data:
                return self._received(state, event, data)
            case routing.DossierTransferred() as data:
                return self._transferred(state, event, data)
            case routing.DossierAcknowledged() as data:
                return _taken(state, event, data)
            case routing.DossierStepCompleted() as data:
                return self._end(state, step_key(data.step, data.attempt), event, data.agency, data.officer)
            case routing.DossierSuspended() as data:
                return self._suspended(state, event, data)
            case routing.DossierResumed() as data:
                return self._resumed(state, event, data.cause)
            case routing.DossierCompleted() as data:
                return self._over(state, event.time, data.outcome)
            case intake.DossierWithdrawn():
                return self._over(state, event.time, "withdrawn")
            case _:
                return self._seldom(state, event)

    def _seldom(self, state: State, event: AnyEvent) -> State:
        match event.data:
            case routing.ConsultationRequested() as data:
                return self._asked(state, event, data)
            case routing.ConsultationAnswered() as data:
                return self._end(state, consultation_key(data), event, data.agency, data.officer)
            case routing.DelayExplained() as data:
                return _explained(state, event, data)
            case CalendarChanged() as data:
                return self._calendar_changed(state, event, data)
            case CalendarRetracted() as data:
                return self._calendar_retracted(state, event, data)
            case rating.FeedbackSubmitted() as data:
                return self._complained(state, event, data)
            case rating.FeedbackAnswered() as data:
                return self._over(state, data.answered_at, "answered")
            case _:
                return said(state, event)

    def _received(self, state: State, event: AnyEvent, data: intake.DossierReceived) -> State:
        if state.birth:
            return state
        born = self._born(state, event, "dossier").but(
            unit=data.receiving_unit,
            competent=data.competent_agency,
            procedure=data.procedure,
            warn_before=data.due_soon or "",
        )
        agency, at = data.competent_agency, event.time
        whole = Deadline(sla.WHOLE, "dossier", agency, at, at, event.id, "", data.limit, data.appointment)
        return self._begun(born, whole)

    def _complained(self, state: State, event: AnyEvent, data: rating.FeedbackSubmitted) -> State:
        if state.birth:
            return state
        born = self._born(state, event, "feedback").but(
            unit=data.agency, competent=data.agency, procedure=data.category
        )
        at = event.time
        answer = Deadline(sla.FEEDBACK, "feedback", data.agency, at, at, event.id, "", data.limit or "", data.due)
        return self._begun(born, answer)

    def _born(self, state: State, event: AnyEvent, kind: Any) -> State:
        return state.but(
            dossier=event.subject,
            kind=kind,
            birth=event.id,
            correlation=event.correlationid,
            timeline=event.timeline,
            received_at=event.time,
            month=event.time.astimezone(ZONE).strftime("%Y-%m"),
            rule_set=self._rules.rule_sets.on(event.time).name,
            phase="open" if state.ended_at is None else "ended",
        )

    def _begun(self, state: State, deadline: Deadline) -> State:
        """A deadline is watched from now on, with what was heard of it before."""
        ended = deadline.ended or state.ended_at
        for early in state.early:
            if early.key == deadline.key and early.ended:
                ended = min(ended or early.at, early.at)
            elif early.key == deadline.key:
                deadline = deadline.taken(early.at, early.officer)
        if ended is not None:
            deadline = deadline.but(ended=ended)
        if state.early:
            state = state.but(early=tuple(one for one in state.early if one.key != deadline.key))
        if derived := self._derived(state, deadline):
            deadline = deadline.but(**derived)
        state = state.but(deadlines=(*state.deadlines, deadline))
        if ended is None:
            return state
        asked = [one for one in state.deadlines if one.ended is None and one.asked_for == deadline.key]
        return self._closed(state, asked, ended) if asked else state

    def _derived(self, state: State, deadline: Deadline) -> dict[str, Any]:
        return self._rules.derived(state, deadline) if state.birth else {}

    def _transferred(self, state: State, event: AnyEvent, data: routing.DossierTransferred) -> State:
        key = step_key(data.step, data.attempt)
        ends = [(data.from_step, data.from_attempt)] if data.from_step else []
        for step, attempt in [*ends, *((one.step, one.attempt) for one in data.also_ended)]:
            state = self._end(state, step_key(step, attempt), event, data.from_agency, None)
        if any(one.key == key for one in state.deadlines):
            return state
        own = Deadline(
            key,
            "step",
            data.to_agency,
            event.time,
            data.clock_since or event.time,
            event.id,
            data.step,
            data.limit,
            data.deadline,
            data.from_agency,
        )
        state = self._begun(state, own)
        return state.but(returns=state.returns + 1) if data.movement in ("return", "recall") else state

    def _end(self, state: State, key: str, event: AnyEvent, agency: str, officer: str | None) -> State:
        """The work of a deadline is over; the opinions that were asked for it are not needed any more."""
        found = next((one for one in state.deadlines if one.key == key), None)
        if found is None:
            if any(one.key == key and one.ended for one in state.early):
                return state
            return state.but(early=(*state.early, Early(key, agency, event.time, officer, ended=True)))
        if found.ended is not None:
            return state
        over = [one for one in state.deadlines if one is found or (one.ended is None and one.asked_for == key)]
        closed = self._closed(state, over, event.time)
        asker = next((one.sender for one in over if one.kind == "consultation"), None)
        return closed if asker is None else with_move(closed, event, "consultation", asker)

    def _over(self, state: State, at: datetime, outcome: str) -> State:
        """The dossier ends, and with it all that is open; of two ends the first counts."""
        if state.ended_at is not None and state.ended_at <= at:
            return state
        state = state.but(ended_at=at, outcome=outcome, phase="ended")
        return self._closed(state, [one for one in state.deadlines if one.ended is None or one.ended > at], at)

    def _closed(self, state: State, over: list[Deadline], at: datetime) -> State:
        closed = {one.key: self._closing(state, one.but(ended=at)) for one in over}
        state = state.but(deadlines=tuple(closed.get(one.key, one) for one in state.deadlines))
        consulted = any(one.kind == "consultation" for one in over)
        return self._rederived(state) if consulted else state

    def _closing(self, state: State, deadline: Deadline) -> Deadline:
        derived = self._derived(state, deadline)
        if state.outcome == "withdrawn" and derived:
            derived["verdict"] = ""  # broken off: neither in time nor late
        return deadline.but(**derived) if derived else deadline

    def _rederived(self, state: State, *, ended: bool = False) -> State:
        """Work out anew when what still runs is due; on demand also what is over."""
        deadlines = tuple(self._closing(state, one) if ended or one.ended is None else one for one in state.deadlines)
        return state if deadlines == state.deadlines else state.but(deadlines=deadlines)

    def _suspended(self, state: State, event: AnyEvent, data: routing.DossierSuspended) -> State:
        """Stop the clock; where it was started again at the same moment, that may be folded first."""
        at = event.time
        early = (str(data.cause), at)
        if early not in state.resumed_early:
            state = state.but(pauses=(*state.pauses, Pause(data.cause, at, by=data.agency)))
            return self._rederived(state)
        place = state.resumed_early.index(early)
        rest = (*state.resumed_early[:place], *state.resumed_early[place + 1 :])
        momentary = Pause(data.cause, at, at, data.agency, ended_by=event.id)
        state = state.but(pauses=(*state.pauses, momentary), resumed_early=rest)
        return with_move(self._rederived(state), event, data.cause, data.agency)

    def _resumed(self, state: State, event: AnyEvent, cause: str) -> State:
        at = event.time
        waiting = next((pause for pause in state.pauses if pause.until is None and pause.cause == cause), None)
        if waiting is None:
            return state.but(resumed_early=(*state.resumed_early, (cause, at)))
        seconds = self._rules.paused(state, waiting.since, at)
        over = replace(waiting, until=at, seconds=seconds, ended_by=event.id)
        pauses = tuple(over if pause is waiting else pause for pause in state.pauses)
        return with_move(self._rederived(state.but(pauses=pauses)), event, cause, over.by)

    def _asked(self, state: State, event: AnyEvent, data: routing.ConsultationRequested) -> State:
        key, at = consultation_key(data), event.time
        if any(one.key == key for one in state.deadlines):
            return state
        kind: Kind = "consultation"
        asked = Deadline(key, kind, data.agency, at, at, event.id, data.step, data.limit, None, data.asked_by)
        asked = asked.but(asked_for=step_key(data.step, data.attempt))
        if over := next((one.ended for one in state.deadlines if one.key == asked.asked_for), None):
            asked = asked.but(ended=max(at, over))  # the step was done before, as was told late
        return self._rederived(self._begun(state, asked))

    def _calendar_changed(self, state: State, event: AnyEvent, data: CalendarChanged) -> State:
        amendment = Amendment(event.id, tuple(map(exceptional, data.days)), event.source)
        amended = self._rederived(state.but(amendments=(*state.amendments, amendment)), ended=True)
        return with_move(amended, event, data.reason)

    def _calendar_retracted(self, state: State, event: AnyEvent, data: CalendarRetracted) -> State:
        taken = Retraction(data.announcement, event.source, event.time)
        state = state.but(retractions=(*state.retractions, taken))
        if data.announcement not in state.taken_back:
            return state  # nobody announced that here, or not yet
        return with_move(self._rederived(state, ended=True), event, data.reason, taken_back=True)


def _taken(state: State, event: AnyEvent, data: routing.DossierAcknowledged) -> State:
    key = step_key(data.step, data.attempt)
    found = next((one for one in state.deadlines if one.key == key), None)
    if found is None:
        return state.but(early=(*state.early, Early(key, data.agency, event.time, data.officer)))
    taken = found.taken(event.time, data.officer)
    return state.but(deadlines=tuple(taken if one is found else one for one in state.deadlines))


def _explained(state: State, event: AnyEvent, data: routing.DelayExplained) -> State:
    told = Explanation(data.step, data.agency, event.time, data.cause, data.owner, data.plan, data.target)
    explained = state.explained or told.complete
    return state.but(explanations=(*state.explanations, told), explained=explained)


def consultation_key(data: routing.ConsultationRequested | routing.ConsultationAnswered) -> str:
    """The deadline of one opinion: who is asked again owes each of them."""
    return f"consultation:{data.consultation}"
