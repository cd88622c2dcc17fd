"""SLA, wired."""

from chassis.app import App, Context
from contracts.procedures import load_directory
from contracts.rules import load_rule_sets
from contracts.worktime import load_calendar
from services.sla.adapters import router
from services.sla.decide import Rules
from services.sla.handlers import service


def build(context: Context) -> App:
    """The deadline watch needs a calendar, and who reports to whom; it tells why over HTTP."""
    superiors = {code: agency.reports_to for code, agency in load_directory().agencies.items() if agency.reports_to}
    settings = context.settings
    rules = Rules(
        load_calendar(settings.calendar), superiors, load_rule_sets(settings.rules), in_transit=settings.in_transit
    )
    watch = service(rules)
    return App(watch, router(watch, rules, context.store))
