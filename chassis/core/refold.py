"""Folding a document anew: its state is made again of all its facts, by the code and data of now."""

from datetime import datetime
from typing import Any, TypeVar

from chassis.core.document import Document
from chassis.core.folding import IncrementalFold
from chassis.core.service import Service
from contracts.envelope import LIVE

S = TypeVar("S")


def fold_anew(doc: Document, service: Service[S]) -> S:
    """Fold all facts of a document with its history, and put into it what follows from them, as a save does.

    Nothing is said: what the new state calls for is said when the document is decided on next; see `wake`.

    Raises:
        ValueError: not all facts are here.
    """
    if not doc.with_history:
        raise ValueError(f"{doc.key} is here without its facts: load it with its history before it is folded anew")
    doc.home = service.home_of(doc.events)
    fold = IncrementalFold(doc)
    fold.start_over()
    state: S = fold.fold(service)
    doc.state, doc.report_row = fold.dump(service)
    doc.code = service.code
    return state


def wake(doc: Document, service: Service[S], state: S, now: datetime) -> None:
    """Make a document due whose state, folded anew, calls for events that are not on record. Pure.

    New code may say what older code did not. A dormant document may have no timer and no event to come, so nobody would
    decide on it. On timelines that ticks tell, history stays as it was said.

    Args:
        doc: the document with its history, just folded anew.
        service: whose it is.
        state: its state.
        now: the moment, of the wall clock.
    """
    live = all(event.timeline == LIVE for event in doc.events)
    if not live or doc.unsent is not None:  # what is unsent is due already, and only a publish may move that
        return
    if any(event.identity not in doc.fact_versions for event in service.decide(state, now).events):
        doc.due, doc.timeline = now if doc.due is None else min(doc.due, now), LIVE


def is_outdated(doc: Document, service: Service[Any]) -> bool:
    """True if its state was folded by other code or data than the service goes by now."""
    return doc.code != service.code
