"""Citizens and agencies together, as one participant of the bus.

They hear what the services say, and plan what is said to the services.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts import intake, routing, sla
from contracts.claims import AgencyReported, Channel, ExplainsDelay, GivesOpinion, TookCustody
from contracts.envelope import AnyEvent, Payload
from domain.procedures import Catalogue, Directory
from domain.worktime import Calendar
from tools.simulator import agents, citizens
from tools.simulator.actions import Action, Rest
from tools.simulator.agents import Office
from tools.simulator.applications import Plan, applications, market
from tools.simulator.draws import draw
from tools.simulator.profiles import Profile, profile_of
from tools.simulator.read_model import Dossier, ReadModel

HEARD: tuple[type[Payload], ...] = (
    intake.DossierReceived,
    intake.DossierSupplementRequested,
    intake.DossierWithdrawn,
    routing.DossierTransferred,
    routing.DossierSuspended,
    routing.DossierResumed,
    routing.DossierCompleted,
    routing.ReportRejected,
    routing.ConsultationRequested,
    sla.DossierOverdue,
    sla.DossierOverdueRetracted,
    sla.ExplanationRequired,
)
"""The events that citizens and agencies listen to."""

RANK = {payload.TYPE: rank for rank, payload in enumerate(HEARD)}


@dataclass
class Participants:
    """Citizens and agencies of one week.

    Attributes:
        plan: how many apply, when, and the seed of all choices.
        catalogue, directory, calendar: what everybody knows of procedures, agencies and working time.
        read_model: what is publicly known of each dossier.
        tally: how often each kind of thing was told or heard.
    """

    plan: Plan
    catalogue: Catalogue
    directory: Directory
    calendar: Calendar
    read_model: ReadModel = field(default_factory=ReadModel)
    tally: Counter[str] = field(default_factory=Counter)
    _profiles: dict[str, Profile] = field(init=False)
    _channels: dict[str, Channel] = field(init=False, default_factory=dict)
    _reported: dict[str, Action] = field(init=False, default_factory=dict)
    _known: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        agencies = self.directory.agencies.values()
        self._profiles = {agency.code: profile_of(agency, self.directory, self.plan.seed) for agency in agencies}

    def openings(self) -> Iterator[Action]:
        """The actions that nothing has to precede: citizens apply."""
        found = market(self.plan, self.catalogue, self.directory, self.calendar)
        for action in applications(self.plan, found):
            claim = getattr(action.data, "claim", None)
            self._channels[action.submission] = getattr(claim, "channel", "counter")
            yield action

    def say(self, action: Action) -> AnyEvent | None:
        """The event of an action whose time has come; None if nobody would say that any more, or yet."""
        event = action.event(self.plan.timeline)
        if isinstance(action.data, AgencyReported):
            if self._is_moot(action, action.data):
                return None
            self._reported[event.id] = action
        self.tally[f"told {getattr(getattr(action.data, 'claim', None), 'kind', event.type)}"] += 1
        return event

    def _is_moot(self, action: Action, data: AgencyReported) -> bool:
        """Agencies do not work on what is finished, nor on what waits for the citizen: that they take up later."""
        dossier = self.read_model.dossiers.get(action.subject)
        if dossier is None or not action.honest or isinstance(data.claim, ExplainsDelay):
            return False
        if dossier.waits and not isinstance(data.claim, TookCustody | GivesOpinion):
            dossier.held.append(Rest(action, agents.SHORTEST))
            return True
        return dossier.ended

    def react(self, events: Sequence[AnyEvent], now: datetime) -> Iterator[Action]:
        """The actions that follow from these events. Neither repeats nor the order of arrival matter."""
        office = Office(self.plan.seed, self.calendar, now, tuple(self._profiles))
        fresh = {event.identity: event for event in events if event.identity not in self._known}
        self._known.update(fresh)
        heard = sorted(fresh.values(), key=lambda event: (event.time, RANK[event.type], event.identity))
        for event in heard:
            self.read_model.apply(event)
            self.tally[event.type] += 1
        for event in heard:
            yield from self._reaction(event, office)

    def _reaction(self, event: AnyEvent, office: Office) -> Iterable[Action]:
        match event.data:
            case intake.DossierReceived():
                return citizens.withdraw(event, office)
            case intake.DossierSupplementRequested():
                return citizens.supplement(event, self._channel(event), office)
            case routing.DossierTransferred() as data:
                return self._handed_over(event, data, office)
            case routing.DossierSuspended() as data:
                return self._suspended(event, data, office)
            case routing.DossierResumed():
                return self._resumed(event, office)
            case routing.DossierCompleted() as data:
                return self._completed(event, data, office)
            case routing.ReportRejected() as data:
                return self._rejected(event, data, office)
            case routing.ConsultationRequested() as data if data.agency in self._profiles:
                return agents.opine(event, self._profiles[data.agency], office)
            case sla.ExplanationRequired() as data if data.agency in self._profiles:
                return agents.explain(event, self.read_model[event.subject], self._profiles[data.agency], office)
            case _:
                return ()

    def _channel(self, event: AnyEvent) -> Channel:
        return self._channels.get(event.correlationid, "counter")

    def _handed_over(self, event: AnyEvent, data: routing.DossierTransferred, office: Office) -> Iterable[Action]:
        self.tally[f"movement {data.movement}"] += 1
        profile, dossier = self._profiles.get(data.to_agency), self.read_model[event.subject]
        return agents.take_on(event, dossier, profile, self._items(dossier), office) if profile else ()

    def _items(self, dossier: Dossier) -> list[str]:
        procedure = self.catalogue.get(dossier.received.procedure) if dossier.received else None
        return [item.id for item in procedure.checklist if item.required] if procedure else []

    def _suspended(self, event: AnyEvent, data: routing.DossierSuspended, office: Office) -> Iterable[Action]:
        if asked := self._reported.get(event.causationid):
            self.read_model[event.subject].held += asked.then
        return citizens.pay(event, self._channel(event), office) if data.cause == "payment" else ()

    def _resumed(self, event: AnyEvent, office: Office) -> Iterable[Action]:
        return [self._go_on(event, rest, office) for rest in self.read_model[event.subject].release()]

    def _go_on(self, event: AnyEvent, rest: Rest, office: Office) -> Action:
        rng = draw(office.seed, "go on", event.correlationid, *rest.action.unique)
        return rest.action.again(office.later(event.time, rest.after, rng))

    def _completed(self, event: AnyEvent, data: routing.DossierCompleted, office: Office) -> Iterable[Action]:
        dossier, profile = self.read_model[event.subject], self._profiles.get(data.agency)
        return citizens.collect(event, dossier, profile, office) if profile else ()

    def _rejected(self, event: AnyEvent, data: routing.ReportRejected, office: Office) -> Iterable[Action]:
        self.tally[f"rejected {data.code}"] += 1
        action = self._reported.get(data.report_id)
        rest = agents.mend(event, action, office) if action and action.honest else None
        if rest is None:
            return ()
        dossier = self.read_model[event.subject]
        if dossier.waits:
            dossier.held.append(rest)
            return ()
        return [self._go_on(event, rest, office)]
