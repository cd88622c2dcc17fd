"""The interface between the runner and a service's wiring."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from chassis.core.service import Service
from chassis.runtime.bus.record import Publish
from chassis.runtime.http.access import OPEN, Access
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore


@dataclass(frozen=True)
class Context:
    """The surroundings of one running service.

    Attributes:
        settings: from the environment.
        store: the service's own database.
        publish: puts messages on the bus, acknowledged by all in-sync replicas when it returns.
        access: by what the service knows who asks.
    """

    settings: Settings
    store: MongoStore
    publish: Publish
    access: Access = OPEN


async def _nothing() -> None:
    """Nothing to close."""


@dataclass(frozen=True)
class App:
    """A service, wired.

    Attributes:
        service: fold, decide and what they read.
        router: its published HTTP side, if it has one.
        internal: routes for the other services, on the operator's port.
        prepare: what its adapters need before the first event (indexes, folders).
        close: releases what its adapters hold.
    """

    service: Service[Any]
    router: APIRouter | None = None
    internal: APIRouter | None = None
    prepare: Callable[[], Awaitable[None]] = _nothing
    close: Callable[[], Awaitable[None]] = _nothing


Build = Callable[[Context], App]
"""Every `services/<name>/app.py` has one, called `build`."""
