"""The patience with reports that come before what they follow from.

Only what the bus has stamped waits, on the live timeline, where a clock is looked at when all that was on the bus is
read (docs/decisions/0010 and 0024). Elsewhere history is played in its order, and what is wrong is told so at once.
"""

from datetime import datetime

from services.routing.objections import Objection
from services.routing.records import Report
from services.routing.rules import NONE, Rules
from services.routing.state import State


def ripe_at(state: State, report: Report, found: Objection | None, rules: Rules) -> datetime | None:
    """The moment until which the answer to a report on a known dossier may still change; None if it can not.

    A report of an agency that does not hold the step waits no longer than it was under way itself. The holder is told
    by a hand-over, so only a report that was held back can be older than that hand-over.
    """
    if found is None or not found.early or report.heard is None:
        return None
    patience = NONE if found.code == "not-the-holder" else rules.patience
    return rules.waits_until(state.received_at or report.heard, report, patience)


def ripe_unknown(state: State, report: Report, rules: Rules) -> datetime:
    """The moment until which the receipt of a dossier that nobody knows may still come.

    Without broker timestamps the last report decides. So reading a report never ends the wait; only a clock does.
    """
    if report.heard is None:
        return max(unstamped.told_at for unstamped in state.unanswered if unstamped.heard is None) + rules.patience
    return rules.waits_until(report.heard, report, rules.patience)
