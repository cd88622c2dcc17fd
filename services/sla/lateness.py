"""What one deadline can make necessary: a warning, lateness and its ladder, explanations, a new date."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import merge

from contracts import sla
from contracts.envelope import event_id
from domain.rules import Occasion, RuleSet
from domain.worktime import Calendar, explain, shift, worked
from services.sla import form_04
from services.sla.deadline import Deadline, DeadlineKind
from services.sla.events import Course, Missed, PendingEvent
from services.sla.responsibility import answers_for, in_charge
from services.sla.rules import Rules
from services.sla.state import Required, State, emitted_key

EXPLAINED = ("dossier", "new-date", "step")
"""Lateness of these has to be explained; silence when asked for an opinion or by a citizen speaks for itself."""

LADDERS: dict[DeadlineKind, tuple[Occasion, sla.Grievance]] = {
    "dossier": ("dossier", "overdue"),
    "new-date": ("second-breach", "second-breach"),
    "step": ("step", "overdue"),
    "consultation": ("consultation", "overdue"),
    "feedback": ("feedback", "overdue"),
}
"""Whose missed moments climb which ladder, and what its rungs are told."""


def warning(state: State, deadline: Deadline, due: datetime, rules: Rules) -> PendingEvent | None:
    """The warning that a deadline comes near (sắp đến hạn); None where it is on record."""
    if emitted_key("due-soon", deadline.key, due) in state.emitted:
        return None

    def data() -> sla.DossierDueSoon:
        agency, _ = in_charge(state, deadline, due, rules)
        return sla.DossierDueSoon(deadline=deadline.key, due=due, agency=agency)

    return PendingEvent(data, (deadline.key, due.isoformat()), deadline.soon or due, deadline.cause)


def courses(state: State, deadline: Deadline, due: datetime, rules: Rules) -> Iterator[Course]:
    """The courses of events that a missed deadline sets off."""
    late = _Late(state, deadline, due, rules)
    yield Course(late.missed(), deadline.ended)
    yield from late.explanations()


class _Late:
    """One deadline that was missed, and what follows from that."""

    def __init__(self, state: State, deadline: Deadline, due: datetime, rules: Rules) -> None:
        self._state = state
        self._deadline = deadline
        self._due = due
        self._rules = rules
        self._set: RuleSet = rules.rule_set(state)
        self._calendar: Calendar = rules.calendar_of(state, deadline.agency)

    def missed(self) -> Iterator[PendingEvent]:
        """Lateness, and in the order of its instants what follows."""
        deadline, due = self._deadline, self._due
        missed, unique, on_record = self._missed()
        if not on_record:
            yield PendingEvent(partial(self._overdue, missed), unique, due, deadline.cause)
        if deadline.kind in EXPLAINED:
            yield from self._explain(missed)
        form = form_04.pending(self._state, deadline, missed, self._rules) if deadline.kind == "dossier" else ()
        yield from merge(form, self._rungs(*LADDERS[deadline.kind], missed), key=lambda pending: pending.at)

    def _missed(self) -> tuple[Missed, tuple[object, ...], bool]:
        """Who missed the moment, what the event that says so is derived from, and whether it is on record."""
        key, due = self._deadline.key, self._due
        of_this = [late for late in self._state.raised if late.key == key and late.due == due]
        on_record = next((late.id for late in of_this if not late.retracted), "")
        unique = (key, due.isoformat(), len(of_this) - bool(on_record))
        overdue_id = on_record or event_id(sla.DossierOverdue.TYPE, self._state.dossier, *unique)
        holder = partial(in_charge, self._state, self._deadline, due, self._rules)
        return Missed(due, overdue_id, holder), unique, bool(on_record)

    def _overdue(self, missed: Missed) -> sla.DossierOverdue:
        agency, officer = missed.holder()
        new = form_04.new_date(self._state, self._deadline, self._rules)
        return sla.DossierOverdue(
            deadline=self._deadline.key,
            due=missed.due,
            agency=agency,
            officer=officer,
            rescheduled=new is not None and new.at == missed.due,
            working_out=explain(self._rules.clock(self._state, self._deadline)),
        )

    def _explain(self, missed: Missed) -> Iterator[PendingEvent]:
        """The agency has to explain why it missed the moment (giải trình)."""
        work, due = self._deadline.work, missed.due
        if any(wanted.key == work and wanted.due == due for wanted in self._state.required):
            return
        by = self._later(due, worked(self._set.explain_within.value, self._calendar))

        def data() -> sla.ExplanationRequired:
            return sla.ExplanationRequired(deadline=work, agency=missed.holder()[0], by=by, due=due)

        yield PendingEvent(data, (work, due.isoformat()), due, missed.id)

    def _later(self, moment: datetime, delay: timedelta) -> datetime:
        return shift(self._calendar, moment, delay).astimezone(UTC) if delay else moment

    def _rungs(
        self, ladder: Occasion, reason: sla.Grievance, missed: Missed, since: datetime | None = None
    ) -> Iterator[PendingEvent]:
        """The rungs of a ladder, the first at the foot; every one is climbed once for each missed moment."""
        work, due = self._deadline.work, missed.due
        told = () if reason == "overdue" else (reason,)
        for rung, delay in self._set.ladder(ladder):
            if emitted_key("escalated", work, due, rung, reason) not in self._state.emitted:
                data = partial(self._climbed, missed, rung, reason)
                at = self._later(since or due, delay)
                yield PendingEvent(data, (work, due.isoformat(), rung, *told), at, missed.id)

    def _climbed(self, missed: Missed, rung: sla.Rung, reason: sla.Grievance) -> sla.DossierEscalated:
        agency, _ = missed.holder()
        return sla.DossierEscalated(
            deadline=self._deadline.work,
            due=missed.due,
            rung=rung,
            agency=agency,
            to_agency=answers_for(self._state, rung, agency, self._rules),
            reason=reason,
        )

    def explanations(self) -> Iterator[Course]:
        """What is climbed because nobody explained; as long as the dossier is open, even if the work is done."""
        for wanted in self._state.required:
            if wanted.key == self._deadline.work and wanted.due == self._due:
                told = _explained_at(self._state, wanted, self._deadline)
                ends = [end for end in (told, self._state.ended_at) if end is not None]
                missed = Missed(wanted.due, wanted.id, partial(_asked, wanted))
                rungs = self._rungs("explanation-missing", "explanation-missing", missed, wanted.by)
                yield Course(rungs, min(ends, default=None))


def _asked(wanted: Required) -> tuple[str, None]:
    """Whoever an explanation was required from goes on owing it."""
    return wanted.agency, None


def _explained_at(state: State, wanted: Required, deadline: Deadline) -> datetime | None:
    """When an explanation was first given that is complete and meant for this: of the step, or by the agency.

    Of the dossier one that was given before its new date explains that as well, so what counts is when its work began.
    """
    began = next(known.started for known in state.deadlines if known.key == deadline.work)
    for told in state.explanations:
        meant = told.step == deadline.step if deadline.kind == "step" else told.agency == wanted.agency
        if meant and told.complete and told.at >= began:
            return told.at
    return None
