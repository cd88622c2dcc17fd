"""All services as values and functions, without their outside world: for groups, replay and simulation."""

from functools import cache
from pathlib import Path
from typing import Any

from chassis.core.service import Service
from chassis.runtime.settings import Settings
from domain.procedures import load_catalogue, load_directory
from domain.rules import load_rule_sets
from domain.worktime import load_calendar
from services.intake import rules as intake_rules
from services.intake.service import service as intake
from services.notify.service import service as notify
from services.rating.service import service as rating
from services.routing import rules as routing_rules
from services.routing.service import service as routing
from services.sla import decide as sla_rules
from services.sla.service import service as sla


def all_services(settings: Settings) -> dict[str, Service[Any]]:
    """Every service by name."""
    return _services(settings.calendar, settings.rules)


@cache
def _services(calendar_file: Path | None, rules_file: Path | None) -> dict[str, Service[Any]]:
    """Made once a process: reading the catalogue takes longer than all that a look at the figures needs."""
    calendar, directory, rule_sets = load_calendar(calendar_file), load_directory(), load_rule_sets(rules_file)
    rules = intake_rules.Rules(load_catalogue(directory=directory), directory, calendar, rule_sets)
    found = (
        intake(rules),
        routing(routing_rules.Rules(calendar, rule_sets)),
        sla(sla_rules.Rules(calendar, rule_sets=rule_sets)),
        rating(),
        notify(),
    )
    return {service.name: service for service in found}


def groups(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Topics that each consumer group reads."""
    return {settings.group_prefix + name: service.topics for name, service in all_services(settings).items()}
