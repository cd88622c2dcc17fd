"""The figures of `status`: read from the services' own documents and from the bus."""

from typing import Any

from chassis.admin import Admin
from chassis.settings import Settings
from chassis.store import MongoStore
from contracts.topics import SERVICES, dead_letter_topic
from services.cli.letters import open_letters
from services.cli.shop import groups
from services.cli.surroundings import store_of

TOTAL = {"$sum": 1}


async def figures(settings: Settings) -> dict[str, Any]:
    """Everything `status --json` prints."""
    stores = {name: store_of(settings, name) for name in SERVICES}
    try:
        async with Admin(settings.kafka) as admin:
            records = await admin.records()
            lag = await admin.lag(groups(settings))
        dead = sum([len(await open_letters(settings.kafka, name)) for name in SERVICES])
        return {
            "dossiers": await _dossiers(stores),
            "holding": await _holding(stores["routing"]),
            "escalations": await _sum(stores["sla"], "state.escalations"),
            "letters": await _sum(stores["notify"], "state.letters"),
            "topics": {topic: n for topic, n in records.items() if topic not in map(dead_letter_topic, SERVICES)},
            "ratings": await _ratings(stores["rating"]),
            "notifications": await _notifications(stores["notify"]),
            "lag": {group.removeprefix(settings.group_prefix): n for group, n in lag.items()},
            "dead_letters": dead,
        }
    finally:
        for store in stores.values():
            store.close()


async def _dossiers(stores: dict[str, MongoStore]) -> dict[str, int]:
    intake, routing, sla = stores["intake"], stores["routing"], stores["sla"]
    phases = {
        one["_id"]: one["n"] for one in await routing.aggregate([{"$group": {"_id": "$state.phase", "n": TOTAL}}])
    }
    return {
        "received": await intake.count({"state.code": {"$gt": ""}}),
        "open": phases.get("processing", 0) + phases.get("suspended", 0),
        "completed": phases.get("completed", 0),
        "delivered": await intake.count({"state.outcome": "delivered"}),
        "withdrawn": phases.get("withdrawn", 0),
        "overdue": await sla.count({"state.overdue": True, "state.kind": "dossier"}),
        "due_soon": await sla.count(
            {"state.phase": "open", "state.kind": "dossier", "state.due_soon": True, "state.overdue": False}
        ),
    }


async def _holding(routing: MongoStore) -> dict[str, int]:
    found = await routing.aggregate(
        [
            {"$match": {"state.phase": {"$in": ["processing", "suspended"]}}},
            {"$unwind": "$state.holding"},
            {"$group": {"_id": "$state.holding", "n": TOTAL}},
            {"$sort": {"n": -1, "_id": 1}},
        ]
    )
    return {one["_id"]: one["n"] for one in found}


async def _sum(store: MongoStore, path: str) -> int:
    found = await store.aggregate([{"$group": {"_id": None, "n": {"$sum": f"${path}"}}}])
    return int(found[0]["n"]) if found else 0


async def _ratings(rating: MongoStore) -> dict[str, int]:
    found = await rating.aggregate(
        [
            {"$unwind": "$state.ratings"},
            {"$match": {"state.ratings.published": True}},
            {
                "$group": {
                    "_id": None,
                    "count": TOTAL,
                    "points": {"$sum": "$state.ratings.points"},
                    "of": {"$sum": "$state.ratings.of"},
                }
            },
        ]
    )
    return {name: int(found[0][name]) if found else 0 for name in ("count", "points", "of")}


async def _notifications(notify: MongoStore) -> dict[str, int]:
    counts = ("sent", "doubtful", "failed", "unreached", "unaddressed", "pending")
    return {name: await _sum(notify, f"state.{name}") for name in counts}
