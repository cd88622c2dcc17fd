"""A store in memory that can be asked as HTTP asks the real one; and documents that older code has folded."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from typing import Any

from chassis.runtime.states import Head
from chassis.runtime.store.memory import MemoryStore

OLDER = "the versions before"


class ReadableStore(MemoryStore):
    """Knows the queries of the HTTP adapters: fields of the state that equal a value, and keys after one."""

    async def heads(self, query: Mapping[str, Any], limit: int = 0) -> AsyncIterator[Head]:
        found = [doc for _, doc in sorted(self.documents.items()) if _matches(doc.key, doc.state, query)]
        for doc in found[: limit or None]:
            yield Head(doc.key, doc.code, deepcopy(doc.state))

    def age(self, key: str, **state: Any) -> None:
        """Make of a document what older code had left: another state, of another shape, under other versions."""
        self.documents[key].state, self.documents[key].code = state, OLDER


def _matches(key: str, state: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    for path, wanted in query.items():
        value = key if path == "_id" else state.get(path.removeprefix("state."))
        if not (value > wanted["$gt"] if isinstance(wanted, Mapping) else value == wanted):
            return False
    return True
