"""Services that are wrong on purpose, each in one rule.

Every process runs them so, and they agree with themselves: only laws that look at the facts alone can tell.
"""

from dataclasses import replace
from typing import Any

from chassis.core.decision import Decision
from chassis.core.service import Service
from contracts import intake, notify, routing, sla
from contracts.calendar_changes import CalendarChanged
from contracts.envelope import AnyEvent, following
from domain.rules import RuleSets, load_rule_sets
from services.sla import decide as sla_rules
from services.sla import service as sla_handlers
from services.sla.state import Rescheduling, step_key
from tests.laws.rules import calendar
from tests.simulation.breaking import deaf, deciding, rewrites, said, silent
from tests.simulation.broken_erasure import BROKEN_ERASURE
from tests.simulation.broken_rules import BROKEN_RULES
from tests.simulation.services import altered
from tests.simulation.variants import Variant


def _with_two_answers(made: Decision) -> Decision:
    both = [_rejected(one) for one in made.events if isinstance(one.data, routing.DossierAcknowledged)]
    return replace(made, events=(*made.events, *both))


def _rejected(accepted: AnyEvent) -> AnyEvent:
    report, agency = accepted.causationid, accepted.data.agency
    data = routing.ReportRejected(report_id=report, agency=agency, code="not-the-holder", reason="in doubt")
    return following(accepted, data, agency, report, source=accepted.source).model_copy(update={"causationid": report})


def forwards_to_nobody(service: Service[Any]) -> Service[Any]:
    """Who has to go on with a forwarded step is forgotten."""

    def evolve(state: Any, event: AnyEvent) -> Any:
        moved = service.evolve(state, event)
        forwarded = isinstance(event.data, routing.DossierTransferred) and event.data.movement == "forward"
        return moved.but(begun=state.begun) if forwarded else moved

    return altered(service, evolve=evolve) if service.name == "routing" else service


def climbs_early(service: Service[Any]) -> Service[Any]:
    """Ladders whose delays are an hour shorter."""
    if service.name != "sla":
        return service
    return sla_handlers.service(sla_rules.Rules(calendar(), rule_sets=RuleSets(hastier())))


def hastier() -> dict[str, Any]:
    """The rule sets, in a hurry."""
    sets = {}
    for name, rules in load_rule_sets().by_name.items():
        ladders = {
            occasion: ladder.model_copy(
                update={"value": {rung: max(0, hours - 1) for rung, hours in ladder.value.items()}}
            )
            for occasion, ladder in rules.ladders.items()
        }
        sets[name] = rules.model_copy(update={"ladders": ladders})
    return sets


def tells_of_every_announcement(service: Service[Any]) -> Service[Any]:
    """Any day off is told to everybody who waits, whether it moves their date or not."""

    def evolve(state: Any, event: AnyEvent) -> Any:
        moved = service.evolve(state, event)
        waits = state.main and state.main.due and state.main.ended is None
        if not isinstance(event.data, CalendarChanged) or not waits or moved.reschedulings != state.reschedulings:
            return moved
        unmoved = Rescheduling(event.id, event.time, state.main.due, state.main.due, "none")
        return moved.but(reschedulings=(*moved.reschedulings, unmoved))

    return altered(service, evolve=evolve) if service.name == "sla" else service


def forgets_the_first_question(service: Service[Any]) -> Service[Any]:
    """Who is asked again for its opinion on the same attempt at a step was not asked before."""

    def evolve(state: Any, event: AnyEvent) -> Any:
        if isinstance(event.data, routing.ConsultationRequested):
            again = event.data.agency, step_key(event.data.step, event.data.attempt)
            state = state.but(deadlines=tuple(one for one in state.deadlines if (one.agency, one.asked_for) != again))
        return service.evolve(state, event)

    return altered(service, evolve=evolve) if service.name == "sla" else service


def _ends_there(data: Any) -> Any:
    """A medium that is given up is the end."""
    return (
        data.model_copy(update={"final": True})
        if isinstance(data, notify.NotificationFailed) and data.moves_on
        else data
    )


def _failed(data: Any) -> Any:
    """No answer is a no."""
    if not isinstance(data, notify.NotificationDoubtful):
        return data
    return notify.NotificationFailed(**data.model_dump(), final=False)


