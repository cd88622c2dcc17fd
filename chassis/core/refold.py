"""Folding a document anew: its state is made again of all its facts, by the code and data of now."""

from typing import Any, TypeVar

from chassis.core.document import Document
from chassis.core.service import Service

S = TypeVar("S")


def fold_anew(doc: Document, service: Service[S]) -> S:
    """Fold all facts of a document with its history, and put into it what follows from them, as a save does.

    Nothing is decided: what the new state may call for is said when the document's next event or timer comes.

    Raises:
        ValueError: not all facts are here.
    """
    if not doc.with_history:
        raise ValueError(f"{doc.key} is here without its facts: load it with its history before it is folded anew")
    doc.home = service.home_of(doc.events)
    facts = [service.placed(event) for event in service.at_home(doc.events, doc.home)]
    state = service.unfold(service.initial, facts)
    doc.fold_position = max((fact.order for fact in facts if not fact.own), default="")
    doc.own_fold_position = max((fact.order for fact in facts if fact.own), default="")
    doc.state, doc.code = service.dump(state), service.code
    doc.report_row = service.report_row(state, None) if service.report_row else None
    return state


def is_outdated(doc: Document, service: Service[Any]) -> bool:
    """True if its state was folded by other code or data than the service goes by now."""
    return doc.code != service.code
