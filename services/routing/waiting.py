"""How long a report waits that comes before what it follows from.

Only what the bus has stamped waits, on the live timeline, where a clock is looked at when all that was on the bus is
read (docs/decisions/0010 and 0024). Elsewhere history is played in its order, and what is wrong is told so at once.
"""

from datetime import datetime

from services.routing.dossier import Report, State
from services.routing.objections import Objection
from services.routing.rules import NONE, Rules


def ripe_at(state: State, report: Report, found: Objection | None, rules: Rules) -> datetime | None:
    """Until when the answer to a report on a known dossier may still turn out otherwise; None if it can not.

    Who does not hold a step waits no longer than he was under way: who does is told so by a hand-over, and only reports
    that were held back can be older than that.
    """
    if found is None or not found.early or report.heard is None:
        return None
    patience = NONE if found.code == "not-the-holder" else rules.patience
    return rules.waits_until(state.received_at or report.heard, report, patience)


def ripe_unknown(state: State, report: Report, rules: Rules) -> datetime:
    """Until when the receipt of a dossier that nobody knows may still come.

    Without stamps the last report decides: so one that is read never makes the time come, only a clock does.
    """
    if report.heard is None:
        return max(one.told_at for one in state.unanswered if one.heard is None) + rules.patience
    return rules.waits_until(report.heard, report, rules.patience)
