"""The wiring of routing."""

from chassis.runtime.app import App, Context
from chassis.runtime.states import States
from domain.procedures import load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.routing.adapters import holders_router
from services.routing.rules import Rules
from services.routing.service import service


def build(context: Context) -> App:
    """Put routing together. Calendar and rule sets are all it needs; it tells other services who holds a dossier."""
    settings, directory = context.settings, load_directory()
    rules = Rules(
        load_calendar(settings.calendar, directory.agencies),
        load_rule_sets(settings.rules),
        agencies=directory.agencies.keys(),
        is_officer_code=directory.is_officer_code,
    )
    routing = service(rules)
    return App(routing, internal=holders_router(States(routing, context.store)))
