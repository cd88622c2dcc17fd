"""What becomes of a submission: accepted with a receipt, sent back for what is missing, or refused with the reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from chassis.core.decision import Allotment, Decision
from contracts import claims, intake
from contracts.envelope import AnyEvent, Payload, event_id, new_event
from domain.procedures import Catalogue, Directory, Procedure, applicable
from domain.rules import RuleSets, load_rule_sets
from domain.worktime import ZONE, Calendar, Clock, due_of, explain
from services.intake.state import Said, State, Wait

SOURCE = "/lienthong/intake"

MAX_A_DAY = 9999
"""The daily number has four digits (TT 01/2018, Art. 19)."""


@dataclass(frozen=True)
class Rules:
    """What intake judges by.

    Attributes:
        catalogue: the procedures that can be asked for.
        directory: the agencies, and who plays which role.
        calendar: working hours and days off; the appointment date goes by those of the competent agency.
        rule_sets: what holds for a dossier, by the day it was received.
    """

    catalogue: Catalogue
    directory: Directory
    calendar: Calendar
    rule_sets: RuleSets = field(default_factory=load_rule_sets)


@dataclass(frozen=True)
class Complete:
    """The moment a dossier was complete, and the claim that made it so."""

    at: datetime
    cause: str


def decide(state: State, _now: datetime, rules: Rules) -> Decision:
    """Judge the application if it is not judged; then say what the citizen did since.

    What is complete has its number even if it was withdrawn before anybody looked: it is received, and withdrawn then.
    """
    application = state.application
    if application is None:
        return Decision()
    if not state.from_import and is_given_out(state.submission, rules.directory):
        return Decision((_not_its_own(state, application),))
    if state.code or state.outcome in ("refused", "withdrawn"):
        return Decision(tuple(_after_receipt(state, application)))
    if application.historic_code is not None:
        return Decision((_from_history(state, application, application.historic_code),))
    judged = _judge(state, application, rules)
    # Who died before it saved may have been given the number already; it must not be left out of the register.
    if state.withdrawals and judged.allotment is None:
        return Decision((_withdrawn(state, state.submission, _to_whom(application)),))
    return judged


def is_given_out(code: str, directory: Directory) -> bool:
    """Whether this has the form of the codes that units here give their dossiers."""
    unit, _, number = code.partition("-")
    return unit in directory.agencies and re.fullmatch(r"\d{6}-\d{4}", number) is not None


def _not_its_own(state: State, application: claims.Application) -> AnyEvent:
    """Who calls his submission by a dossier's code is answered beside it: what is said of a code moves its dossier."""
    subject = event_id(intake.DossierRefused.TYPE, state.submission, "not its own")
    text = f"{state.submission}: mã của hồ sơ khác, hãy chọn mã khác / the code of a dossier; choose an id of your own"
    data = _refusal_of(state, application, "unknown-procedure", text)
    return _say(state, data, subject, state.submission, time=_applied(state), cause=state.applied_by)


def _say(state: State, data: Payload, subject: str, *unique: object, time: datetime, cause: str) -> AnyEvent:
    return new_event(
        data,
        source=SOURCE,
        subject=subject,
        time=time,
        correlationid=state.submission,
        unique=(state.submission, *unique),
        causationid=cause,
        timeline=state.timeline,
    )


def _judge(state: State, application: claims.Application, rules: Rules) -> Decision:
    procedure = rules.catalogue.get(application.procedure)
    if refusal := _refusal(application, procedure, rules):
        return Decision((_refused(state, application, _lodged(state), *refusal),))
    assert procedure is not None  # noqa: S101 - an unknown procedure is a refusal
    required = [item.id for item in procedure.checklist if item.required]
    missing = tuple(item for item in required if item not in state.components)
    if missing:
        return Decision((_request(state, application, missing),))
    complete = _complete(state, required)
    day = complete.at.astimezone(ZONE).strftime("%y%m%d")
    series = f"{application.receiving_unit}-{day}"

    def then(number: int) -> AnyEvent:
        if number > MAX_A_DAY:
            return _refused(state, application, complete, "day-full", _day_full(application.receiving_unit, complete))
        code = f"{series}-{number:04d}"
        return _received(state, application, procedure, complete, code=code, rules=rules)

    return Decision(allotment=Allotment(series, state.submission, then))


