"""Services that keep or lose personal data against the law, each in one way, and one that passes it on."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from chassis.core.decision import Decision
from chassis.core.service import Service
from contracts import intake
from domain.personal_data import Retentions, load_retentions
from domain.procedures import load_catalogue, load_directory
from services.intake import rules as intake_rules
from services.intake import service as intake_handlers
from services.intake.erasing import Erasing
from services.routing import objections
from tests.laws.rules import calendar
from tests.simulation.breaking import deaf, deciding, said
from tests.simulation.services import altered
from tests.simulation.variants import Variant


def a_day_short() -> Retentions:
    """Rules that keep everything a day less than the law says."""
    return Retentions(tuple(rule.model_copy(update={"days": rule.days - 1}) for rule in load_retentions().rules))


def erases_a_day_early(service: Service[Any]) -> Service[Any]:
    """Intake by other days."""
    if service.name != "intake":
        return service
    directory = load_directory()
    catalogue = load_catalogue(directory=directory)
    return intake_handlers.service(intake_rules.Rules(catalogue, directory, calendar(), retentions=a_day_short()))


def _keeping(made: Decision) -> Decision:
    orders = [effect for effect in made.effects if isinstance(effect.order, Erasing)]
    return replace(made, effects=(), timer=None) if orders else made


def passes_words_on(service: Service[Any]) -> Service[Any]:
    """Routing that looks at no text."""
    if service.name != "routing":
        return service

    def decide(state: Any, now: datetime) -> Decision:
        with patch.object(objections, "refuses_personal_data", lambda _: False):
            return service.decide(state, now)

    return altered(service, decide=decide)


BROKEN_ERASURE = (
    Variant(
        "erases a day early",
        product=erases_a_day_early,
        law="nobodys data is gone before the time to keep it is over",
        found_within=30,
    ),
    Variant(
        "never erases",
        product=deciding("intake", _keeping),
        law="after the time to keep it nobodys data is there",
        found_within=60,
    ),
    Variant(
        "keeps the letters of the erased",
        product=deaf("notify", said(intake.ApplicantErased)),
        law="what was told an erased applicant is kept nowhere",
        found_within=60,
    ),
    Variant(
        "keeps the words of the erased",
        product=deaf("rating", said(intake.ApplicantErased)),
        law="words are gone with their applicant",
        found_within=60,
    ),
    Variant(
        "passes on what a reason says of a person",
        product=passes_words_on,
        law="no word of a person is passed on",
        found_within=60,
    ),
)
