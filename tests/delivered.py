"""A carrier that takes every message at once: what notify says then, without any outside world."""

from contracts.envelope import AnyEvent, new_event
from contracts.notify import NotificationSent
from services.notify.decide import Order
from services.notify.events import SOURCE


def delivered(order: Order) -> AnyEvent:
    """The outcome of a message that was handed over at the counter, at the moment at which it had to be sent."""
    cause = order.cause
    return new_event(
        NotificationSent(message_id=order.message_id, template=order.template, medium="counter", attempt=order.attempt),
        source=SOURCE,
        subject=cause.subject,
        time=order.at or cause.time,
        correlationid=cause.correlationid,
        unique=(order.message_id, order.attempt),
        causationid=cause.id,
        timeline=cause.timeline,
    )