def _refusal(application: claims.Application, procedure: Procedure | None, rules: Rules) -> tuple[str, str] | None:
    """Why the dossier can not be accepted whatever is handed in: code and reason, in the citizen's language."""
    language = application.language
    if procedure is None:
        return "unknown-procedure", f"{application.procedure}: không có thủ tục này / no such procedure"
    if application.channel not in procedure.channels:
        offered = ", ".join(procedure.channels)
        return "channel-not-offered", f"chỉ tiếp nhận qua / only by: {offered}"
    unit = rules.directory.agencies.get(application.receiving_unit)
    if unit is None or "one-stop" not in unit.roles:
        return "unknown-unit", f"{application.receiving_unit}: không phải Bộ phận Một cửa / not a one-stop unit"
    if application.competent_agency not in (None, *rules.directory.agencies):
        return "unknown-unit", f"{application.competent_agency}: không có cơ quan này / no such agency"
    failed = next((rule for rule in procedure.eligibility if not rule.holds(application.attributes)), None)
    return None if failed is None else ("not-eligible", getattr(failed.reason, language))


def _day_full(unit: str, complete: Complete) -> str:
    day = complete.at.astimezone(ZONE).strftime("%d/%m/%Y")
    return (
        f"{unit}: đã cấp hết {MAX_A_DAY} số của ngày {day}, xin nộp lại vào ngày khác / "
        f"has given out all {MAX_A_DAY} numbers of {day}; come again on another day"
    )


def _refused(state: State, application: claims.Application, judged: Complete, code: str, reason: str) -> AnyEvent:
    data = _refusal_of(state, application, code, reason)
    return _say(state, data, state.submission, time=judged.at, cause=judged.cause)


def _refusal_of(state: State, application: claims.Application, code: str, reason: str) -> intake.DossierRefused:
    return intake.DossierRefused.model_validate(
        {
            "submission_id": state.submission,
            "code": code,
            "reason": reason,
            "procedure": application.procedure,
            "receiving_unit": application.receiving_unit,
            "applicant_ref": application.applicant_ref,
            "language": application.language,
        }
    )


def _lodged(state: State) -> Complete:
    return Complete(_applied(state), state.applied_by)


def _applied(state: State) -> datetime:
    assert state.applied_at is not None  # noqa: S101 - there is an application
    return state.applied_at


def _complete(state: State, required: list[str]) -> Complete:
    """When the last required item came in."""
    have = set(state.application.components if state.application else ())
    complete = _lodged(state)
    for said in state.supplements:
        if not have.issuperset(required):
            complete = Complete(max(said.at, complete.at), said.event)
        have |= set(said.components)
    return complete


def _request(state: State, application: claims.Application, missing: tuple[str, ...]) -> AnyEvent:
    """Form 02, once for every set of missing items."""
    last = state.supplements[-1] if state.supplements else Said(state.applied_by, _applied(state))
    data = _supplement_request(state, application, missing, "thiếu thành phần hồ sơ / the dossier is incomplete")
    return _say(state, data, state.submission, *missing, time=last.at, cause=last.event)


def _supplement_request(
    state: State, application: claims.Application, missing: tuple[str, ...], reason: str
) -> intake.DossierSupplementRequested:
    return intake.DossierSupplementRequested(
        submission_id=state.submission,
        missing=missing,
        reason=reason,
        procedure=application.procedure,
        receiving_unit=application.receiving_unit,
        applicant_ref=application.applicant_ref,
        language=application.language,
    )


def _received(
    state: State,
    application: claims.Application,
    procedure: Procedure,
    complete: Complete,
    *,
    code: str,
    rules: Rules,
) -> AnyEvent:
    """Form 01. The route is pinned here: a later change of the catalogue changes no dossier under way."""
    unit = application.receiving_unit
    place = application.competent_agency or unit
    route = tuple(
        intake.RouteStep(
            id=step.id,
            agency=unit if step.role == "one-stop" else rules.directory.resolve(step.role, place),
            limit=str(step.limit),
            after=step.after,
        )
        for step in applicable(procedure.steps, application.attributes)
    )
    late_from = rules.rule_sets.on(complete.at).late_from
    competent = rules.directory.resolve(procedure.role, place)
    clock = Clock(rules.calendar.of(competent), complete.at, procedure.limit, late_from=late_from)
    data = intake.DossierReceived(
        submission_id=state.submission,
        procedure=procedure.code,
        procedure_version=procedure.version,
        channel=application.channel,
        receiving_unit=unit,
        competent_agency=competent,
        applicant_ref=application.applicant_ref,
        language=application.language,
        fee=procedure.fee,
        limit=str(procedure.limit),
        appointment_date=due_of(clock),
        route=route,
        working_out=explain(clock),
        due_soon=str(procedure.due_soon) if procedure.due_soon else None,
    )
    return _say(state, data, code, time=complete.at, cause=complete.cause)


