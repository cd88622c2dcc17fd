"""The state of one document, kept up to date with as little folding as possible."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chassis.core.decision import ReportRow
from chassis.core.document import Document
from chassis.core.service import Placed, Service
from contracts.envelope import AnyEvent


class HistoryNeededError(Exception):
    """The document is here without its facts, and they are needed: load it with its history and begin again."""


@dataclass
class Checkpoint:
    """The facts that were folded last, and the state before them.

    A fact may come that belongs among them: what one moment brought comes by several topics, and so in any order, often
    in two batches. Then only these are folded again, and not the whole history.
    """

    state: Any
    fold_position: str
    own_fold_position: str
    facts: list[Placed] = field(default_factory=list)


class IncrementalFold:
    """Folds new facts onto the state of one document.

    Attributes:
        state: what the facts folded so far come to; None before the first fold of a document that was loaded.
        checkpoint: what was folded last, if that is still known.
    """

    def __init__(self, doc: Document, state: Any = None, checkpoint: Checkpoint | None = None) -> None:
        self.state = state
        self.checkpoint = checkpoint
        self._doc = doc
        self._stored_state = state
        self._new: list[AnyEvent] = []
        self._begun = False
        self._from_scratch = False

    def add(self, event: AnyEvent) -> None:
        """Fold this fact next time."""
        self._new.append(event)

    def start_over(self) -> None:
        """Fold the whole history next time: the place of a known fact in fold order may have changed."""
        self._new, self._from_scratch = [], True

    def fold(self, service: Service[Any]) -> Any:
        """The state of all facts: the very same object where nothing new changes it.

        Raises:
            HistoryNeededError: the whole history has to be folded, and it is not here.
        """
        doc, new = self._doc, [service.placed(event) for event in self._new]
        self._new = []
        # Only a save tells the store by which versions the state was folded; until then it holds what others folded.
        current = doc.code in ("", service.code) or self._begun
        if self._from_scratch or not current:
            self._from_scratch = False
            self.state = self._fold_history(service)
            return self.state
        if not _come_after(new, doc):
            if self.checkpoint is None or not _come_after(new, self.checkpoint):
                self.state = self._fold_history(service)
                return self.state
            new = self._go_back(self.checkpoint, new)
        if not self._begun:
            self._begin(service)
        if new:
            self.state = self._fold_onto(service, new)
        return self.state

    def dump(self, service: Service[Any]) -> tuple[dict[str, Any], ReportRow | None]:
        """The state as it is stored, and its line for reports; None where that says what the stored one says."""
        row = service.report_row
        return service.dump(self.state), row(self.state, self._stored_state) if row else None

    def _go_back(self, checkpoint: Checkpoint, new: list[Placed]) -> list[Placed]:
        """Go back to before the facts that were folded last; returns them and the new ones, to be folded together."""
        doc = self._doc
        self.state = checkpoint.state
        doc.fold_position, doc.own_fold_position = checkpoint.fold_position, checkpoint.own_fold_position
        again, checkpoint.facts = checkpoint.facts, []
        self._begun = True
        return [*again, *new]

    def _begin(self, service: Service[Any]) -> None:
        doc = self._doc
        if self.state is None:
            self.state = self._stored_state = service.restore(doc.state) if doc.state else service.initial
        self.checkpoint = Checkpoint(self.state, doc.fold_position, doc.own_fold_position)
        self._begun = True

    def _fold_onto(self, service: Service[Any], new: list[Placed]) -> Any:
        if self.checkpoint is not None:
            self.checkpoint.facts += new
        self._advance_positions(new)
        return service.unfold(self.state, new)

    def _fold_history(self, service: Service[Any]) -> Any:
        doc = self._doc
        if not doc.with_history:
            raise HistoryNeededError
        doc.fold_position = doc.own_fold_position = ""
        self.checkpoint, self._begun = None, True
        facts = [service.placed(event) for event in service.at_home(doc.events, doc.home)]
        self._advance_positions(facts)
        return service.unfold(service.initial, facts)

    def _advance_positions(self, facts: Iterable[Placed]) -> None:
        doc = self._doc
        for fact in facts:
            if fact.own:
                doc.own_fold_position = max(doc.own_fold_position, fact.order)
            else:
                doc.fold_position = max(doc.fold_position, fact.order)


def _come_after(facts: Iterable[Placed], than: Document | Checkpoint) -> bool:
    """True if these come, in fold order, after everything that was folded then."""
    return all(fact.order > (than.own_fold_position if fact.own else than.fold_position) for fact in facts)
