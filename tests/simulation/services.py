"""The five services as they are in production, on simulated surroundings."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from typing_extensions import override

from chassis.core.service import Service
from domain.procedures import load_catalogue, load_directory
from domain.rules import load_rule_sets
from domain.worktime import Calendar, load_calendar, worked
from services.intake import decide as intake_rules
from services.intake import service as intake
from services.notify import service as notify
from services.notify.adapters.delivery import Delivery
from services.notify.adapters.digest import Digests
from services.notify.adapters.names import Names
from services.notify.adapters.pdf import PdfRenderer, Sheet
from services.notify.adapters.writing import Writer
from services.rating import service as rating
from services.routing import rules as routing_rules
from services.routing import service as routing
from services.sla import decide as sla_rules
from services.sla import service as sla
from tests.simulation.post import MEDIA, FarCarrier, FarContacts, Post
from tests.simulation.wire import Wire


@cache
def calendar() -> Calendar:
    """The one that all go by."""
    return load_calendar(None)


@cache
def _routing_rules() -> routing_rules.Rules:
    return routing_rules.Rules(calendar())


def tolerates(received_at: datetime, occurred_at: datetime, told_at: datetime) -> bool:
    """Whether routing believes a report of this moment that was made at that one, of a dossier received then."""
    return _routing_rules().tolerates(received_at, occurred_at, told_at)


def tolerance(received_at: datetime) -> timedelta:
    """How late a report on a dossier received then may come, in working time."""
    return worked(load_rule_sets().on(received_at).late_reports.value, calendar())


@cache
def services() -> dict[str, Service[Any]]:
    """Fold and decide of all five."""
    directory = load_directory()
    catalogue = load_catalogue(directory=directory)
    superiors = {code: agency.reports_to for code, agency in directory.agencies.items() if agency.reports_to}
    return {
        "intake": intake.service(intake_rules.Rules(catalogue, directory, calendar())),
        "routing": routing.service(_routing_rules()),
        "sla": sla.service(sla_rules.Rules(calendar(), superiors)),
        "rating": rating.service(),
        "notify": notify.service(),
    }


def altered(service: Service[Any], **parts: Any) -> Service[Any]:
    """The service with other parts; unlike `replace`, without building its validators anew."""
    other = copy(service)
    for name, part in parts.items():
        object.__setattr__(other, name, part)
    return other


class BlankRenderer(PdfRenderer):
    """Prints nothing: setting letters would take a third of all time, and no fault of the world lies in it."""

    @override
    def render(self, sheets: Sequence[Sheet]) -> bytes:
        return b"%PDF-1.4 " + "; ".join(sheet.reference for sheet in sheets).encode()


@cache
def _words() -> tuple[Writer, Digests]:
    directory = load_directory()
    names = Names(directory, load_catalogue(directory=directory))
    return Writer(names, BlankRenderer()), Digests(directory, names)


def delivery(post: Post, wire: Wire, clock: Callable[[], datetime], in_turn: Callable[[], bool]) -> Delivery:
    """What notify does outside, through one process's wire."""
    carriers = {medium: FarCarrier(medium, post, wire, in_turn) for medium in MEDIA}
    return Delivery(FarContacts(wire), *_words(), carriers, carriers, clock=clock)
