"""The wiring of sla."""

from chassis.runtime.app import App, Context
from chassis.runtime.settings import read_environment
from chassis.runtime.states import States
from domain.procedures import load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.sla.adapters import router
from services.sla.rules import Rules
from services.sla.service import service
from services.sla.settings import SlaSettings


def build(context: Context) -> App:
    """The deadline watch needs a calendar, and who reports to whom; it tells why over HTTP.

    Raises:
        SettingsError: a setting of sla is unusable; says which and what to set.
    """
    settings, own, agencies = context.settings, read_environment(SlaSettings), load_directory().agencies
    superiors = {code: agency.reports_to for code, agency in agencies.items() if agency.reports_to}
    calendar, rule_sets = load_calendar(settings.calendar, agencies), load_rule_sets(settings.rules)
    rules = Rules(calendar, superiors, rule_sets, in_transit=own.in_transit)
    watch = service(rules)
    return App(watch, router(watch, rules, States(watch, context.store)))
