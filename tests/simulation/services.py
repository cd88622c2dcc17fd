"""The five services as they are in production, on simulated surroundings."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

from typing_extensions import override

from chassis.core.service import Service
from domain.procedures import load_catalogue, load_directory
from services.intake import rules as intake_rules
from services.intake import service as intake
from services.notify import service as notify
from services.notify.adapters.delivery import Delivery
from services.notify.adapters.digest import Digests
from services.notify.adapters.names import Names
from services.notify.adapters.pdf import PdfRenderer, Sheet
from services.notify.adapters.writing import Writer
from services.rating import service as rating
from services.routing import service as routing
from services.sla import decide as sla_rules
from services.sla import service as sla
from tests.laws import rules
from tests.simulation.post import MEDIA, FarCarrier, FarContacts, Post
from tests.simulation.wire import Wire


@cache
def services() -> dict[str, Service[Any]]:
    """Fold and decide of all five."""
    directory = load_directory()
    catalogue = load_catalogue(directory=directory)
    superiors = {code: agency.reports_to for code, agency in directory.agencies.items() if agency.reports_to}
    return {
        "intake": intake.service(intake_rules.Rules(catalogue, directory, rules.calendar())),
        "routing": routing.service(rules.routing()),
        "sla": sla.service(sla_rules.Rules(rules.calendar(), superiors)),
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
