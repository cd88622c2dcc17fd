"""Routing, wired."""

from chassis.app import App, Context
from contracts.rules import load_rule_sets
from contracts.worktime import load_calendar
from services.routing.handlers import service
from services.routing.rules import Rules


def build(context: Context) -> App:
    """Routing has no outside world: a calendar and the rule sets are all it needs."""
    rule_sets = load_rule_sets(context.settings.rules)
    return App(service(Rules(load_calendar(context.settings.calendar), rule_sets)))
