"""Work out the report rows of sla's dossiers anew, from all that is on record."""

from collections.abc import Sequence

from chassis.core.service import Service
from chassis.runtime.store.mongo import MongoStore
from services.sla.report_row import row_of
from services.sla.state import State
from tools.operations.environment import environment, store_of
from tools.operations.registry import all_services

CHUNK = 500
"""Dossiers whose rows are rewritten together. With more, more histories are in memory; with fewer, the store is asked
more often."""


async def rebuild_report_rows() -> int:
    """Write the report rows of all dossiers anew. Returns how many have one."""
    settings = environment()
    store, watch = store_of(settings, "sla"), all_services(settings)["sla"]
    try:
        await store.prepare(watch.indexes)
        keys = [key async for key in store.all_keys()]
        return sum([await rewrite_report_rows(store, watch, keys[n : n + CHUNK]) for n in range(0, len(keys), CHUNK)])
    finally:
        store.close()


async def rewrite_report_rows(store: MongoStore, watch: Service[State], keys: Sequence[str]) -> int:
    """Write the report rows of these documents anew, while the service may be at work. Returns how many have one."""
    found = (await store.load(keys, with_history=True)).values()
    for doc in found:
        doc.report_row = row_of(watch.fold(doc.events))
    await store.rewrite_report_rows(list(found))
    return sum(doc.report_row is not None for doc in found)
