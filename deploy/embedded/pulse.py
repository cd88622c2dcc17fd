"""Whether a server of the stack answers, and where."""

from dataclasses import replace

from deploy.embedded import kafka, store
from deploy.embedded.endpoints import SERVICES, Endpoints
from deploy.embedded.joining import bus_of
from deploy.embedded.ports import broker_name


def address_of(name: str, endpoints: Endpoints) -> str:
    """Return where a server listens: of a store its URL, of a broker host and port."""
    brokers = enumerate(endpoints.kafka.split(","), 1)
    return endpoints.mongo.get(name) or {broker_name(number): address for number, address in brokers}[name]


def answers(name: str, endpoints: Endpoints) -> bool:
    """Tell whether a server does what is asked of it, and not only listens."""
    address = address_of(name, endpoints)
    if name in SERVICES:
        return store.answers(address)
    return kafka.answers(replace(bus_of(endpoints), servers=address))
