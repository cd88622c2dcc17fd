from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts import routing
from contracts.envelope import AnyEvent
from contracts.sla import ExplanationRequired
from domain.procedures import Directory
from tests.unit.simulator.case import AT, PLAIN, claim_of, kinds, said, transferred
from tools.simulator.agents import Office, explain, mend, opine, take_on
from tools.simulator.profiles import profile_of
from tools.simulator.read_model import Dossier


def test_an_agency_takes_custody_and_finishes_later(dossier: Dossier, office: Office) -> None:
    custody, done = take_on(transferred(), dossier, PLAIN, ("form",), office)
    assert kinds([custody, done]) == ["took-custody", "finished-step"]
    assert office.now < custody.at < done.at
    assert {getattr(one.data, "officer", None) for one in (custody, done)} < set(PLAIN.officers)
    assert custody.source == "/agency/H29.02"


def test_the_same_dice_decide_the_same_whatever_else_happened(dossier: Dossier, office: Office) -> None:
    first = take_on(transferred(), dossier, PLAIN, ("form",), office)
    take_on(transferred("verify"), dossier, PLAIN, ("form",), office)
    assert take_on(transferred(), dossier, PLAIN, ("form",), office) == first
    assert take_on(transferred(), dossier, PLAIN, ("form",), replace(office, seed=2)) != first


def test_work_on_friday_evening_waits_for_monday(dossier: Dossier, office: Office) -> None:
    friday = datetime(2026, 1, 16, 10, tzinfo=UTC)
    event = transferred().model_copy(update={"time": friday})
    done = take_on(event, dossier, PLAIN, (), replace(office, now=friday + timedelta(minutes=5)))[-1]
    assert done.at.weekday() == 0


@pytest.mark.parametrize(
    ("habit", "kind"),
    [
        ("sends_back", "sent-back"),
        ("needs_supplement", "needs-supplement"),
        ("needs_payment", "needs-payment"),
        ("hands_up", "forwards"),
    ],
)
def test_habits_show_where_a_step_has_predecessors(dossier: Dossier, office: Office, habit: str, kind: str) -> None:
    profile = replace(PLAIN, **{habit: 1.0})  # type: ignore[arg-type]
    assert kinds(take_on(transferred(), dossier, profile, ("form",), office)) == ["took-custody", kind]
    for event in (transferred("forward"), transferred("sign", attempt=2)):
        assert kinds(take_on(event, dossier, profile, ("form",), office)) == ["took-custody", "finished-step"]


def test_it_sends_back_only_to_what_came_before(dossier: Dossier, office: Office) -> None:
    assert dossier.before("sign") == ["forward", "verify", "consult"]
    assert dossier.before("verify") == ["forward"]
    back = take_on(transferred("verify"), dossier, replace(PLAIN, sends_back=1.0), (), office)[-1]
    assert claim_of(back).to_step == "forward"


def test_an_agency_that_asked_finishes_once_the_citizen_has_answered(dossier: Dossier, office: Office) -> None:
    asked = take_on(transferred(), dossier, replace(PLAIN, needs_payment=1.0), (), office)[-1]
    assert kinds([rest.action for rest in asked.then]) == ["finished-step"]


def test_some_forget_to_acknowledge(dossier: Dossier, office: Office) -> None:
    assert kinds(take_on(transferred(), dossier, replace(PLAIN, forgets=1.0), (), office)) == ["finished-step"]


def test_what_is_written_down_late_says_when_it_happened(dossier: Dossier, office: Office) -> None:
    done = take_on(transferred(), dossier, replace(PLAIN, writes_late=1.0), (), office)[-1]
    event = done.event("sim-1-1")
    assert event.data.occurred_at < event.time == done.at


def test_an_opinion_is_asked_of_an_agency_that_has_no_part_in_the_dossier(dossier: Dossier, office: Office) -> None:
    custody, _done, question = take_on(transferred(), dossier, replace(PLAIN, consults=1.0), (), office)
    assert kinds([question]) == ["asks-opinion"]
    assert claim_of(question).of_agency == "H29"
    assert custody.at < question.at


def test_who_is_asked_gives_its_opinion_or_is_silent(office: Office) -> None:
    asked = said(
        routing.ConsultationRequested(
            consultation="c", step="sign", attempt=1, agency="H29", asked_by="H29.02", limit="1wd", question="?"
        )
    )
    (opinion,) = opine(asked, PLAIN, office)
    assert (kinds([opinion]), claim_of(opinion).consultation) == (["gives-opinion"], "c")
    assert opinion.source == "/agency/H29"
    assert opine(asked, replace(PLAIN, opines=0.0), office) == []


def test_impossible_reports_are_not_honest(dossier: Dossier, office: Office) -> None:
    wrong = take_on(transferred(), dossier, replace(PLAIN, impossible=1.0), (), office)[-1]
    assert not wrong.honest


def rejected(code: str) -> AnyEvent:
    data = routing.ReportRejected.model_validate(
        {"report_id": "r", "agency": "H29.02", "code": code, "reason": "because"}
    )
    return said(data)


def test_a_rejected_return_is_finished_instead_and_a_premature_report_repeated(
    dossier: Dossier, office: Office
) -> None:
    back = take_on(transferred(), dossier, replace(PLAIN, sends_back=1.0), (), office)[-1]
    instead = mend(rejected("unknown-step"), back, office)
    assert instead is not None
    assert kinds([instead.action]) == ["finished-step"]
    again = mend(rejected("suspended"), back, office)
    assert again is not None
    assert again.action == back
    custody = take_on(transferred(), dossier, PLAIN, (), office)[0]
    assert mend(rejected("step-not-open"), custody, office) is None


def test_a_repeated_claim_is_another_event(dossier: Dossier, office: Office) -> None:
    done = take_on(transferred(), dossier, PLAIN, (), office)[-1]
    again = done.again(done.at + timedelta(hours=1))
    assert again.event("sim-1-1").id != done.event("sim-1-1").id
    assert again.data == done.data


def test_a_delay_is_explained_for_the_step_that_was_held(dossier: Dossier, office: Office) -> None:
    dossier.holders = {"verify": "H29.05", "sign": "H29.02"}
    for deadline in ("dossier", "step:sign#1"):
        wanted = said(ExplanationRequired(deadline=deadline, agency="H29.02", by=AT + timedelta(days=2)))
        (told,) = explain(wanted, dossier, PLAIN, office)
        assert claim_of(told).step == "sign"
        assert claim_of(told).target > told.at
    silent = replace(PLAIN, explains=0.0)
    assert explain(wanted, dossier, silent, office) == []


def test_a_deadline_that_was_moved_and_missed_again_is_explained_anew(dossier: Dossier, office: Office) -> None:
    dossier.holders = {"sign": "H29.02"}
    required = [
        said(
            ExplanationRequired(deadline="dossier", agency="H29.02", by=AT + timedelta(days=days)), AT + timedelta(days)
        )
        for days in (2, 3)
    ]
    first, second = (explain(one, dossier, PLAIN, office)[0].event("sim") for one in required)
    assert first.id != second.id


def test_profiles_differ_between_agencies_and_stay_the_same(directory: Directory) -> None:
    profiles = [profile_of(agency, directory, 1) for agency in directory.agencies.values()]
    assert profiles == [profile_of(agency, directory, 1) for agency in directory.agencies.values()]
    assert len({profile.pace for profile in profiles}) == len(profiles)
    assert {profile.agency: profile.upstairs for profile in profiles}["H29.11.01"] == "H29.11"
    assert all(code.startswith(f"{profile.agency}-cb") for profile in profiles for code in profile.officers)
