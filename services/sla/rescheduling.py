"""Dates that moved without anybody being late: by an announced calendar, or because a pause is over.

What is told is the truth as the facts have it: the date that held before, and the one that holds since. Each cause
tells its date once; where a fact that is heard of late changes what it led to, it tells the other date too.
"""

from collections.abc import Iterator
from functools import partial

from contracts import sla
from contracts.envelope import AnyEvent
from domain.worktime import Text, explain
from services.sla import form_04
from services.sla.events import Saying
from services.sla.rules import Rules
from services.sla.state import Move, State, said_key

PAUSE_OVER = {
    "supplement": Text(vi="Hồ sơ đã được bổ sung", en="The dossier was supplemented"),
    "payment": Text(vi="Đã nhận được khoản nộp", en="The payment was received"),
    "force-majeure": Text(vi="Trở ngại bất khả kháng đã qua", en="What made work impossible is over"),
    "consultation": Text(vi="Đã có ý kiến của cơ quan được hỏi", en="The agency that was asked has answered"),
}
PAUSED = Text(vi="Hết thời gian tạm dừng", en="The pause is over")
"""For a cause that is new."""


def with_move(state: State, event: AnyEvent, reason: str, by: str = "", *, taken_back: bool = False) -> State:
    """With the move, if the appointment is another now than was told; while the clock stands there is none."""
    main = state.main
    if main is None or main.due is None or main.ended is not None:
        return state
    told = state.moves[-1].new if state.moves else main.promised
    if told is None or main.due == told:
        return state
    return state.but(moves=(*state.moves, Move(event.id, event.time, told, main.due, reason, by, taken_back)))


def moved(state: State, rules: Rules) -> Iterator[Saying]:
    """What has to be said of the appointment that moved, and of the new date of form 04 that did."""
    for move in state.moves:
        yield from _told(state, move, "", rules)
    if state.new_dates and state.pauses:
        for given, move in form_04.postponements(state, rules):
            yield from _told(state, move, given.overdue_id, rules)


def _told(state: State, move: Move, overdue_id: str, rules: Rules) -> Iterator[Saying]:
    if said_key("moved", move.id, overdue_id, move.new) not in state.said:
        unique = (move.id, overdue_id, move.new.isoformat())
        yield Saying(partial(_rescheduled, state, move, overdue_id, rules), unique, move.at, move.id)


def _rescheduled(state: State, move: Move, overdue_id: str, rules: Rules) -> sla.DossierRescheduled:
    """The working-out is that of today: where more has happened since, it explains another date and is left out."""
    clock = rules.clock(state, state.deadlines[0])
    waited_for = move.reason if move.by else ""
    over = PAUSE_OVER.get(waited_for, PAUSED) if waited_for else None
    return sla.DossierRescheduled(
        old_date=move.old,
        new_date=move.new,
        cause=over.vi if over else move.reason[: form_04.LONGEST_CAUSE],
        cause_en=over.en if over else "",
        agency=move.by or state.competent,
        kind="pause" if waited_for else "calendar",
        deadline=state.deadlines[0].key,
        taken_back=move.taken_back,
        waited_for=waited_for,
        overdue_id=overdue_id,
        working_out=explain(clock) if clock.due == move.new else None,
    )
