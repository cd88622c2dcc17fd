"""The decisions once a dossier has its code: answers to what agencies wait for, withdrawal, delivery."""

from collections.abc import Iterable, Iterator

from contracts import claims
from contracts.envelope import AnyEvent
from services.intake import events
from services.intake.events import Cause
from services.intake.state import CitizenAction, State, Wait


def after_receipt(state: State, application: claims.Application) -> Iterator[AnyEvent]:
    """Every event that follows from what agencies and the citizen did since; none without a code."""
    if not state.code:
        return
    yield from _answers_to_waits(state, application)
    if state.withdrawals and state.completed_at is None:
        yield events.withdrawn(state, withdrawal(state))
    if state.completed_at is not None and state.collections:
        first = state.collections[0]
        handed_over = Cause(max(first.at, state.completed_at), first.event)
        yield events.delivered(state, first.channel, handed_over)


def withdrawal(state: State) -> Cause:
    """The first withdrawal as the cause of what follows from it; there has to be one."""
    first = state.withdrawals[0]
    return Cause(first.at, first.event)


def _answers_to_waits(state: State, application: claims.Application) -> Iterator[AnyEvent]:
    """Ask the citizen for what the agency lacks, and say when all of it came.

    Documents answer everybody who asked for them. Money is paid once: what answered one wait answers no other.
    """
    spent: set[str] = set()
    for wait in state.waits:
        if wait.cause == "supplement":
            asked = Cause(wait.since, wait.event)
            yield events.supplement_requested(
                state, application, wait.missing, wait.reason, wait=wait.event, cause=asked
            )
        came = state.supplements if wait.cause == "supplement" else _unspent(state.payments, spent)
        if used := _enough(wait, came):
            if wait.cause == "payment":
                spent |= {payment.event for payment in used}
            yield _brought(state, wait, used)


def _unspent(payments: Iterable[CitizenAction], spent: set[str]) -> list[CitizenAction]:
    return [payment for payment in payments if payment.event not in spent]


def _enough(wait: Wait, came: Iterable[CitizenAction]) -> list[CitizenAction]:
    """The actions up to the one with which all that was asked for is there; empty while documents or money lack."""
    used: list[CitizenAction] = []
    for action in came:
        if action.at >= wait.since:
            used.append(action)
            components = {item for used_action in used for item in used_action.components}
            if components >= set(wait.missing) and sum(used_action.amount for used_action in used) >= wait.amount:
                return used
    return []


def _brought(state: State, wait: Wait, used: list[CitizenAction]) -> AnyEvent:
    last = Cause(used[-1].at, used[-1].event)
    if wait.cause == "supplement":
        components = tuple(sorted({item for supplement in used for item in supplement.components}))
        return events.supplemented(state, components, wait.event, last)
    return events.paid(state, sum(payment.amount for payment in used), wait.event, last)
