"""The plan of rights on the bus: who may read and write what, as it follows from who owns each topic.

Pure. What is not in the plan is refused: the broker's authorizer denies whatever no rule allows. Nobody in the plan may
create, change or delete a topic; that is the administrator's alone, whom the broker lets do everything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from typing_extensions import override

from chassis.core.service import Service
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.claims import AgencyReported
from contracts.intake import ApplicantErased
from contracts.rating import RatingCounted, RatingPublished, RatingSubmitted
from contracts.topics import OF_DOSSIERS, OWNERS, PAYLOADS, SERVICES, dead_letter_topic

Resource = Literal["topic", "group", "transactional-id", "cluster"]
Operation = Literal[
    "all", "read", "write", "create", "delete", "alter", "describe", "cluster-action", "describe-configs",
    "alter-configs", "idempotent-write",
]  # fmt: skip
"""What Kafka's authorizer knows. The plan needs few of them; the others may be found on a bus."""

KEYS = "keys"
"""The owner, in `OWNERS`, of the topic that tells the agencies' public keys. Its principal is called `root`."""

WRITES: Mapping[str, tuple[str, ...]] = {
    "portals": ("intake",),
    "agencies": (),
    "clock": (),
    "calendar": (),
    "operators": (),
    KEYS: ("root",),
    **{name: (name,) for name in SERVICES},
}
"""The principals that write the topics of each owner in daily work. Agencies, simulator and operator are told below.

Portals write through intake, whose HTTP interface takes in what a citizen does."""

PLAYED = ("portals", "agencies", "clock", "calendar")
"""Owners outside the house whose part the simulator and the importer play."""

PUBLIC = (CalendarChanged.TYPE, CalendarRetracted.TYPE, RatingPublished.TYPE)
"""Topics that speak of no dossier of anybody's, or are meant for the public: every agency reads them in full."""

PRIVATE = (RatingSubmitted.TYPE, RatingCounted.TYPE)
"""Topics that say which dossier a rating belongs to. No agency gets them: an officer could tell who rated him."""

RELAYED = tuple(
    topic
    for name in SERVICES
    for topic in (payload.TYPE for payload in OWNERS[name])
    if topic in OF_DOSSIERS and topic not in (*PRIVATE, *PUBLIC)
)
"""Topics whose records the relay copies to the agencies that they concern: what services say of dossiers.

What agencies and portals claim is not copied: what came of it, the services say."""

KEEPERS_OF_PERSONS = ("intake", "rating", "notify")
"""Services that keep something of persons. At their start they read which of them were erased since: their store may
be a copy from before."""

RELAY, OPERATOR, AUDITOR, SIMULATOR, ROOT = "relay", "operator", "auditor", "simulator", "root"
HOUSE = (*SERVICES, RELAY, OPERATOR, AUDITOR, SIMULATOR, ROOT)
"""The principals that every installation has, besides one for each agency."""

AGENCY_PRINCIPAL = "agency-"
"""How the names of the agencies' principals begin; the code follows."""

ANY = "*"
"""Every name of a resource."""

THE_CLUSTER = "kafka-cluster"
"""The one name that Kafka has for a cluster as a resource."""


class Right(NamedTuple):
    """One rule about one principal. What no rule allows is refused.

    Attributes:
        principal: without Kafka's prefix `User:`.
        resource: what kind of thing it is about. Of a topic, to read or to write includes to describe it.
        name: its name; with `prefixed`, how the names begin; `*` for all.
        operation: what may be done.
        prefixed: whether it is about all names that begin so.
        denied: whether it forbids. The plan forbids nothing by name, but such a rule may be found on a bus.
        host: from which address; the plan says from all of them.
    """

    principal: str
    resource: Resource
    name: str
    operation: Operation
    prefixed: bool = False
    denied: bool = False
    host: str = "*"

    @override
    def __str__(self) -> str:
        verb = "may not" if self.denied else "may"
        name = f"{self.name}*" if self.prefixed else self.name
        return f"{self.principal} {verb} {self.operation} {self.resource} {name}" + (
            "" if self.host == ANY else f" from {self.host}"
        )


class Difference(NamedTuple):
    """The rights that a bus lacks, and those that it has and that nobody planned, both in order."""

    missing: tuple[Right, ...]
    unplanned: tuple[Right, ...]


Plan = frozenset[Right]


def agency_principal(code: str) -> str:
    """The name on the bus of an agency, such as `agency-H29.13`."""
    return AGENCY_PRINCIPAL + code


def agency_prefix(code: str) -> str:
    """How the names of an agency's consumer groups and transactions begin, such as `agency-H29.13-`.

    A hyphen ends it, because no code holds one: `agency-H29.16.` would open the groups of its unit H29.16.05 as well.
    """
    return f"{agency_principal(code)}-"


def inbox_topic(code: str) -> str:
    """The topic with everything that concerns an agency, such as `agency.H29.13.inbox`."""
    return f"agency.{code}.inbox"


