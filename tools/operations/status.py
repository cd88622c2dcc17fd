"""The figures of `status`: read from the services' own documents and from the bus."""

from collections.abc import Mapping
from typing import Any

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import LIVE
from contracts.topics import SERVICES, dead_letter_topic
from services.intake import queries as intake_queries
from services.notify import queries as notify_queries
from services.rating import queries as rating_queries
from services.routing import queries as routing_queries
from services.sla import queries as sla_queries
from tools.operations import dead_letters
from tools.operations.environment import store_of
from tools.operations.registry import all_services, groups


async def figures(settings: Settings, timeline: str = LIVE) -> dict[str, Any]:
    """Everything `status --json` prints: of one timeline; records, lag, dead letters and ticks of the whole bus."""
    stores = {name: store_of(settings, name) for name in SERVICES}
    try:
        async with Admin(settings.bus) as admin:
            records = await admin.records()
            lag = await admin.lag(groups(settings))
        dead = sum([len(await dead_letters.list_open(settings.bus, name)) for name in SERVICES])
        return {
            "timeline": timeline,
            "dossiers": await _dossiers(stores, timeline),
            "holding": await _holding(stores["routing"], timeline),
            "escalations": await _escalations(stores["sla"], timeline),
            "letters": await notify_queries.letters(stores["notify"], timeline),
            "topics": {topic: n for topic, n in records.items() if topic not in map(dead_letter_topic, SERVICES)},
            "ratings": await _ratings(stores["rating"], timeline),
            "notifications": await notify_queries.message_figures(stores["notify"], timeline),
            "lag": {group.removeprefix(settings.group_prefix): n for group, n in lag.items()},
            "dead_letters": dead,
            "timelines": await _timelines(stores),
            "outdated": {
                name: await stores[name].count_outdated(service.code)
                for name, service in all_services(settings).items()
            },
        }
    finally:
        for store in stores.values():
            store.close()


async def _timelines(stores: dict[str, MongoStore]) -> dict[str, dict[str, str]]:
    """Of timelines on which a tick waits, how far each service has passed them on; empty: not at all."""
    waiting = set[str]().union(*[await store.open_timelines() for store in stores.values()])
    return {
        timeline: {
            name: passed.isoformat() if (passed := (await store.timeline(timeline)).passed_on) else ""
            for name, store in stores.items()
        }
        for timeline in sorted(waiting)
    }


async def _dossiers(stores: Mapping[str, MongoStore], timeline: str) -> dict[str, int]:
    intake, routing, sla = stores["intake"], stores["routing"], stores["sla"]
    phases = {row["_id"]: row["n"] for row in await routing.aggregate(routing_queries.by_phase(timeline))}
    return {
        "received": await intake.count(intake_queries.received(timeline)),
        "open": sum(phases.get(phase, 0) for phase in routing_queries.OPEN),
        "completed": phases.get("completed", 0),
        "delivered": await intake.count(intake_queries.delivered(timeline)),
        "withdrawn": phases.get("withdrawn", 0),
        "overdue": await sla.count(sla_queries.late(timeline)),
        "due_soon": await sla.count(sla_queries.due_soon(timeline)),
    }


async def _holding(routing: MongoStore, timeline: str) -> dict[str, int]:
    return {row["_id"]: row["n"] for row in await routing.aggregate(routing_queries.by_holder(timeline))}


async def _escalations(sla: MongoStore, timeline: str) -> int:
    found = await sla.aggregate(sla_queries.escalations(timeline))
    return int(found[0]["n"]) if found else 0


async def _ratings(rating: MongoStore, timeline: str) -> dict[str, int]:
    found = await rating.aggregate(rating_queries.counted_points(timeline))
    return {name: int(found[0][name]) if found else 0 for name in ("count", "points", "of")}
