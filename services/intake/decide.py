"""The decisions on a submission: receipt, request for what is missing, refusal; later withdrawal, delivery, erasure.

The judgement of an application stands in `judging`, the receipt in `receipt`, what follows it in `after_receipt`, and
the end of the applicant's personal data in `erasing`.
"""

import re
from datetime import datetime

from chassis.core.decision import Decision
from domain.procedures import Directory
from services.intake import events
from services.intake.after_receipt import after_receipt, withdrawal
from services.intake.erasing import with_erasure
from services.intake.judging import judge, judge_history, lodged, unspeakable
from services.intake.rules import Rules
from services.intake.state import State

CODE_NUMBER = re.compile(r"\d{6}-\d{4}")
"""The part of a dossier code after the unit: the day as yymmdd, and the number of that day."""


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """What follows from the submission, and whether its applicant is to be erased."""
    return with_erasure(_answered(state, rules), state, now, rules)


def _answered(state: State, rules: Rules) -> Decision:
    """Judge the application if it is not judged, else say what the citizen did since.

    A complete dossier gets its number even if it was withdrawn before anybody looked at it: it is received, and then
    withdrawn. For if the process died before it saved, the number may be given out already, and the register must not
    leave it out.
    """
    application = state.application
    if application is None:
        return Decision()
    if not state.from_import and is_given_out(state.submission, rules.directory):
        reason = (
            f"{state.submission}: mã của hồ sơ khác, hãy chọn mã khác / the code of a dossier; choose an id of your own"
        )
        return Decision((events.id_refused(state, application, reason, lodged(state)),))
    if state.code or state.outcome in ("refused", "withdrawn"):
        return Decision(tuple(after_receipt(state, application)))
    if (said := unspeakable(state, application, rules)) is not None:
        return Decision((said,))
    if application.historic_code is not None:
        return Decision((judge_history(state, application, application.historic_code),))
    judged = judge(state, application, rules)
    if state.withdrawals and judged.allotment is None:
        return Decision((events.submission_withdrawn(state, application, withdrawal(state)),))
    return judged


def is_given_out(code: str, directory: Directory) -> bool:
    """Tell whether this has the form of the codes that units here give their dossiers."""
    unit, _, number = code.partition("-")
    return unit in directory.agencies and CODE_NUMBER.fullmatch(number) is not None
