"""What reports read, worked out anew from all that is on record."""

from collections.abc import Sequence

from chassis.service import Service
from chassis.store import MongoStore
from services.cli.shop import all_services
from services.cli.surroundings import store_of, surroundings
from services.sla.line import line_of
from services.sla.state import State

CHUNK = 500
"""Dossiers whose lines are rewritten together."""


async def rebuild_lines() -> int:
    """Write the lines of all dossiers anew. Returns how many have one."""
    settings = surroundings()
    store, watch = store_of(settings, "sla"), all_services(settings)["sla"]
    try:
        await store.prepare(watch.indexes)
        keys = [key async for key in store.all_keys()]
        return sum([await rewrite_lines(store, watch, keys[n : n + CHUNK]) for n in range(0, len(keys), CHUNK)])
    finally:
        store.close()


async def rewrite_lines(store: MongoStore, watch: Service[State], keys: Sequence[str]) -> int:
    """Write the lines of these documents anew, while the service may be at work. Returns how many have one."""
    found = (await store.load(keys, whole=True)).values()
    for doc in found:
        doc.line = line_of(watch.fold(doc.events))
    await store.rewrite_lines(list(found))
    return sum(doc.line is not None for doc in found)
