"""Tells a service's story in events: given what is on record, when this happens, then that is said. Pure.

    given(routing, received(at(2))).when(reported("H29.16", TookCustody(step="forward"), at(2, "09:00"))).then(...)

Folds and decides as the loop does, without store, bus or clock. `suppose`, `arrivals` and `told` are for laws.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st

from chassis.core.decision import Allotment, Decision, Timer
from chassis.core.job import MAX_ROUNDS
from chassis.core.service import Service
from contracts.claims import AgencyReported, Claim, IntakeSubmitted
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from contracts.intake import DossierReceived, RouteStep
from contracts.topics import OWNERS
from domain.worktime import ZONE, Calendar, Span

CODE = "H29.16-260302-0001"
SUBMISSION = "submission-1"

HOURS = (Span(27_000, 41_400), Span(46_800, 61_200))
OFFICE = Calendar(HOURS, week=(*[HOURS] * 5, (), ()))
"""Monday to Friday, 07:30-11:30 and 13:00-17:00."""

P = TypeVar("P", bound=Payload)
Numbers = Callable[[Allotment], int]


def at(day: int, clock: str = "08:00") -> datetime:
    """A moment of March 2026 in Vietnam: the 2nd is a Monday, and the whole month has no holiday."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{clock}").replace(tzinfo=ZONE)


def fact(data: Payload, time: datetime, *unique: object, **envelope: Any) -> AnyEvent:
    """An event as its owner would say it; without `unique`, what it says and when makes it unique."""
    owner = next(owner for owner, owned in OWNERS.items() if type(data) in owned)
    given = {"source": f"/lienthong/{owner}", "subject": CODE, "correlationid": SUBMISSION, "timeline": LIVE}
    return new_event(
        data, time=time, unique=unique or (time.isoformat(), data.model_dump_json()), **{**given, **envelope}
    )


def submitted(claim: Claim, time: datetime, *unique: object, submission: str = SUBMISSION, **envelope: Any) -> AnyEvent:
    """A citizen did something."""
    data = IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
    known = {"source": "/portal/test", "subject": submission, "correlationid": submission}
    return fact(data, time, *unique, **{**known, **envelope})


def reported(
    agency: str, claim: Claim, time: datetime, *unique: object, officer: str | None = None, **envelope: Any
) -> AnyEvent:
    """An agency says it did something."""
    data = AgencyReported.model_validate({"agency": agency, "officer": officer, "claim": claim.model_dump()})
    return fact(data, time, *unique, **{"source": f"/agency/{agency}", **envelope})


def step(name: str, agency: str, *after: str, limit: str = "1 working-days") -> RouteStep:
    """One step of a route."""
    return RouteStep(id=name, agency=agency, limit=limit, after=after)


def received(
    time: datetime, *route: RouteStep, appointment: datetime | None = None, key: str = "receipt", **fields: Any
) -> AnyEvent:
    """A receipt of the unit H29.16 for the agency H29.05; without steps it has a free route."""
    given = {
        "submission_id": SUBMISSION,
        "procedure": "1.000001",
        "procedure_version": 1,
        "channel": "counter",
        "receiving_unit": "H29.16",
        "competent_agency": "H29.05",
        "limit": "3 working-days",
        "appointment_date": appointment or at(5),
        "route": route,
    }
    return fact(DossierReceived(**{**given, **fields}), time, key)


