"""How a process joins the stack: where the servers answer, and as which principal it speaks to the bus."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.runtime.settings import Settings
from deploy.embedded.endpoints import Endpoints

if TYPE_CHECKING:
    from chassis.runtime.bus.connection import Bus

ADMIN = "admin"
"""The broker's super user: it makes topics and gives rights. The stack and `lienthong access` use it, and tests that
have nothing to do with identity."""


def settings_of(found: Endpoints, home: Path, principal: str = ADMIN, **more: Any) -> Settings:
    """The settings of a process that runs as this principal; `home` is a folder of its own."""
    settings = Settings(home=home, kafka=found.kafka, kafka_access=found.access, stores=found.mongo, **more)
    return settings.speaking_as(principal)


def bus_of(found: Endpoints, principal: str = ADMIN) -> "Bus":
    """The bus, as this principal reaches it."""
    return Settings(kafka=found.kafka, kafka_access=found.access).speaking_as(principal).bus


def variables_of(found: Endpoints) -> dict[str, str]:
    """What services as processes are told of the servers; each takes the credentials of its own principal."""
    access = {"LIENTHONG_KAFKA_ACCESS": str(found.access)} if found.access else {}
    stores = {f"LIENTHONG_MONGO_{name.upper()}": url for name, url in found.mongo.items()}
    return {"LIENTHONG_KAFKA": found.kafka, **access, **stores}
