"""The documents of a service in MongoDB. No module outside of this folder speaks MongoDB or imports Motor.

A document is a head, which every save replaces, and one record of facts for each save. A batch of saves is one
transaction: one commit is synced to disk instead of one for every document, and what a save adds is written once,
however long the dossier has become. See docs/decisions/0012.
"""

import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, CollectionInvalid, DuplicateKeyError, PyMongoError
from pymongo.write_concern import WriteConcern
from typing_extensions import override

from chassis.core.document import Document
from chassis.runtime.states import Head
from chassis.runtime.store.mongo_timelines import MongoTimelines
from chassis.runtime.store.protocol import Store
from chassis.runtime.store.stored import (
    document,
    fact_of,
    refolded,
    report_row_of,
    save_id,
    timer,
    wake,
)
from chassis.runtime.store.writer import Writer, is_conflict

StoreError = PyMongoError
"""Raised when the store can not be reached or refuses: wait and try again."""

Filter = Mapping[str, Any]

LINES = 20_000
"""Lines of reports that are fetched at once. Fewer ask the server more often; more hold more in memory, and a report
waits for longer before its first lines."""


class MongoStore(MongoTimelines, Store):
    """Documents of one service, in its own database: `documents`, `facts`, `lines`, `series`, `timelines` and more."""

    def __init__(self, url: str, database: str) -> None:
        # Majority and journal: an acknowledged save survives the death of a server.
        self._client: Any = AsyncIOMotorClient(
            url, tz_aware=True, tzinfo=UTC, serverSelectionTimeoutMS=5_000, uuidRepresentation="standard"
        )
        super().__init__(self._client.get_database(database, write_concern=WriteConcern("majority", j=True)))
        self.documents = self.database.documents
        self._facts = self.database.facts
        self._lines = self.database.lines
        self._writer = Writer(self._client, self.database)

    async def prepare(self, indexes: Sequence[Sequence[str]] = ()) -> None:
        """Create the collections, and the indexes for timers and over these paths below `state`; harmless again."""
        with suppress(CollectionInvalid):  # it is there already
            await self.database.create_collection("facts")
        await self.documents.create_indexes(
            [
                IndexModel([("wake", ASCENDING)], name="timers", sparse=True),
                IndexModel([("code", ASCENDING)], name="folded-by"),  # no state field has a name with a hyphen
            ]
            + [IndexModel([(f"state.{path}", ASCENDING) for path in paths], name="-".join(paths)) for paths in indexes]
        )
        await self._lines.create_indexes([IndexModel([("place", ASCENDING)], name="place")])
        await self._writer.prepare()

    async def ping(self) -> None:
        """Raise StoreError unless the server answers."""
        await self.database.command("ping")

    def close(self) -> None:
        """Drop all connections."""
        self._client.close()

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        found = await self.documents.find({"_id": {"$in": list(keys)}}).to_list(None)
        docs = {head["_id"]: document(head) for head in found}
        if with_history:
            await self._fill(docs)
        return docs

    async def _fill(self, docs: Mapping[str, Document]) -> None:
        saves = [save_id(doc.key, version) for doc in docs.values() for version in range(1, doc.version + 1)]
        async for save in self._facts.find({"_id": {"$in": saves}}):
            for fact in map(fact_of, save["facts"]):
                docs[save["k"]].remember(fact)
        for doc in docs.values():
            doc.with_history = True

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        return await self._writer.save(documents)

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        ripe: list[str] = []
        for partition in sorted(partitions):
            until = f"{wake(timeline, partition, now)}|{chr(sys.maxunicode)}"  # whatever the key
            span = {"$gte": wake(timeline, partition, None), "$lte": until}
            found = self.documents.find({"wake": span}, {"_id": 1}).sort("wake", ASCENDING).limit(limit - len(ripe))
            ripe += [head["_id"] async for head in found]
            if len(ripe) >= limit:
                break
        return ripe

    @override
    async def move_due(self, documents: Sequence[Document]) -> None:
        if documents:
            await self.documents.bulk_write(
                [
                    UpdateOne(
                        {"_id": doc.key, "v": doc.version},
                        {"$set": {**timer(doc), "unsent": doc.unsent}},
                    )
                    for doc in documents
                ],
                ordered=False,
            )

    @override
    async def outdated(self, code: str, after: str, limit: int) -> list[str]:
        others = {"_id": {"$gt": after}, "code": {"$ne": code}}
        found = self.documents.find(others, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
        return [head["_id"] async for head in found]

    @override
    async def count_outdated(self, code: str) -> int:
        return await self.count({"code": {"$ne": code}})

    @override
    async def put_states(self, documents: Sequence[Document]) -> set[str]:
        if not documents:
            return set()
        # The lines first: once the head tells the new versions, nobody looks at the document again.
        await self.rewrite_report_rows(documents)
        changes = [UpdateOne({"_id": doc.key, "v": doc.version}, {"$set": refolded(doc)}) for doc in documents]
        try:
            written = await self.documents.bulk_write(changes, ordered=False)
        except BulkWriteError as error:
            if not is_conflict(error):  # somebody saves them at this moment
                raise
        else:
            if written.matched_count == len(documents):
                return set()
        code, keys = documents[0].code, [doc.key for doc in documents]
        return {
            head["_id"] async for head in self.documents.find({"_id": {"$in": keys}, "code": {"$ne": code}}, {"_id": 1})
        }

    @override
    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        # One document a series holds all holders in order, so one atomic write allots and remembers.
        wanted = list(dict.fromkeys(holders))
        while True:
            known = await self.database.series.find_one({"_id": series}) or {"holders": []}
            fresh = [holder for holder in wanted if holder not in set(known["holders"])]
            if not fresh:
                return {holder: known["holders"].index(holder) + 1 for holder in wanted}
            length = len(known["holders"])
            try:
                await self.database.series.find_one_and_update(
                    {"_id": series, "length": length} if length else {"_id": series, "length": {"$exists": False}},
                    {"$push": {"holders": {"$each": fresh}}, "$set": {"length": length + len(fresh)}},
                    upsert=length == 0,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:
                continue  # another instance began the series first: read it again

    @override
    async def report_rows(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        # Going through all costs half of what an index costs for each that it finds.
        span = {} if most else {"place": {"$gte": first, "$lte": last}}
        found = self._lines.find(span, batch_size=LINES)
        while page := await found.to_list(LINES):
            yield [row["text"] for row in page if first <= row["place"] <= last]

    async def rewrite_report_rows(self, documents: Sequence[Document]) -> None:
        """Write the lines of stored documents, unless somebody saved a newer one since they were loaded."""
        lines = [report_row_of(doc, doc.version) for doc in documents if doc.report_row]
        try:
            await self._lines.bulk_write(lines, ordered=False) if lines else None
        except BulkWriteError as error:
            if not is_conflict(error):  # a newer one has the place
                raise

    async def all_keys(self) -> AsyncIterator[str]:
        """The key of every document, streaming."""
        async for head in self.documents.find({}, {"_id": 1}):
            yield head["_id"]

    async def count(self, query: Filter) -> int:
        """Number of matching documents."""
        return int(await self.documents.count_documents(dict(query)))

    async def state_of(self, query: Filter) -> dict[str, Any] | None:
        """The state of one matching document."""
        found = await self.documents.find_one(dict(query), {"state": 1})
        return None if found is None else found["state"]

    async def heads(self, query: Filter, limit: int = 0) -> AsyncIterator[Head]:
        """Every matching document without its facts, streaming; with a limit, not more than that, by key."""
        found = self.documents.find(dict(query), {"code": 1, "state": 1})
        async for head in found.sort("_id", ASCENDING).limit(limit) if limit else found:
            yield Head(head["_id"], head["code"], head["state"])

    async def states(self, query: Filter | None = None) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Key and state of every matching document, streaming."""
        async for head in self.heads(query or {}):
            yield head.key, head.state

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents."""
        return [figures async for figures in self.documents.aggregate(list(pipeline))]
