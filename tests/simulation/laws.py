"""The laws of a simulated world at rest: those of any run, and those that only a world can judge."""

from collections.abc import Iterator
from datetime import timedelta

from contracts.envelope import LIVE
from tests.laws.all import ENDED, LAWS
from tests.simulation.findings import WorldFindings
from tests.simulation.laws_outside import OUTSIDE
from tests.simulation.laws_records import RECORDS
from tests.simulation.laws_timelines import TIMELINES
from tests.simulation.voice import BEHIND
from tests.simulation.world import World


def check(world: World) -> WorldFindings:
    """Judge a world at rest, by what was found there.

    Raises:
        AssertionError: at the first law that is broken.
    """
    findings = WorldFindings(world)
    for law in (*LAWS, *GROUPS, *ENDED, *OUTSIDE, *TIMELINES, *RECORDS):
        for complaint in law(findings):
            raise AssertionError(f"{law.__name__.replace('_', ' ')}: {complaint}")
    return findings


def nothing_is_committed_before_it_is_done(found: WorldFindings) -> Iterator[str]:
    """Nor before all that was read before it."""
    for shop in found.world.shops:
        if early := shop.group.committed_too_early:
            yield f"{shop.service.name} {early}"


def everything_is_committed(found: WorldFindings) -> Iterator[str]:
    for shop in found.world.shops:
        if shop.group.lag:
            yield f"{shop.service.name} has {shop.group.lag} records to go"


def nothing_is_said_before_its_instant(found: WorldFindings) -> Iterator[str]:
    for record, event in found.said:
        behind = timedelta() if event.timeline == LIVE else BEHIND
        if event.source == "/lienthong/sla" and event.time > record.at - behind:
            yield f"{event.type} of {event.time} at {record.at - behind}"


GROUPS = (nothing_is_committed_before_it_is_done, everything_is_committed, nothing_is_said_before_its_instant)
