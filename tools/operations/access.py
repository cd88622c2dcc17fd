"""Rights on the bus, asked and set as its administrator; what they should be says `access_plan`."""

from typing import Any

from chassis.runtime.bus.connection import Bus
from tools.operations.access_client import ANSWER_SECONDS, admin_client, await_that, done, kafka
from tools.operations.access_plan import Difference, Plan, Resource, Right, difference

USER = "User:"
"""How Kafka marks a principal that is a user."""

_KINDS: dict[Any, Resource] = {
    kafka.ResourceType.TOPIC: "topic",
    kafka.ResourceType.GROUP: "group",
    kafka.ResourceType.TRANSACTIONAL_ID: "transactional-id",
    kafka.ResourceType.BROKER: "cluster",  # librdkafka calls Kafka's cluster so
}
_TYPES = {kind: number for number, kind in _KINDS.items()}


def apply(bus: Bus, planned: Plan) -> Difference:
    """Make the rights on the bus those of the plan; returns what was added and what was removed.

    What is missing is added before anything is removed, so that a running service never lacks a right that it keeps.
    Rules about others than our principals are left alone.

    Args:
        bus: reached as its administrator.
        planned: see `access_plan.plan`.

    Raises:
        BusError: the bus does not answer, has no authorizer, or does not let us.
    """
    found = compare(bus, planned)
    client = admin_client(bus)
    if found.missing:
        done(bus, client.create_acls([_binding(right) for right in found.missing], request_timeout=ANSWER_SECONDS))
    if found.unplanned:
        filters = [_filter(right) for right in found.unplanned]
        done(bus, client.delete_acls(filters, request_timeout=ANSWER_SECONDS))
    await_that(bus, lambda: not any(compare(bus, planned)))
    return found


def compare(bus: Bus, planned: Plan) -> Difference:
    """How the rights on the bus differ from the plan.

    Raises:
        BusError: see `apply`.
    """
    everything = kafka.AclBindingFilter(
        kafka.ResourceType.ANY,
        None,
        kafka.ResourcePatternType.ANY,
        None,
        None,
        kafka.AclOperation.ANY,
        kafka.AclPermissionType.ANY,
    )
    client = admin_client(bus)
    [bindings] = done(bus, {everything: client.describe_acls(everything, request_timeout=ANSWER_SECONDS)})
    return difference(planned, (_right(binding) for binding in bindings if binding.principal.startswith(USER)))


def _binding(right: Right) -> Any:
    return kafka.AclBinding(*_told(right))


def _filter(right: Right) -> Any:
    """The filter that finds this one rule."""
    return kafka.AclBindingFilter(*_told(right))


def _told(right: Right) -> tuple[Any, ...]:
    return (
        _TYPES[right.resource],
        right.name,
        kafka.ResourcePatternType.PREFIXED if right.prefixed else kafka.ResourcePatternType.LITERAL,
        USER + right.principal,
        right.host,
        kafka.AclOperation[right.operation.upper().replace("-", "_")],
        kafka.AclPermissionType.DENY if right.denied else kafka.AclPermissionType.ALLOW,
    )


def _right(binding: Any) -> Right:
    return Right(
        binding.principal.removeprefix(USER),
        _KINDS[binding.restype],
        binding.name,
        binding.operation.name.lower().replace("_", "-"),
        binding.resource_pattern_type is kafka.ResourcePatternType.PREFIXED,
        binding.permission_type is kafka.AclPermissionType.DENY,
        binding.host,
    )