@dataclass(frozen=True)
class Story:
    """One dossier of one service so far.

    Attributes:
        record: every event on record, own ones included.
        said: what was newly said when the last thing happened.
        decision: the last one, for its timer and its allotment.
        state: what is known now.
    """

    service: Service[Any]
    numbers: Numbers = lambda _: 1
    record: tuple[AnyEvent, ...] = ()
    said: tuple[AnyEvent, ...] = ()
    decision: Decision = field(default_factory=Decision)
    state: Any = None

    def when(self, *events: AnyEvent, now: datetime | None = None) -> "Story":
        """These events arrive, or the watch looks at the dossier: then it is `now`. By default, the latest fact's."""
        record = {one.identity: one for one in (*events, *self.record)}
        now = now or max((one.time for one in record.values()), default=at(1))
        for _ in range(MAX_ROUNDS):
            state = self.service.fold(record.values())
            decision = self.service.decide(state, now)
            fresh = [one for one in self._made(decision) if one.identity not in record]
            if not fresh:
                heard = {one.identity for one in (*self.record, *events)}
                said = tuple(one for one in record.values() if one.identity not in heard)
                return replace(self, record=tuple(record.values()), said=said, decision=decision, state=state)
            record |= {one.identity: one for one in fresh}
        raise AssertionError(f"decisions did not come to rest in {MAX_ROUNDS} rounds")

    def _made(self, decision: Decision) -> list[AnyEvent]:
        asked = decision.allotment
        return [*decision.events, *([asked.then(self.numbers(asked))] if asked else [])]

    def then(self, *payloads: Payload) -> "Story":
        """Exactly this was said, in whatever order."""
        assert sorted(map(_telling, self.said_data)) == sorted(map(_telling, payloads))
        return self

    @property
    def said_data(self) -> list[Payload]:
        """The payloads of what was newly said."""
        return [one.data for one in self.said]

    def says(self, kind: type[P]) -> list[P]:
        """What was newly said of one kind."""
        return [data for data in self.said_data if isinstance(data, kind)]

    def ever(self, kind: type[P]) -> list[P]:
        """What is on record of one kind, in the order of its times."""
        return [one.data for one in sorted(self.record, key=self.service.placed) if isinstance(one.data, kind)]

    def event(self, kind: type[Payload]) -> AnyEvent:
        """The one new event of a kind."""
        (found,) = (one for one in self.said if isinstance(one.data, kind))
        return found

    @property
    def timer(self) -> Timer | None:
        """When to look again."""
        return self.decision.timer


def given(service: Service[Any], *facts: AnyEvent, numbers: Numbers = lambda _: 1) -> Story:
    """These facts arrived together and all that follows from them is on record."""
    story = Story(service, numbers, state=service.initial)
    return story.when(*facts) if facts else story


def _telling(payload: Payload) -> tuple[str, str]:
    return payload.TYPE, payload.model_dump_json()


def interleaved(service: Service[Any], facts: Sequence[AnyEvent], own_next: Callable[[], bool]) -> list[AnyEvent]:
    """Facts in fold order, but own events anywhere after what caused them, as the loop may fold them."""
    births, others, own = [], [], []
    for fact in sorted({one.identity: one for one in facts}.values(), key=service.placed):
        kind = births if isinstance(fact.data, service.genesis) else own if service.placed(fact).own else others
        kind.append(fact)
    mixed, to_come = births, {fact.id for fact in others}
    while others and own:
        if own[0].causationid not in to_come and own_next():
            mixed.append(own.pop(0))
        else:
            to_come.discard(others[0].id)
            mixed.append(others.pop(0))
    return [*mixed, *others, *own]


@st.composite
def interleavings(draw: st.DrawFn, service: Service[Any], facts: Sequence[AnyEvent]) -> list[AnyEvent]:
    """Any such order."""
    return interleaved(service, facts, lambda: draw(st.booleans()))


def told_in_order(service: Service[Any], facts: Sequence[AnyEvent]) -> bytes:
    """The state that follows when facts are folded just as they stand, byte for byte."""
    return json.dumps(service.dump(reduce(service.evolve, facts, service.initial)), ensure_ascii=False).encode()


def comes_back(service: Service[Any], facts: Sequence[AnyEvent]) -> bool:
    """Whether the state of these facts is still the same after a stay in the store."""
    state = service.fold(facts)
    return bool(service.restore(json.loads(json.dumps(service.dump(state)))) == state)


def told(service: Service[Any], facts: Sequence[AnyEvent]) -> bytes:
    """The state that follows from facts, byte for byte."""
    return json.dumps(service.dump(service.fold(facts)), ensure_ascii=False).encode()


def suppose(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`hypothesis.given`, on machines of any speed."""
    patient = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    return lambda law: patient(hypothesis.given(**drawn)(law))


@st.composite
def arrivals(draw: st.DrawFn, facts: Sequence[AnyEvent]) -> list[AnyEvent]:
    """The same facts in any order, any of them any number of times."""
    repeats = draw(st.lists(st.sampled_from(facts), max_size=len(facts))) if facts else []
    return draw(st.permutations([*facts, *repeats]))
