"""SLA, wired."""

from chassis.app import App, Context
from contracts.procedures import load_directory
from contracts.worktime import load_calendar
from services.sla.decide import Rules
from services.sla.handlers import service


def build(context: Context) -> App:
    """The deadline watch has no outside world: a calendar and who reports to whom are all it needs."""
    superiors = {code: agency.reports_to for code, agency in load_directory().agencies.items() if agency.reports_to}
    return App(service(Rules(load_calendar(context.settings.calendar), superiors)))