def agency_of_inbox(topic: str) -> str | None:
    """The code of the agency whose inbox a topic is; None if it is no inbox."""
    code = topic.removeprefix("agency.").removesuffix(".inbox")
    return code if topic == inbox_topic(code) and code else None


def plan(services: Mapping[str, Service[Any]], group_prefix: str, agencies: Iterable[str]) -> Plan:
    """Every right that there has to be.

    Args:
        services: every service by its name; their subscriptions say what they read.
        group_prefix: how the names of the services' consumer groups begin (`LIENTHONG_GROUP_PREFIX`).
        agencies: codes of the agencies that are connected.
    """
    codes = sorted(set(agencies))
    rights = [*_writers(), *_relay(group_prefix, codes), *_operator(services), *_auditor(), *_simulator()]
    for service in services.values():
        rights += _service(service, group_prefix)
    for code in codes:
        rights += _agency(code)
    return frozenset(rights)


def is_ours(principal: str) -> bool:
    """Whether the plan speaks for a principal: one of the house, or an agency. Others' rights are not touched."""
    return principal in HOUSE or principal.startswith(AGENCY_PRINCIPAL)


def difference(planned: Plan, found: Iterable[Right]) -> Difference:
    """How a bus differs from the plan; rules about principals that are not ours count as neither."""
    ours = {right for right in found if is_ours(right.principal)}
    return Difference(tuple(sorted(planned - ours)), tuple(sorted(ours - planned)))


def _writers() -> Iterator[Right]:
    for owner, payloads in OWNERS.items():
        for principal in WRITES[owner]:
            yield from (Right(principal, "topic", payload.TYPE, "write") for payload in payloads)


def _service(service: Service[Any], group_prefix: str) -> Iterator[Right]:
    """A service reads what its documents follow from. On its dead letters it looks for orders to skip a batch."""
    letters = dead_letter_topic(service.name)
    erased = {ApplicantErased.TYPE} if service.name in KEEPERS_OF_PERSONS else set()
    yield from _reads(service.name, sorted({*service.topics, letters, *_keys(), *erased}))
    yield Right(service.name, "topic", letters, "write")
    yield Right(service.name, "group", group_prefix + service.name, "read")


def _relay(group_prefix: str, codes: Iterable[str]) -> Iterator[Right]:
    yield from _reads(RELAY, RELAYED)
    yield from (Right(RELAY, "topic", inbox_topic(code), "write") for code in codes)
    yield Right(RELAY, "group", group_prefix + RELAY, "read")


def _agency(code: str) -> Iterator[Right]:
    principal, prefix = agency_principal(code), agency_prefix(code)
    yield from _reads(principal, (inbox_topic(code), *PUBLIC, *_keys()))
    # Its counters lodge over HTTP: who may write to `intake.submitted` speaks for every portal and every citizen.
    yield Right(principal, "topic", AgencyReported.TYPE, "write")
    yield Right(principal, "group", prefix, "read", prefixed=True)
    yield Right(principal, "transactional-id", prefix, "write", prefixed=True)


def _auditor() -> Iterator[Right]:
    """The auditor reads all but dead letters: these hold whole records that nobody has checked."""
    yield from _reads(AUDITOR, PAYLOADS)
    yield Right(AUDITOR, "group", "auditor-", "read", prefixed=True)


def _operator(services: Mapping[str, Service[Any]]) -> Iterator[Right]:
    """The operator sees everything, puts dead letters back where their service read them, and tends the groups."""
    letters = [dead_letter_topic(name) for name in SERVICES]
    put_back = {topic for service in services.values() for topic in service.topics}
    own = {payload.TYPE for owner in ("operators", "calendar", "clock") for payload in OWNERS[owner]}
    yield from _reads(OPERATOR, (*PAYLOADS, *letters))
    yield from (Right(OPERATOR, "topic", topic, "write") for topic in sorted({*put_back, *own, *letters}))
    yield from (Right(OPERATOR, "topic", ANY, operation) for operation in _LOOKS)
    yield from (Right(OPERATOR, "cluster", THE_CLUSTER, operation) for operation in _LOOKS)
    yield from (Right(OPERATOR, "group", ANY, operation) for operation in _TENDS)


_LOOKS: tuple[Operation, ...] = ("describe", "describe-configs")
_TENDS: tuple[Operation, ...] = ("read", "delete")


def _simulator() -> Iterator[Right]:
    """The simulator hears what everybody outside hears, and plays them all, citizens who rate among them."""
    yield from _reads(SIMULATOR, PAYLOADS)
    yield Right(SIMULATOR, "topic", RatingSubmitted.TYPE, "write")
    yield from (Right(SIMULATOR, "topic", payload.TYPE, "write") for owner in PLAYED for payload in OWNERS[owner])
    yield Right(SIMULATOR, "group", "simulator-", "read", prefixed=True)


def _reads(principal: str, topics: Iterable[str]) -> Iterator[Right]:
    return (Right(principal, "topic", topic, "read") for topic in topics)


def _keys() -> list[str]:
    """The topic of the agencies' public keys, which whoever judges a claim reads."""
    return [payload.TYPE for payload in OWNERS.get(KEYS, ())]
