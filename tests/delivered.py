"""A carrier that takes every message at once: what notify says then, without any outside world."""

from contracts.envelope import AnyEvent
from contracts.notify import NotificationSent
from services.notify.decide import Order
from services.notify.events import attempt_ended


def delivered(order: Order) -> AnyEvent:
    """The outcome of a message that was handed over at the counter, at the moment at which it had to be sent."""
    sent = NotificationSent(
        message_id=order.message_id, template=order.template, medium="counter", attempt=order.attempt
    )
    return attempt_ended(order.cause, sent, order.at or order.cause.time)
