"""Routing, wired."""

from chassis.app import App, Context
from contracts.worktime import load_calendar
from services.routing.decide import Rules
from services.routing.handlers import service


def build(context: Context) -> App:
    """Routing has no outside world: a calendar is all it needs."""
    return App(service(Rules(load_calendar(context.settings.calendar))))
