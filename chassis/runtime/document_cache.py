"""Documents that stay in memory between batches: a dossier's next event often follows at once."""

from collections import OrderedDict
from typing import Any, NamedTuple

from chassis.core.document import Document
from chassis.core.folding import Checkpoint
from chassis.core.job import Job

CAPACITY = 2_000
"""Documents kept: those used last. Each saves a read of the store and restoring the state. With fewer, more are loaded
again; with more, memory grows (a service has to stay below 250 MB, docs/benchmarks.md) for few that are met again."""


class CachedDocument(NamedTuple):
    """A document without its facts, and what is known of its state; of one just loaded, nothing is known."""

    doc: Document
    state: Any = None
    checkpoint: Checkpoint | None = None


class DocumentCache:
    """The documents that this instance saved last, as it saved them.

    Another instance may have saved one since. Then the guard of the next save fails here, and it is loaded anew.
    """

    def __init__(self) -> None:
        self._cached: OrderedDict[str, CachedDocument] = OrderedDict()

    def take(self, key: str) -> CachedDocument | None:
        """Take a document out. Whoever fails with it does not put it back, and it is loaded anew."""
        return self._cached.pop(key, None)

    def keep(self, job: Job) -> None:
        """Keep what the document's next event will need."""
        doc = job.doc
        if doc.version and not job.failed:
            doc.facts, doc.with_history, doc.state = {}, False, {}
            self._cached[doc.key] = CachedDocument(doc, job.folding.state, job.folding.checkpoint)
            if len(self._cached) > CAPACITY:
                self._cached.popitem(last=False)

    def clear(self) -> None:
        """Keep nothing any more."""
        self._cached.clear()