def _from_history(state: State, application: claims.Application, code: str) -> AnyEvent:
    """A dossier that was accepted elsewhere, long ago: it keeps its code and its date and travels a free route."""
    if not state.from_import:
        text = "history comes from an import (source /import/…) on a timeline of its own, and never live"
        return _refused(state, application, _lodged(state), "unknown-procedure", text)
    if code != state.submission:
        text = "history needs historic_code equal to the submission id"
        return _refused(state, application, _lodged(state), "unknown-procedure", text)
    data = intake.DossierReceived(
        submission_id=state.submission,
        procedure=application.procedure,
        procedure_version=0,
        channel=application.channel,
        receiving_unit=application.receiving_unit,
        competent_agency=application.competent_agency or application.receiving_unit,
        language=application.language,
        limit="",
        appointment_date=application.historic_appointment or intake.NO_APPOINTMENT,
        appointed=application.historic_appointment is not None,
    )
    return _say(state, data, code, time=_applied(state), cause=state.applied_by)


def _after_receipt(state: State, application: claims.Application) -> Iterator[AnyEvent]:
    """What follows once a dossier has its code: answers to the agency's wishes, withdrawal, delivery."""
    if not state.code:
        return
    yield from _answers_to_waits(state, application)
    if state.withdrawals and state.completed_at is None:
        yield _withdrawn(state, state.code, intake.DossierWithdrawn())
    if state.completed_at is not None and state.collections:
        first = state.collections[0]
        handed_over = max(first.at, state.completed_at)
        data = intake.DossierDelivered(channel=first.channel)
        yield _say(state, data, state.code, time=handed_over, cause=first.event)


def _withdrawn(state: State, subject: str, data: intake.DossierWithdrawn) -> AnyEvent:
    first = state.withdrawals[0]
    return _say(state, data, subject, time=first.at, cause=first.event)


def _to_whom(application: claims.Application) -> intake.DossierWithdrawn:
    """A submission was withdrawn: who is to be told of it stands in no other event."""
    return intake.DossierWithdrawn(
        procedure=application.procedure,
        receiving_unit=application.receiving_unit,
        applicant_ref=application.applicant_ref,
        language=application.language,
    )


def _answers_to_waits(state: State, application: claims.Application) -> Iterator[AnyEvent]:
    """Ask the citizen for what the agency lacks, and say when all of it came.

    Documents answer everybody who asked for them. Money is paid once: what answered one wait answers no other.
    """
    spent: set[str] = set()
    for wait in state.waits:
        if wait.cause == "supplement":
            data = _supplement_request(state, application, wait.missing, wait.reason)
            yield _say(state, data, state.code, wait.event, time=wait.since, cause=wait.event)
        came = state.supplements if wait.cause == "supplement" else _unspent(state.payments, spent)
        if used := _enough(wait, came):
            if wait.cause == "payment":
                spent |= {said.event for said in used}
            yield _say(state, _brought(wait, used), state.code, wait.event, time=used[-1].at, cause=used[-1].event)


def _unspent(payments: Iterable[Said], spent: set[str]) -> list[Said]:
    return [said for said in payments if said.event not in spent]


def _enough(wait: Wait, came: Iterable[Said]) -> list[Said]:
    """What the citizen did until all that was asked for was there, documents or money; empty while some lacks."""
    used: list[Said] = []
    for said in came:
        if said.at >= wait.since:
            used.append(said)
            components = {item for one in used for item in one.components}
            if components >= set(wait.missing) and sum(one.amount for one in used) >= wait.amount:
                return used
    return []


def _brought(wait: Wait, used: Iterable[Said]) -> Payload:
    if wait.cause == "supplement":
        return intake.DossierSupplemented(components=tuple(sorted({item for one in used for item in one.components})))
    return intake.DossierPaid(amount=sum(one.amount for one in used))
