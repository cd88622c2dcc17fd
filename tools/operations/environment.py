"""The environment of every command: the settings, and where the bus and the stores answer."""

from typing import TYPE_CHECKING

from chassis.runtime.settings import Settings, load_settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import SERVICES
from tools.operations.installation import EMBEDDED_STACK, holds

if TYPE_CHECKING:
    from chassis.runtime.bus.connection import Bus

ADMIN = "admin"
"""Principal that makes topics and gives rights (*người quản trị*); the broker lets it do everything."""

PERSONAL_KEYS = "personal-data.keys"
"""The file with the keys of personal data, in the embedded stack's folder of credentials."""

OPERATOR = "operator"
"""Principal of whoever types a command (*người vận hành*)."""

SIMULATOR = "simulator"
"""Principal of whoever plays portals, agencies and clocks: a simulated week, an imported log, the tour."""


class NotRunningError(Exception):
    """No bus or store to talk to; says how to get one."""


class NotReadyError(Exception):
    """A service did not come up, or ended; says where its log is."""


def environment(principal: str = OPERATOR) -> Settings:
    """Settings from the environment; what they leave open is taken from the embedded stack of this folder.

    Args:
        principal: who this process is on the bus, where the bus asks: a service, OPERATOR or SIMULATOR.

    Raises:
        NotRunningError: neither says where Kafka or the stores are.
        SettingsError: what they say can not be used.
    """
    settings = _completed(load_settings(), principal)
    if not settings.kafka or not all(settings.mongo_for(name) for name in SERVICES):
        raise NotRunningError(f"neither Kafka nor MongoDB is known: {_remedy('LIENTHONG_KAFKA and LIENTHONG_MONGO')}")
    return settings


def known_bus(principal: str = OPERATOR) -> "Bus":
    """The bus, for commands that need no store; raises as `environment_of_bus` does."""
    return environment_of_bus(principal).bus


def environment_of_bus(principal: str = OPERATOR) -> Settings:
    """Settings for commands that need the bus and no store.

    Raises:
        NotRunningError: nobody says where Kafka is.
        SettingsError: what is said of it can not be used.
    """
    settings = _completed(load_settings(), principal)
    if settings.kafka:
        return settings
    raise NotRunningError(f"Kafka is not known: {_remedy('LIENTHONG_KAFKA')}")


def local_settings() -> Settings:
    """The settings as far as they are known here, for commands that need neither bus nor stores.

    Raises:
        SettingsError: what they say can not be used.
    """
    return _completed(load_settings(), OPERATOR)


def store_of(settings: Settings, name: str) -> MongoStore:
    """A connection to one service's store, for reading."""
    return MongoStore(settings.mongo_for(name), settings.database_prefix + name)


def _completed(settings: Settings, principal: str) -> Settings:
    """The settings, with what they leave open from the embedded stack, where this installation holds one.

    Without it the services listen on their usual ports.
    """
    if not holds(EMBEDDED_STACK):
        return settings.speaking_as(principal)
    from deploy.embedded import Ports, read_endpoints  # noqa: PLC0415 - the image of the services holds no such package

    endpoints = read_endpoints(settings.home)
    usual = Ports.from_env()
    http = (endpoints.http if endpoints else {}) or dict(usual.http)
    operators = (endpoints.operators if endpoints else {}) or dict(usual.operators)
    found: dict[str, object] = {
        "http_ports": http | settings.http_ports,
        "operator_ports": operators | settings.operator_ports,
        "issuer_port": settings.issuer_port or (endpoints.issuer if endpoints else 0) or usual.issuer,
    }
    if endpoints:
        stores = {name: settings.mongo_for(name) or endpoints.mongo[name] for name in SERVICES}
        found |= {"kafka": settings.kafka or endpoints.kafka, "stores": stores}
        if not settings.kafka:
            found["kafka_access"] = settings.kafka_access or endpoints.access
        if endpoints.access and (keys := endpoints.access / PERSONAL_KEYS).exists():
            found["kek_file"] = settings.kek_file or keys
    return settings.model_copy(update=found).speaking_as(principal)


def _remedy(variables: str) -> str:
    """How to say where the servers are."""
    stack = "run `lienthong stack up` here, or " if holds(EMBEDDED_STACK) else ""
    return f"{stack}set {variables}"
