"""Where documents live. The only module that speaks MongoDB; Motor stands behind it and nowhere else."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, IndexModel, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.write_concern import WriteConcern
from typing_extensions import override

from chassis.clock import random_reference
from chassis.document import Document, Fact
from contracts.topics import reader

StoreError = PyMongoError
"""The store can not be reached or refuses: wait and try again."""

DUPLICATE_KEY = 11000
Filter = Mapping[str, Any]


class Store(Protocol):
    """What the loop needs of a store. `chassis.memory` has the same in memory; one test suite holds both to it."""

    async def load(self, keys: Sequence[str]) -> dict[str, Document]:
        """The documents that exist, by key."""

    async def save(self, documents: Sequence[Document]) -> set[str]:
        """Write each document unless somebody was faster; raise its version. Returns the keys that lost."""

    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        """Keys of documents whose time has come, by partition and there most urgent first, at most `limit`."""

    async def move_due(self, documents: Sequence[Document]) -> None:
        """Store `due`, `timeline` and `unsent` of documents that nobody else has saved since."""

    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        """Numbers of a series from 1, one for each holder, without gaps; a holder keeps its number."""

    async def tick(self, timeline: str, partition: int, now: datetime) -> None:
        """Remember that it is `now` on a timeline; a clock never goes back."""

    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        """The present on every timeline but the live one, by timeline and partition."""


class MongoStore(Store):
    """Documents of one service, in its own database: `documents`, `series`, `clocks` and what its adapters keep."""

    def __init__(self, url: str, database: str) -> None:
        # Majority and journal: an acknowledged save survives the death of a server.
        self._client: Any = AsyncIOMotorClient(
            url, tz_aware=True, tzinfo=UTC, serverSelectionTimeoutMS=5_000, uuidRepresentation="standard"
        )
        self.database = self._client.get_database(database, write_concern=WriteConcern("majority", j=True))
        self.documents = self.database.documents

    async def prepare(self, indexes: Sequence[str] = ()) -> None:
        """Create the indexes for timers and for these paths below `state`; harmless when they exist."""
        await self.documents.create_indexes(
            [IndexModel([("wake", ASCENDING)], name="timers", sparse=True)]
            + [IndexModel([(f"state.{path}", ASCENDING)], name=path) for path in indexes]
        )

    async def ping(self) -> None:
        """Raise StoreError unless the server answers."""
        await self.database.command("ping")

    def close(self) -> None:
        """Drop all connections."""
        self._client.close()

    @override
    async def load(self, keys: Sequence[str]) -> dict[str, Document]:
        found = await self.documents.find({"_id": {"$in": list(keys)}}).to_list(None)
        return {one["_id"]: _document(one) for one in found}

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        if not documents:
            return set()
        token = random_reference()
        operations = [_insert(doc, token) if doc.version == 0 else _update(doc, token) for doc in documents]
        lost: set[str] = set()
        try:
            matched = (await self.documents.bulk_write(operations, ordered=False)).matched_count
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details or {}
            refused = details.get("writeErrors", [])
            if any(one.get("code") != DUPLICATE_KEY for one in refused) or details.get("writeConcernErrors"):
                raise
            lost.update(documents[one["index"]].key for one in refused)
            matched = details.get("nMatched", 0)
        updated = [doc.key for doc in documents if doc.version > 0]
        if matched < len(updated):
            mine = self.documents.find({"_id": {"$in": updated}, "w": token}, {"_id": 1})
            lost.update(set(updated) - {one["_id"] async for one in mine})
        for doc in documents:
            if doc.key not in lost:
                doc.version += 1
        return lost

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        ripe: list[str] = []
        for partition in sorted(partitions):
            span = {"$gte": _wake(timeline, partition, None), "$lte": _wake(timeline, partition, now)}
            found = self.documents.find({"wake": span}, {"_id": 1}).sort("wake", ASCENDING).limit(limit - len(ripe))
            ripe += [one["_id"] async for one in found]
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
                        {"$set": {**_timer(doc), "unsent": doc.unsent}},
                    )
                    for doc in documents
                ],
                ordered=False,
            )

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
    async def tick(self, timeline: str, partition: int, now: datetime) -> None:
        await self.database.clocks.update_one(
            {"_id": f"{timeline}|{partition}"},
            {"$max": {"now": now}, "$set": {"timeline": timeline, "p": partition}},
            upsert=True,
        )

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        found = self.database.clocks.find({"p": {"$in": sorted(partitions)}})
        return {(one["timeline"], one["p"]): one["now"] async for one in found}

    async def count(self, query: Filter) -> int:
        """How many documents match."""
        return int(await self.documents.count_documents(dict(query)))

    async def state_of(self, query: Filter) -> dict[str, Any] | None:
        """The state of one matching document."""
        found = await self.documents.find_one(dict(query), {"state": 1})
        return None if found is None else found["state"]

    async def states(self, query: Filter | None = None) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Key and state of every matching document, streaming."""
        async for one in self.documents.find(dict(query or {}), {"state": 1}):
            yield one["_id"], one["state"]

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents."""
        return [one async for one in self.documents.aggregate(list(pipeline))]


def _head(doc: Document, token: str) -> dict[str, Any]:
    return {
        "v": doc.version + 1,
        "w": token,
        "p": doc.partition,
        **_timer(doc),
        "unsent": doc.unsent,
        "state": doc.state,
    }


def _timer(doc: Document) -> dict[str, Any]:
    wake = None if doc.due is None else _wake(doc.timeline, doc.partition, doc.due)
    return {"tl": doc.timeline, "due": doc.due, "wake": wake}


def _wake(timeline: str, partition: int, due: datetime | None) -> str:
    """Clock, partition and moment in one text that sorts as they do: one range of one index is all that a sweep reads.

    Without a moment, the least text of that clock and partition.
    """
    moment = "" if due is None else due.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{timeline}|{partition:06d}|{moment}"


def _facts(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    return [{"t": fact.event.type, "b": fact.raw, "v": fact.version, "o": fact.own, "c": fact.cause} for fact in facts]


def _insert(doc: Document, token: str) -> InsertOne[dict[str, Any]]:
    return InsertOne({"_id": doc.key, **_head(doc, token), "facts": _facts(doc.facts.values())})


def _update(doc: Document, token: str) -> UpdateOne:
    fresh = _facts(fact for fact in doc.facts.values() if fact.version > doc.version)
    return UpdateOne(
        {"_id": doc.key, "v": doc.version}, {"$set": _head(doc, token), "$push": {"facts": {"$each": fresh}}}
    )


def _document(stored: Mapping[str, Any]) -> Document:
    facts = (_fact(one) for one in stored["facts"])
    return Document(
        key=stored["_id"],
        version=stored["v"],
        partition=stored["p"],
        facts={fact.event.identity: fact for fact in facts},
        state=stored["state"],
        due=stored["due"],
        timeline=stored["tl"],
        unsent=stored["unsent"],
    )


def _fact(stored: Mapping[str, Any]) -> Fact:
    return Fact(reader(stored["t"]).validate_json(stored["b"]), stored["b"], stored["v"], stored["o"], stored["c"])
