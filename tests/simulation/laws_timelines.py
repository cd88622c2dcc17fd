"""What has to be true of a timeline that ticks tell: it is the same whatever happens to those who make it."""

from collections.abc import Iterator

from contracts import notify, sla
from contracts.intake import SubmissionRejected
from contracts.routing import ReportRejected
from contracts.watermarks import SlaPassed
from services.intake.events import ABOUT_RECORDS
from tests.delivered import delivered
from tests.simulation.findings import WorldFindings
from tests.simulation.reference import Said, lived_through
from tests.simulation.voice import SIMULATED

OUTCOMES = (notify.NotificationSent, notify.NotificationDoubtful, notify.NotificationFailed, notify.NotificationErased)
"""What comes of a message depends on its carrier, which is part of the world; and so does what is kept of it."""


def a_ticked_timeline_is_what_was_told_on_it(found: WorldFindings) -> Iterator[str]:
    """To the byte, and for each dossier in this order."""
    services = [shop.service for shop in found.world.shops]
    wanted, said = lived_through(found.world.player.windows, services, delivered, found.events), _said(found)
    outcomes = {kind.TYPE for kind in OUTCOMES}
    for topic, subject in sorted(wanted.keys() | said.keys()):
        place = topic, subject
        if topic not in outcomes and wanted.get(place) != said.get(place):
            yield f"{topic} of {subject}: {said.get(place)} instead of {wanted.get(place)}"


def nothing_is_taken_back_by_the_tick_that_said_it(found: WorldFindings) -> Iterator[str]:
    """Whoever reads what follows from a tick reads no lateness that the same tick denies."""
    passed = [place for place, (_, event) in enumerate(found.said) if isinstance(event.data, SlaPassed)]
    overdue = {e.id: place for place, (_, e) in enumerate(found.said) if isinstance(e.data, sla.DossierOverdue)}
    for place, (_, event) in enumerate(found.said):
        if isinstance(event.data, sla.DossierOverdueRetracted) and event.timeline == SIMULATED:
            said = overdue[event.data.overdue_id]
            if not any(said < mark < place for mark in passed):
                yield f"{event.data.overdue_id} is said and taken back by one tick"


def _said(found: WorldFindings) -> Said:
    """What the services said there, without repeats; not what they said to who sent a record that is none."""
    said: dict[tuple[str, str], dict[str, None]] = {}
    emitted = {payload.TYPE for shop in found.world.shops for payload in shop.service.emits}
    for record, event in found.said:
        answered = isinstance(event.data, ReportRejected | SubmissionRejected) and event.data.code in ABOUT_RECORDS
        own = event.type in emitted and event.source.startswith("/lienthong/") and not answered
        if event.timeline == SIMULATED and own:
            said.setdefault((event.type, event.subject), {})[(record.value or b"").decode()] = None
    return {place: list(values) for place, values in said.items()}


TIMELINES = (
    a_ticked_timeline_is_what_was_told_on_it,
    nothing_is_taken_back_by_the_tick_that_said_it,
)
