"""Routing, wired."""

from chassis.app import App, Context
from contracts.procedures import load_directory
from contracts.rules import load_rule_sets
from contracts.worktime import load_calendar
from services.routing.handlers import service
from services.routing.rules import Rules


def build(context: Context) -> App:
    """Routing has no outside world: a calendar and the rule sets are all it needs."""
    settings, agencies = context.settings, load_directory().agencies
    rules = Rules(load_calendar(settings.calendar, agencies), load_rule_sets(settings.rules), agencies=agencies.keys())
    return App(service(rules))
