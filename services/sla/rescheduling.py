"""Dates that change without anybody being late: by an announced calendar, or because a pause is over.

What is told is the truth as the facts have it: the date that held before, and the one that holds since. Each cause
tells its date once; where a fact that is heard of late changes what it led to, it tells the other date too.
"""

from collections.abc import Iterator
from datetime import UTC
from functools import partial

from contracts import sla
from contracts.envelope import AnyEvent
from domain.worktime import Text, explain
from services.sla.deadline import Deadline
from services.sla.events import PendingEvent
from services.sla.rules import Rules
from services.sla.state import Rescheduling, State, emitted_key

LONGEST_CAUSE = 200
"""Characters of a cause in words: the contract takes no more."""

PAUSE_OVER = {
    "supplement": Text(vi="Hồ sơ đã được bổ sung", en="The dossier was supplemented"),
    "payment": Text(vi="Đã nhận được khoản nộp", en="The payment was received"),
    "force-majeure": Text(vi="Trở ngại bất khả kháng đã qua", en="What made work impossible is over"),
    "consultation": Text(vi="Đã có ý kiến của cơ quan được hỏi", en="The agency that was asked has answered"),
}
PAUSED = Text(vi="Hết thời gian tạm dừng", en="The pause is over")
"""For a cause that is new."""


def with_rescheduling(state: State, event: AnyEvent, reason: str, by: str = "", *, taken_back: bool = False) -> State:
    """With one more, if the appointment is another now than was told; while the clock stands there is none."""
    main = state.main
    if main is None or main.due is None or main.ended is not None:
        return state
    told = state.reschedulings[-1].new if state.reschedulings else main.promised
    if told is None or main.due == told:
        return state
    rescheduling = Rescheduling(event.id, event.time, told, main.due, reason, by, taken_back)
    return state.but(reschedulings=(*state.reschedulings, rescheduling))


def reschedulings(state: State, rules: Rules) -> Iterator[PendingEvent]:
    """What has to be said of the appointment that changed, and of the new date of form 04 that did."""
    for rescheduling in state.reschedulings:
        yield from _told(state, rescheduling, "", rules)
    if state.pauses:
        for given in state.new_dates:
            for rescheduling in _of_new_date(state, given, rules):
                yield from _told(state, rescheduling, given.overdue_id, rules)


def _of_new_date(state: State, given: Deadline, rules: Rules) -> Iterator[Rescheduling]:
    """How pauses changed a new date that holds, one after the other."""
    if not rules.holds(state, given) or given.promised is None:
        return
    old, pauses = given.promised, [pause for pause in state.pauses if pause.since >= given.started]
    for number, pause in enumerate(pauses, 1):
        due = rules.clock(state.but(pauses=pauses[:number]), given).due
        if due is None or pause.until is None or (given.ended is not None and given.ended <= pause.until):
            return
        if (new := due.astimezone(UTC)) != old:
            yield Rescheduling(pause.ended_by, pause.until, old, new, pause.cause, pause.by)
            old = new


def _told(state: State, rescheduling: Rescheduling, overdue_id: str, rules: Rules) -> Iterator[PendingEvent]:
    if emitted_key("rescheduled", rescheduling.id, overdue_id, rescheduling.new) not in state.emitted:
        unique = (rescheduling.id, overdue_id, rescheduling.new.isoformat())
        data = partial(_rescheduled, state, rescheduling, overdue_id, rules)
        yield PendingEvent(data, unique, rescheduling.at, rescheduling.id)


def _rescheduled(state: State, rescheduling: Rescheduling, overdue_id: str, rules: Rules) -> sla.DossierRescheduled:
    """The working-out is that of today: where more has happened since, it explains another date and is left out."""
    clock = rules.clock(state, state.deadlines[0])
    waited_for = rescheduling.reason if rescheduling.by else ""
    over = PAUSE_OVER.get(waited_for, PAUSED) if waited_for else None
    return sla.DossierRescheduled(
        old_date=rescheduling.old,
        new_date=rescheduling.new,
        cause=over.vi if over else rescheduling.reason[:LONGEST_CAUSE],
        cause_en=over.en if over else "",
        agency=rescheduling.by or state.competent,
        kind="pause" if waited_for else "calendar",
        deadline=state.deadlines[0].key,
        taken_back=rescheduling.taken_back,
        waited_for=waited_for,
        overdue_id=overdue_id,
        working_out=explain(clock) if clock.due == rescheduling.new else None,
    )
