"""The environment of a contender: the benchmark runner sets its variables."""

import os
from datetime import UTC, datetime
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern

from chassis.core.service import Service
from chassis.runtime.settings import Settings
from tools.operations.registry import all_services

KAFKA = os.environ.get("BENCH_KAFKA", "")
MONGO = os.environ.get("BENCH_MONGO", "")
GROUP = os.environ.get("BENCH_GROUP", "")
FOLDER = os.environ.get("BENCH_FOLDER", "")

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""The moment at which `sla` decides on what arrives: what only time makes true is left to its sweeps."""


def sla() -> Service[Any]:
    """The job: fold and decide of the deadline watch."""
    return all_services(Settings())["sla"]


def documents() -> Any:
    """A collection of its own, with the durability of the product's: majority, and the journal on the disk."""
    client: Any = AsyncIOMotorClient(MONGO, tz_aware=True)
    return client.get_database(GROUP, write_concern=WriteConcern("majority", j=True)).documents
