"""The judgement of an application: accepted, sent back for what is missing, or refused with the reason."""

from chassis.core.decision import Allotment, Decision
from contracts import claims
from contracts.envelope import AnyEvent
from contracts.rule_days import refuses_personal_data
from domain.personal_data import Found, personal_data_in, personal_data_of
from domain.procedures import Procedure
from domain.worktime import ZONE
from services.intake import events
from services.intake.events import Cause
from services.intake.receipt import historic_receipt, receipt
from services.intake.rules import MAX_A_DAY, Rules
from services.intake.state import State

HISTORY_IS_IMPORTED = "history comes from an import (source /import/…) on a timeline of its own, and never live"
HISTORY_KEEPS_ITS_CODE = "history needs historic_code equal to the submission id"


def unspeakable(state: State, application: claims.Application, rules: Rules) -> AnyEvent | None:
    """The answer to an application that says what everybody on the bus must not read; None where it does not.

    It holds personal data, or attributes that its procedure does not ask for. Nothing of it is quoted.
    """
    if not refuses_personal_data(state.taken_in):
        return None
    own_id = personal_data_in(state.submission)
    if found := (Found("submission_id", own_id) if own_id else personal_data_of(application)):
        text = f"{found.path} holds {found.kind}; everybody reads it: leave it out, and submit anew under another id"
        return events.rejected_for(state, "personal-data", text, lodged(state))
    procedure = rules.catalogue.get(application.procedure)
    if procedure is not None and (fault := procedure.undeclared(application.attributes)) is not None:
        return events.rejected_for(state, "undeclared", f"attributes: {fault}", lodged(state))
    return None


def judge(state: State, application: claims.Application, rules: Rules) -> Decision:
    """Refuse what can not be accepted, ask for what is missing, and number what is complete."""
    procedure = rules.catalogue.get(application.procedure)
    if refusal := _refusal(application, procedure, rules):
        return Decision((events.refused(state, application, *refusal, lodged(state)),))
    assert procedure is not None  # noqa: S101 - an unknown procedure is a refusal
    required = [item.id for item in procedure.checklist if item.required]
    missing = tuple(item for item in required if item not in state.components)
    if missing:
        reason = "thiếu thành phần hồ sơ / the dossier is incomplete"
        cause = _last_handed_in(state)
        return Decision((events.supplement_requested(state, application, missing, reason, cause=cause),))
    complete = _complete(state, required)
    day = complete.at.astimezone(ZONE).strftime("%y%m%d")
    series = f"{application.receiving_unit}-{day}"

    def then(number: int) -> AnyEvent:
        if number > MAX_A_DAY:
            return events.refused(state, application, "day-full", _day_full(application, complete), complete)
        code = f"{series}-{number:04d}"
        return events.received(state, code, receipt(state, application, procedure, complete.at, rules), complete)

    return Decision(allotment=Allotment(series, state.submission, then))


def judge_history(state: State, application: claims.Application, code: str) -> AnyEvent:
    """Take over a dossier that was accepted elsewhere, long ago: it keeps its code and its date."""
    cause = lodged(state)
    if not state.from_import:
        return events.refused(state, application, "unknown-procedure", HISTORY_IS_IMPORTED, cause)
    if code != state.submission:
        return events.refused(state, application, "unknown-procedure", HISTORY_KEEPS_ITS_CODE, cause)
    return events.received(state, code, historic_receipt(state, application), cause)


def lodged(state: State) -> Cause:
    """The application as the cause of its answer; there has to be an application."""
    assert state.applied_at is not None  # noqa: S101 - there is an application
    return Cause(state.applied_at, state.applied_by)


def _refusal(application: claims.Application, procedure: Procedure | None, rules: Rules) -> tuple[str, str] | None:
    """The code and the reason for which no documents could help, in the citizen's language; None if there is none."""
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


def _day_full(application: claims.Application, complete: Cause) -> str:
    unit, day = application.receiving_unit, complete.at.astimezone(ZONE).strftime("%d/%m/%Y")
    return (
        f"{unit}: đã cấp hết {MAX_A_DAY} số của ngày {day}, xin nộp lại vào ngày khác / "
        f"has given out all {MAX_A_DAY} numbers of {day}; come again on another day"
    )


def _last_handed_in(state: State) -> Cause:
    """The last time that documents came in: every set of missing items is asked for once."""
    if not state.supplements:
        return lodged(state)
    last = state.supplements[-1]
    return Cause(last.at, last.event)


def _complete(state: State, required: list[str]) -> Cause:
    """The moment at which the last required item came in, and the claim that brought it."""
    have = set(state.application.components if state.application else ())
    complete = lodged(state)
    for supplement in state.supplements:
        if not have.issuperset(required):
            complete = Cause(max(supplement.at, complete.at), supplement.event)
        have |= set(supplement.components)
    return complete
