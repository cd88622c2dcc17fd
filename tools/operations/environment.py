"""What every command needs first: settings, and where the bus and the stores answer."""

from chassis.runtime.settings import Settings, load_settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import SERVICES
from deploy.embedded import Ports, read_endpoints


class NotRunningError(Exception):
    """No bus or store to talk to; says how to get one."""


class NotReadyError(Exception):
    """A service did not come up, or ended; says where its log is."""


def surroundings() -> Settings:
    """Settings from the environment; what they leave open is taken from the embedded stack of this folder.

    Raises:
        NotRunningError: neither says where Kafka or the stores are.
    """
    settings = load_settings()
    endpoints = read_endpoints(settings.home)
    stores = {name: settings.mongo_for(name) for name in SERVICES}
    http = (endpoints.http if endpoints else {}) or dict(Ports.from_env().http)
    settings = settings.model_copy(update={"http_ports": http | settings.http_ports})
    if endpoints:
        settings = settings.model_copy(
            update={
                "kafka": settings.kafka or endpoints.kafka,
                "stores": {name: url or endpoints.mongo[name] for name, url in stores.items()},
            }
        )
    if not settings.kafka or not all(settings.mongo_for(name) for name in SERVICES):
        raise NotRunningError(
            "neither Kafka nor MongoDB is known: run `lienthong stack up` here, "
            "or set LIENTHONG_KAFKA and LIENTHONG_MONGO"
        )
    return settings


def surroundings_of_bus() -> str:
    """Where Kafka answers, for commands that need no store.

    Raises:
        NotRunningError: nobody says where Kafka is.
    """
    settings = load_settings()
    endpoints = read_endpoints(settings.home)
    if kafka := settings.kafka or (endpoints.kafka if endpoints else ""):
        return kafka
    raise NotRunningError("Kafka is not known: run `lienthong stack up` here, or set LIENTHONG_KAFKA")


def store_of(settings: Settings, name: str) -> MongoStore:
    """A connection to one service's store, for reading."""
    return MongoStore(settings.mongo_for(name), settings.database_prefix + name)
