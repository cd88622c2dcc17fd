"""What stands between a deadline and its date: pauses, and days off that are announced or taken back."""

from dataclasses import replace

from contracts import routing
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.envelope import Event
from domain.worktime.announced import exceptional
from services.sla.folding_deadlines import worked_out_anew
from services.sla.rescheduling import with_rescheduling
from services.sla.rules import Rules
from services.sla.state import Amendment, Pause, Retraction, State


def suspended(rules: Rules, state: State, event: Event[routing.DossierSuspended]) -> State:
    """The clock stops (tạm dừng); where it was started again at the same moment, that may be folded first."""
    data, at = event.data, event.time
    early = (str(data.cause), at)
    if early not in state.resumed_early:
        return worked_out_anew(rules, state.but(pauses=(*state.pauses, Pause(data.cause, at, by=data.agency))))
    place = state.resumed_early.index(early)
    rest = (*state.resumed_early[:place], *state.resumed_early[place + 1 :])
    momentary = Pause(data.cause, at, at, data.agency, ended_by=event.id)
    state = state.but(pauses=(*state.pauses, momentary), resumed_early=rest)
    return with_rescheduling(worked_out_anew(rules, state), event, data.cause, data.agency)


def resumed(rules: Rules, state: State, event: Event[routing.DossierResumed]) -> State:
    """What was waited for has come, and the clock runs again."""
    cause, at = event.data.cause, event.time
    waiting = next((pause for pause in state.pauses if pause.until is None and pause.cause == cause), None)
    if waiting is None:
        return state.but(resumed_early=(*state.resumed_early, (cause, at)))
    seconds = rules.paused(state, waiting.since, at)
    over = replace(waiting, until=at, seconds=seconds, ended_by=event.id)
    pauses = tuple(over if pause is waiting else pause for pause in state.pauses)
    return with_rescheduling(worked_out_anew(rules, state.but(pauses=pauses)), event, cause, over.by)


def calendar_changed(rules: Rules, state: State, event: Event[CalendarChanged]) -> State:
    """Days off, or days that are worked instead, are announced."""
    data = event.data
    amendment = Amendment(event.id, tuple(map(exceptional, data.days)), event.source)
    amended = worked_out_anew(rules, state.but(amendments=(*state.amendments, amendment)), ended=True)
    return with_rescheduling(amended, event, data.reason)


def calendar_retracted(rules: Rules, state: State, event: Event[CalendarRetracted]) -> State:
    """An announcement is taken back."""
    data = event.data
    taken = Retraction(data.announcement, event.source, event.time)
    state = state.but(retractions=(*state.retractions, taken))
    if data.announcement not in state.taken_back:
        return state  # nobody announced that here, or not yet
    return with_rescheduling(worked_out_anew(rules, state, ended=True), event, data.reason, taken_back=True)
