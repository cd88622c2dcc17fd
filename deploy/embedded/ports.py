"""The loopback ports of stack and services: the usual ones, a block from a given base, or free ones for tests."""

import itertools
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.embedded.endpoints import KAFKA, SERVICES, StackError

HOST = "127.0.0.1"
BASE_VARIABLE = "LIENTHONG_PORT_BASE"
LOWEST_BASE = 1024
"""Lower ports belong to the system."""

MOST_BROKERS = 3
"""Ports are kept free for so many, so that HTTP stays where it is when brokers are added to a new stack."""

HTTP_OFFSET = 2 * MOST_BROKERS + len(SERVICES)
"""The services' HTTP ports come after all others, at the same place however many brokers there are."""
OPERATOR_OFFSET = HTTP_OFFSET + len(SERVICES)
"""The ports for operators and other services come after them."""
ISSUER_OFFSET = OPERATOR_OFFSET + len(SERVICES)
"""The development issuer has the last one."""
HIGHEST_BASE = 65535 - ISSUER_OFFSET
# Below the ports that a kernel lends to outgoing connections: one of those could take the place of a killed server.
FREE_BASES = range(20000, 32000)


@dataclass(frozen=True)
class Ports:
    """Ports for Kafka's clients, its controller, each service's store and HTTP sides; two for each more broker.

    And one for the issuer for development.
    """

    kafka: int
    controller: int
    stores: Mapping[str, int]
    http: Mapping[str, int]
    operators: Mapping[str, int]
    issuer: int
    more: tuple[tuple[int, int], ...] = ()

    @classmethod
    def usual(cls, brokers: int = 1) -> "Ports":
        """Return the documented ports."""
        return cls(19092, 19093, _each(27201), _each(8101), _each(8201), 8210, _pairs(19094, brokers - 1))

    @classmethod
    def from_base(cls, base: int, brokers: int = 1) -> "Ports":
        """Return ports in a row.

        Kafka, its controller, the stores in the order of the services, more brokers, HTTP, operators, the issuer.
        """
        stores, http, operators = (_each(base + offset) for offset in (2, HTTP_OFFSET, OPERATOR_OFFSET))
        more = _pairs(base + 2 + len(SERVICES), brokers - 1)
        return cls(base, base + 1, stores, http, operators, base + ISSUER_OFFSET, more)

    @classmethod
    def from_env(cls, brokers: int = 1) -> "Ports":
        """Return the usual ports, or those from the base that the environment names."""
        text = os.environ.get(BASE_VARIABLE, "")
        if not text:
            return cls.usual(brokers)
        if not text.isdecimal() or not LOWEST_BASE <= int(text) <= HIGHEST_BASE:
            raise StackError(f"{BASE_VARIABLE}={text} is no port to start from; take a number such as 31000")
        return cls.from_base(int(text), brokers)

    @classmethod
    def free(cls, brokers: int = 1) -> "Ports":
        """Return ports that nobody listens on at this moment."""
        while True:
            ports = cls.from_base(FREE_BASES.start + secrets.randbelow(len(FREE_BASES)), brokers)
            if not any(map(_is_taken, ports.all)):
                return ports

    @property
    def all(self) -> tuple[int, ...]:
        """Return every port."""
        served = (*self.stores.values(), *self.http.values(), *self.operators.values())
        return (*itertools.chain(*self.brokers.values()), *served, self.issuer)

    @property
    def brokers(self) -> dict[str, tuple[int, int]]:
        """Return the ports for clients and controller of every broker: `kafka`, `kafka-2`, `kafka-3`."""
        pairs = ((self.kafka, self.controller), *self.more)
        return {broker_name(number): pair for number, pair in enumerate(pairs, 1)}

    def of(self, name: str) -> tuple[int, ...]:
        """Return the ports that the server of this name listens on."""
        return self.brokers.get(name) or (self.stores[name],)


def broker_name(number: int) -> str:
    """Return what a broker is called: the first is simply `kafka`."""
    return KAFKA if number == 1 else f"{KAFKA}-{number}"


def _each(first: int) -> dict[str, int]:
    """Return a port for each service, in their order."""
    return dict(zip(SERVICES, range(first, first + len(SERVICES)), strict=True))


def _pairs(first: int, count: int) -> tuple[tuple[int, int], ...]:
    return tuple((port, port + 1) for port in range(first, first + 2 * count, 2))


def require_free(ports: Ports, name: str) -> None:
    """Raise a StackError when another program listens where this server has to."""
    for port in ports.of(name):
        if _is_taken(port):
            what = f"the store of {name}" if name in SERVICES else name.capitalize()
            raise StackError(
                f"port {port}, meant for {what}, is taken by another program: stop that one "
                f"(`ss -ltnp 'sport = :{port}'` names it) or set {BASE_VARIABLE} to a base such as 31000"
            )


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # Connections that lately ended there do not matter, only a listener does.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
            candidate.listen()
        except OSError:
            return True
    return False