def silent_withdrawals(service: Service[Any]) -> Service[Any]:
    """Notify never withdraws an apology, and drops it all the same when it was not sent yet."""
    if service.name != "notify":
        return service

    def evolve(state: Any, event: AnyEvent) -> Any:
        moved = service.evolve(state, event)
        return replace(moved, messages=tuple(one for one in moved.messages if one.template != "apology-withdrawn"))

    return altered(service, evolve=evolve)


BROKEN_SERVICES = (
    Variant("forwards to nobody", product=forwards_to_nobody, law="each branch has one holder", found_within=30),
    Variant(
        "says nothing of a claim that it rejects",
        product=silent("routing", said(routing.ReportRejected)),
        law="every report has one answer",
        found_within=10,
    ),
    Variant(
        "accepts and rejects",
        product=deciding("routing", _with_two_answers),
        law="every report has one answer",
        found_within=10,
    ),
    Variant(
        "does not hear that a step is done",
        product=deaf("sla", said(routing.DossierStepCompleted)),
        law="the overdues that stand are true",
        found_within=20,
    ),
    Variant(
        "does not hear that a dossier was given back",
        product=deaf("sla", said(intake.DossierWithdrawn)),
        law="what is held is watched",
        found_within=150,
    ),
    Variant(
        "leaves a rung out",
        product=silent("sla", said(sla.DossierEscalated, rung="level-above")),
        law="nothing is missing on the ladder",
        found_within=30,
    ),
    Variant(
        "climbs an hour early",
        product=climbs_early,
        law="nothing was said of lateness that was not so",
        found_within=30,
    ),
    Variant(
        "does not mind an opinion that is not given",
        product=silent("sla", said(sla.DossierOverdue, deadline="consultation:")),
        law="nothing is missing on the ladder",
        found_within=100,
    ),
    Variant(
        "does not hear an opinion",
        product=deaf("sla", said(routing.ConsultationAnswered)),
        law="the overdues that stand are true",
        found_within=100,
    ),
    Variant(
        "forgets a question when it is asked again",
        product=forgets_the_first_question,
        law="nothing is missing on the ladder",
        found_within=500,
    ),
    Variant(
        "never takes an overdue back",
        product=silent("sla", said(sla.DossierOverdueRetracted)),
        law="the overdues that stand are true",
        found_within=100,
    ),
    Variant(
        "owes nobody an apology",
        product=silent("sla", said(sla.ApologyRequired)),
        law="every lateness has one apology that stands",
        found_within=10,
    ),
    Variant(
        "stands by an apology for nothing",
        product=silent("sla", said(sla.ApologyWithdrawn)),
        law="no apology stands for nothing",
        found_within=300,
    ),
    Variant(
        "moves a date in silence",
        product=silent("sla", said(sla.DossierRescheduled, kind="calendar")),
        law="a moved date is told once",
        found_within=30,
    ),
    Variant(
        "tells of a date that did not move",
        product=tells_of_every_announcement,
        law="a moved date is told once",
        found_within=30,
    ),
    Variant(
        "keeps a new date from the citizen",
        product=deaf("notify", said(sla.DossierRescheduled, kind="calendar")),
        law="who has a new date is told",
        found_within=30,
    ),
    *BROKEN_RULES,
    *BROKEN_ERASURE,
    Variant(
        "stops where one medium is given up",
        product=rewrites("notify", _ends_there),
        law="every message comes to an end",
        found_within=150,
    ),
    Variant(
        "takes no answer for a no",
        product=rewrites("notify", _failed),
        law="what may have arrived is not repeated",
        found_within=60,
    ),
    Variant(
        "sends nothing again",
        product=deaf("notify", said(notify.ResendRequested)),
        law="who wants a message again gets it once more",
        found_within=60,
    ),
    Variant(
        "lets an apology for nothing stand",
        product=silent_withdrawals,
        law="an apology for nothing is withdrawn",
        found_within=300,
    ),
    Variant(
        "tells no agency",
        product=deaf("notify", said(sla.DossierEscalated)),
        law="agencies are told of their deadlines",
        found_within=30,
    ),
)
