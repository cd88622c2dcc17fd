"""Routing, wired."""

from chassis.runtime.app import App, Context
from domain.procedures import load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.routing.rules import Rules
from services.routing.service import service


def build(context: Context) -> App:
    """Routing has no outside world: a calendar and the rule sets are all it needs."""
    settings, agencies = context.settings, load_directory().agencies
    rules = Rules(load_calendar(settings.calendar, agencies), load_rule_sets(settings.rules), agencies=agencies.keys())
    return App(service(rules))
