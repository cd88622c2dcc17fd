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
from services.sla.events import Course, Missed, Saying
from services.sla.responsibility import answers_for, in_charge
from services.sla.rules import Rules
from services.sla.state import Deadline, NewDate, Required, State, said_key

EXPLAINED = ("dossier", "step")
"""Lateness of these has to be explained; silence when asked for an opinion or by a citizen speaks for itself."""


def near(state: State, deadline: Deadline, due: datetime, rules: Rules) -> Saying | None:
    """The warning that a deadline comes near; None where it is on record."""
    if said_key("due-soon", deadline.key, due) in state.said:
        return None

    def data() -> sla.DossierDueSoon:
        agency, _ = in_charge(state, deadline, due, rules)
        return sla.DossierDueSoon(deadline=deadline.key, due=due, agency=agency)

    return Saying(data, (deadline.key, due.isoformat()), deadline.soon or due, deadline.cause)


def courses(state: State, deadline: Deadline, due: datetime, rules: Rules) -> Iterator[Course]:
    """The courses of events that a missed deadline sets off."""
    late = _Late(state, deadline, due, rules)
    yield Course(late.missed(), deadline.ended)
    yield from late.explanations()
    yield from late.second_breach()


class _Late:
    """One deadline that was missed, and what follows from that."""

    def __init__(self, state: State, deadline: Deadline, due: datetime, rules: Rules) -> None:
        self._state = state
        self._deadline = deadline
        self._due = due
        self._rules = rules
        self._set: RuleSet = rules.rule_set(state)
        self._calendar: Calendar = rules.calendar_of(state, deadline.agency)

    def missed(self) -> Iterator[Saying]:
        """Lateness, and in the order of its instants what follows."""
        deadline, due, state = self._deadline, self._due, self._state
        missed, unique, said = self._missed(deadline.key, due)
        if not said:
            yield Saying(partial(self._overdue, missed), unique, due, deadline.cause)
        rungs = self._rungs(deadline.kind, "overdue", missed)
        if deadline.kind in EXPLAINED:
            yield from self._explain(missed)
        if deadline.kind == "dossier":
            letter = form_04.saying(state, deadline, missed, self._rules)
            rungs = merge(letter, rungs, key=lambda one: one.at)
        yield from rungs

    def _missed(self, key: str, due: datetime) -> tuple[Missed, tuple[object, ...], bool]:
        """Who missed a moment, what the event that says so is derived from, and whether it is on record."""
        of_this = [one for one in self._state.raised if one.key == key and one.due == due]
        on_record = next((one.id for one in of_this if not one.retracted), "")
        unique = (key, due.isoformat(), len(of_this) - bool(on_record))
        overdue_id = on_record or event_id(sla.DossierOverdue.TYPE, self._state.dossier, *unique)
        holder = partial(in_charge, self._state, self._deadline, due, self._rules)
        return Missed(due, overdue_id, holder), unique, bool(on_record)

    def _overdue(self, missed: Missed) -> sla.DossierOverdue:
        agency, officer = missed.holder()
        new = form_04.new_date(self._state, self._deadline, self._set, self._calendar)
        return sla.DossierOverdue(
            deadline=self._deadline.key,
            due=missed.due,
            agency=agency,
            officer=officer,
            rescheduled=new is not None and new.at == missed.due,
            working_out=explain(self._rules.clock(self._state, self._deadline)),
        )

    def _explain(self, missed: Missed) -> Iterator[Saying]:
        """The agency has to explain why it missed the moment."""
        key, due = self._deadline.key, missed.due
        if any(one.key == key and one.due == due for one in self._state.required):
            return
        by = self._later(due, worked(self._set.explain_within.value, self._calendar))

        def data() -> sla.ExplanationRequired:
            return sla.ExplanationRequired(deadline=key, agency=missed.holder()[0], by=by, due=due)

        yield Saying(data, (key, due.isoformat()), due, missed.id)

    def _later(self, moment: datetime, delay: timedelta) -> datetime:
        return shift(self._calendar, moment, delay).astimezone(UTC) if delay else moment

    def _rungs(
        self, ladder: Occasion, reason: sla.Grievance, missed: Missed, since: datetime | None = None
    ) -> Iterator[Saying]:
        """The rungs of a ladder, the first at the foot; every one is climbed once for each missed moment."""
        key, due = self._deadline.key, missed.due
        told = () if reason == "overdue" else (reason,)
        for rung, delay in self._set.ladder(ladder):
            if said_key("escalated", key, due, rung, reason) not in self._state.said:
                data = partial(self._climbed, missed, rung, reason)
                at = self._later(since or due, delay)
                yield Saying(data, (key, due.isoformat(), rung, *told), at, missed.id)

    def _climbed(self, missed: Missed, rung: sla.Rung, reason: sla.Grievance) -> sla.DossierEscalated:
        agency, _ = missed.holder()
        return sla.DossierEscalated(
            deadline=self._deadline.key,
            due=missed.due,
            rung=rung,
            agency=agency,
            to_agency=answers_for(self._state, rung, agency, self._rules),
            reason=reason,
        )

    def explanations(self) -> Iterator[Course]:
        """What is climbed because nobody explained; as long as the dossier is open, even if the work is done."""
        for wanted in self._state.required:
            if wanted.key == self._deadline.key and self._stands(wanted):
                told = _explained_at(self._state, wanted, self._deadline)
                ends = [one for one in (told, self._state.ended_at) if one is not None]
                missed = Missed(wanted.due, wanted.id, partial(_asked, wanted))
                rungs = self._rungs("explanation-missing", "explanation-missing", missed, wanted.by)
                yield Course(rungs, min(ends, default=None))

    def _stands(self, wanted: Required) -> bool:
        """Whether the moment that is to be explained was missed indeed: as due, or as the new date."""
        return wanted.due == self._due or form_04.is_due(self._state, wanted.due, self._rules)

    def second_breach(self) -> Iterator[Course]:
        """The new date is missed too: no other date is given; it has to be explained, and goes up."""
        if self._deadline.kind == "dossier":
            for given in form_04.standing(self._state):
                yield Course(self._broken(given), self._deadline.ended)

    def _broken(self, given: NewDate) -> Iterator[Saying]:
        due = form_04.due_of(self._state, given, self._rules)
        if due is None:
            return  # somebody is waited for
        missed, unique, said = self._missed(sla.NEW_DATE, due)
        if not said:
            yield Saying(partial(self._overdue_again, missed, given), unique, due, given.id)
        yield from self._explain(missed)
        yield from self._rungs("second-breach", "second-breach", missed)

    def _overdue_again(self, missed: Missed, given: NewDate) -> sla.DossierOverdue:
        agency, officer = missed.holder()
        return sla.DossierOverdue(
            deadline=sla.NEW_DATE,
            due=missed.due,
            agency=agency,
            officer=officer,
            working_out=explain(form_04.clock(self._state, given, self._rules)),
        )


def _asked(wanted: Required) -> tuple[str, None]:
    """Whoever an explanation was required from goes on owing it."""
    return wanted.agency, None


def _explained_at(state: State, wanted: Required, deadline: Deadline) -> datetime | None:
    """When an explanation was first given that is complete and meant for this: of the step, or by the agency."""
    for one in state.explanations:
        meant = one.step == deadline.step if deadline.kind == "step" else one.agency == wanted.agency
        if meant and one.complete and one.at >= deadline.started:
            return one.at
    return None
