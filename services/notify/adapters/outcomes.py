"""The outcome of an order as an event."""

from datetime import datetime

from contracts.envelope import AnyEvent
from contracts.notify import Medium, NotificationDoubtful, NotificationFailed, NotificationSent
from services.notify.adapters.attempts import Attempt, Result
from services.notify.adapters.carrier import CarrierError, NotAskedError
from services.notify.decide import Order
from services.notify.events import AttemptOutcome, attempt_ended

_LONGEST_ERROR = 300
LAST: Medium = "counter"
"""The last medium: a message that no other one can tell lies ready at the receiving unit."""


class UnaddressedError(CarrierError):
    """The agency is not to be told by letters."""


def outcome(order: Order, result: Result) -> AnyEvent:
    """Tell the outcome of an order by the result of its attempt."""
    if result.error is None:
        data: AttemptOutcome = NotificationSent(
            message_id=order.message_id,
            template=order.template,
            medium=result.medium,
            attempt=order.attempt,
            segments=result.segments,
        )
        return _event(order, data, result.at)
    if result.error.doubtful:
        return doubtful(order, result.medium, str(result.error), result.at)
    return _failed(order, result, result.error)


def doubtful(order: Order, medium: Medium, error: str, at: datetime) -> AnyEvent:
    """The carrier has it, and no answer came."""
    data = NotificationDoubtful(
        message_id=order.message_id,
        template=order.template,
        medium=medium,
        attempt=order.attempt,
        error=error[:_LONGEST_ERROR],
    )
    return _event(order, data, at)


def busy(order: Order, attempt: Attempt, at: datetime) -> AnyEvent:
    """The batch could not wait until the attempt was begun."""
    line = attempt.line.name if attempt.line else "delivery"
    return outcome(order, Result(LAST, at, error=NotAskedError(f"{line}: busy")))


def _failed(order: Order, result: Result, error: CarrierError) -> AnyEvent:
    ours = isinstance(error, NotAskedError)
    gives_up = not ours and (error.permanent or order.last)
    moves_on = gives_up and order.desk is None and result.medium != LAST
    data = NotificationFailed(
        message_id=order.message_id,
        template=order.template,
        medium=result.medium,
        attempt=order.attempt,
        error=str(error)[:_LONGEST_ERROR],
        final=gives_up and not moves_on,
        ours=ours,
        moves_on=moves_on,
        unaddressed=isinstance(error, UnaddressedError),
    )
    return _event(order, data, result.at)


def _event(order: Order, data: AttemptOutcome, at: datetime) -> AnyEvent:
    return attempt_ended(order.cause, data, order.at or at)
