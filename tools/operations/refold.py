"""Folding anew what lies dormant: documents whose state other code or data folded, and whose next event may never come.

It writes states and report rows, and publishes nothing. What a state calls for that older code did not say, a running
instance says: the document is made due. It works beside running instances, may be broken off anywhere and be repeated:
what it has written, it does not find again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.core.document import Document
from chassis.core.fault import is_of_process
from chassis.core.refold import fold_anew, is_outdated, wake
from chassis.core.service import Service
from chassis.runtime import clock
from chassis.runtime.settings import Settings
from chassis.runtime.store.protocol import Store
from tools.operations.environment import store_of
from tools.operations.registry import all_services

PAGE = 200
"""Documents at once. Fewer would wait for the store more often; more would hold more whole dossiers in memory, and be
overtaken more often by an instance that saves one of them."""


@dataclass
class Refolding:
    """How far it has come.

    Attributes:
        versions: what the documents are folded under.
        total: how many documents were outdated when it began.
        done: how many documents it has come by that are up to date now. What an instance folds first, it never sees.
        failed: why documents could not be folded, by key; they stay as they are.
        left: how many are outdated at the end. More than `failed`: an instance with other code still saves.
    """

    versions: str
    total: int
    done: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    left: int = 0

    @property
    def seen(self) -> int:
        """How many documents it has come by."""
        return self.done + len(self.failed)


async def refold(settings: Settings, name: str, on_page: Callable[[Refolding], None]) -> Refolding:
    """Fold every outdated document of a service anew; `on_page` is told every now and then how far that has come.

    Raises:
        StoreError: the store is down. Begin again when it is back.
    """
    service, store = all_services(settings)[name], store_of(settings, name)
    try:
        await store.prepare(service.indexes)
        return await refold_all(store, service, on_page)
    finally:
        store.close()


async def refold_all(store: Store, service: Service[Any], on_page: Callable[[Refolding], None]) -> Refolding:
    """The same in a given store: each document once, in the order of their keys."""
    found, after = Refolding(service.code, await store.count_outdated(service.code)), ""
    while keys := await store.outdated(service.code, after, PAGE):
        await _refold_page(store, service, keys, found)
        after = keys[-1]
        on_page(found)
    found.left = await store.count_outdated(service.code)
    return found


async def _refold_page(store: Store, service: Service[Any], keys: Sequence[str], found: Refolding) -> None:
    """Fold these until none has lost its guard: whoever saves in between has more facts, which count too."""
    pending = list(keys)
    while pending:
        docs = (await store.load(pending, with_history=True)).values()
        folded = list(_folded([doc for doc in docs if is_outdated(doc, service)], service, found))
        pending = sorted(await store.put_states(folded))
    found.done += sum(key not in found.failed for key in keys)


def _folded(docs: Iterable[Document], service: Service[Any], found: Refolding) -> Iterable[Document]:
    for doc in docs:
        try:
            wake(doc, service, fold_anew(doc, service), clock.now())
        except Exception as error:
            if is_of_process(error):
                raise
            found.failed[doc.key] = f"{type(error).__name__}: {error}"[:300]
        else:
            yield doc
