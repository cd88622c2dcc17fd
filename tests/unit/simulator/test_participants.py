import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from contracts import routing
from contracts.envelope import AnyEvent
from domain.procedures import Catalogue, Directory
from domain.worktime import Calendar
from tests.unit.simulator.case import AT, PLAIN, RECEIVED, said, transferred
from tools.simulator import Plan
from tools.simulator.actions import Action, Agenda
from tools.simulator.agents import Office, take_on
from tools.simulator.participants import Participants
from tools.simulator.read_model import Dossier


@pytest.fixture
def participants(plan: Plan, catalogue: Catalogue, directory: Directory, calendar: Calendar) -> Participants:
    return Participants(plan, catalogue, directory, calendar)


def suspended(cause: str, report_id: str, at: datetime) -> AnyEvent:
    data = routing.DossierSuspended.model_validate({"cause": cause, "step": "verify", "agency": "H29.05"})
    return said(data, at).model_copy(update={"causationid": report_id})


def planned(agenda: Iterator[Action]) -> set[tuple[datetime, str]]:
    return {(action.at, action.event("sim-1-1").id) for action in agenda}


def test_neither_order_of_arrival_nor_repeats_change_what_is_done(participants: Participants) -> None:
    events = [said(RECEIVED, AT - timedelta(hours=1)), transferred("verify"), transferred("sign")]
    expected = planned(participants.react(events, AT))
    random.Random(3).shuffle(events)
    other = Participants(participants.plan, participants.catalogue, participants.directory, participants.calendar)
    assert planned(other.react([*events, *events], AT)) == expected
    assert planned(other.react(events, AT + timedelta(hours=1))) == set()


def test_work_rests_while_the_dossier_waits_and_goes_on_afterwards(
    participants: Participants, dossier: Dossier, office: Office
) -> None:
    custody, done = take_on(transferred(), dossier, PLAIN, (), office)
    list(participants.react([said(RECEIVED, AT), suspended("supplement", "", AT)], AT))
    assert participants.say(custody) is not None
    assert participants.say(done) is None
    resumed = said(routing.DossierResumed(cause="supplement"), AT + timedelta(hours=20))
    (again,) = participants.react([resumed], AT + timedelta(hours=21))
    assert again.data == done.data
    assert again.at >= AT + timedelta(hours=21)
    assert participants.say(again) is not None


def test_nobody_works_on_what_is_finished(participants: Participants, dossier: Dossier, office: Office) -> None:
    done = take_on(transferred(), dossier, PLAIN, (), office)[-1]
    list(participants.react([said(RECEIVED), said(routing.DossierCompleted(outcome="granted", agency="H29.02"))], AT))
    assert participants.say(done) is None


def test_the_agenda_gives_what_is_due_in_time_order(dossier: Dossier, office: Office) -> None:
    actions = take_on(transferred(), dossier, PLAIN, (), office)
    agenda = Agenda()
    agenda.add(reversed(actions))
    assert list(agenda.until(actions[-1].at)) == actions[:1]
    assert len(agenda) == 1
    assert list(agenda.until(actions[-1].at + timedelta(seconds=1))) == actions[1:]
