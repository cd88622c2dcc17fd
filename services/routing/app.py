"""Routing, wired."""

from chassis.app import App, Context
from contracts.worktime import load_calendar
from services.routing.handlers import service
from services.routing.rules import Rules


def build(context: Context) -> App:
    """Routing has no outside world: a calendar is all it needs."""
    return App(service(Rules(load_calendar(context.settings.calendar))))
