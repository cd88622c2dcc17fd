"""The wiring of intake."""

from chassis.runtime.app import App, Context
from chassis.runtime.personal.keys import load_personal_keys
from chassis.runtime.states import States
from domain.procedures import load_catalogue, load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.intake.adapters import Eraser, PersonalDataStore, make_router
from services.intake.rules import Rules
from services.intake.service import service


def build(context: Context) -> App:
    """Intake judges by the catalogue and answers over HTTP."""
    directory, settings = load_directory(), context.settings
    calendar = load_calendar(settings.calendar, directory.agencies)
    rules = Rules(load_catalogue(directory=directory), directory, calendar, load_rule_sets(settings.rules))
    personal_data = PersonalDataStore(context.store, load_personal_keys(settings))
    intake = service(rules, Eraser(personal_data).perform)
    routes = make_router(context, States(intake, context.store), personal_data, rules.catalogue)
    return App(intake, routes, prepare=personal_data.prepare)
