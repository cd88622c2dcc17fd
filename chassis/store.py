"""Where documents live. The only module that speaks MongoDB; Motor stands behind it and nowhere else.

A document is a head, which every save replaces, and one record of facts for each save. A batch of saves is one
transaction: one commit is synced to disk instead of one for every document, and what a save adds is written once,
however long the dossier has become. See docs/decisions/0012.
"""

import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, CollectionInvalid, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.write_concern import WriteConcern
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random
from typing_extensions import override

from chassis.document import Document, Fact
from chassis.watermark import Timeline, Told, latest
from contracts.topics import reader

StoreError = PyMongoError
"""The store can not be reached or refuses: wait and try again."""

DUPLICATE_KEY = 11000
CONFLICTS = {DUPLICATE_KEY, 112, 251}
"""Somebody else writes the same documents: duplicate key, write conflict, a transaction that was ended for one."""

TOO_LARGE = "transaction is too large"
"""More than the server's cache takes in one transaction (code 388, which the fast store says in its text alone)."""

RIVALS = 20
"""How often a save begins anew because somebody else wrote at the same time; after that the store is called down."""

PATIENCE = 5
"""So often a rival is waited for. One that is still there may have been killed in the middle of its transaction."""

Filter = Mapping[str, Any]


LINES = 20_000
"""Lines that are fetched at once."""


class _BeatenError(Exception):
    """A guard did not match: nothing of this transaction may stay."""


def _is_conflict(error: BaseException) -> bool:
    """Whether somebody else wrote at the same time; anything else is a store that is down or refuses."""
    if isinstance(error, BulkWriteError):
        refused = (error.details or {}).get("writeErrors", [])
        return bool(refused) and all(one.get("code") in CONFLICTS for one in refused)
    return isinstance(error, OperationFailure) and error.code in CONFLICTS


class Store(Protocol):
    """What the loop needs of a store. `chassis.memory` has the same in memory; one test suite holds both to it."""

    async def load(self, keys: Sequence[str], *, whole: bool = False) -> dict[str, Document]:
        """The documents that exist, by key; with their facts if they are wanted whole."""

    async def save(self, documents: Sequence[Document]) -> set[str]:
        """Write each document, which has new facts, unless somebody was faster; raise its version.

        Returns the keys that lost. A save that raises may have been carried out or not, for all documents alike.
        """

    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        """Keys of documents whose time has come, at most `limit`: by partition, then most urgent first, then by key."""

    async def move_due(self, documents: Sequence[Document]) -> None:
        """Store `due`, `timeline` and `unsent` of documents that nobody else has saved since."""

    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        """Numbers of a series from 1, one for each holder, without gaps; a holder keeps its number."""

    async def hear(self, told: Sequence[Told]) -> None:
        """Remember the ticks of timelines, and how far the services upstream are; nobody goes back."""

    async def timeline(self, name: str) -> Timeline:
        """How far the service is on a timeline."""

    async def open_timelines(self) -> set[str]:
        """Those on which a tick was told and may not be passed on yet."""

    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        """Up to these moments of a timeline all is on record, by partition."""

    async def passed_on(self, timeline: str, tick: datetime) -> None:
        """Those downstream were told of a tick: it, and those before it, need not be kept."""

    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        """Up to these moments of a timeline all that was due is done, by partition; nobody goes back."""

    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        """The present on every timeline but the live one, by timeline and partition."""

    def lines(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        """What documents keep for reports, as texts, in pages: all whose places lie between two, both included.

        `most` says that these are most of all there are. It changes how they are looked for, not what is found.
        """


class MongoStore(Store):
    """Documents of one service, in its own database: `documents`, `facts`, `lines`, `series`, `timelines` and more."""

    def __init__(self, url: str, database: str) -> None:
        # Majority and journal: an acknowledged save survives the death of a server.
        self._client: Any = AsyncIOMotorClient(
            url, tz_aware=True, tzinfo=UTC, serverSelectionTimeoutMS=5_000, uuidRepresentation="standard"
        )
        self.database = self._client.get_database(database, write_concern=WriteConcern("majority", j=True))
        self.documents = self.database.documents
        self._facts = self.database.facts
        self._lines = self.database.lines

    async def prepare(self, indexes: Sequence[Sequence[str]] = ()) -> None:
        """Create the collections, and the indexes for timers and over these paths below `state`; harmless again."""
        with suppress(CollectionInvalid):  # it is there already
            await self.database.create_collection("facts")
        await self.documents.create_indexes(
            [IndexModel([("wake", ASCENDING)], name="timers", sparse=True)]
            + [IndexModel([(f"state.{path}", ASCENDING) for path in one], name="-".join(one)) for one in indexes]
        )
        await self._lines.create_indexes([IndexModel([("place", ASCENDING)], name="place")])

    async def ping(self) -> None:
        """Raise StoreError unless the server answers."""
        await self.database.command("ping")

    def close(self) -> None:
        """Drop all connections."""
        self._client.close()

    @override
    async def load(self, keys: Sequence[str], *, whole: bool = False) -> dict[str, Document]:
        found = await self.documents.find({"_id": {"$in": list(keys)}}).to_list(None)
        docs = {one["_id"]: _document(one) for one in found}
        if whole:
            await self._fill(docs)
        return docs

    async def _fill(self, docs: Mapping[str, Document]) -> None:
        saves = [_save_id(doc.key, version) for doc in docs.values() for version in range(1, doc.version + 1)]
        async for save in self._facts.find({"_id": {"$in": saves}}):
            for fact in map(_fact, save["facts"]):
                docs[save["k"]].remember(fact)
        for doc in docs.values():
            doc.whole = True

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        lost: set[str] = set()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_conflict),
            wait=wait_random(0, 0.05),
            stop=stop_after_attempt(RIVALS),
            reraise=True,
        ):
            with attempt:
                if attempt.retry_state.attempt_number == PATIENCE:
                    await self._end_abandoned()
                await self._save(documents, lost)
        for doc in documents:
            if doc.key not in lost:
                doc.version, doc.line, doc.earlier = doc.version + 1, None, set()
        return lost

    async def _end_abandoned(self) -> None:
        """End all transactions: of whoever lives it is begun anew, of the dead it would stand for a minute.

        A server that asks for a privilege we do not have ends it by itself, after transactionLifetimeLimitSeconds.
        """
        with suppress(OperationFailure):
            await self._client.admin.command("killAllSessions", [])

    async def _save(self, documents: Sequence[Document], lost: set[str]) -> None:
        """Write all that have not lost, all or none; what stands in the way is found out when it did not work."""
        rest = [doc for doc in documents if doc.key not in lost]
        while rest:
            try:
                await self._write(rest)
            except _BeatenError:
                lost |= await self._beaten(rest)
            except (BulkWriteError, OperationFailure) as error:
                if TOO_LARGE in str(error).lower() and len(rest) > 1:
                    await self._save(rest[::2], lost)
                    rest = rest[1::2]
                elif _is_conflict(error) and (beaten := await self._beaten(rest)):
                    lost |= beaten
                else:
                    raise
            else:
                return
            rest = [doc for doc in rest if doc.key not in lost]

    async def _write(self, documents: Sequence[Document]) -> None:
        """One transaction: the facts, the new heads, and the old heads whose guards match."""
        new = [_head(doc) for doc in documents if doc.version == 0]
        old = [ReplaceOne({"_id": doc.key, "v": doc.version}, _head(doc)) for doc in documents if doc.version > 0]
        async with await self._client.start_session() as session, session.start_transaction():
            await self._facts.insert_many(list(map(_facts_of, documents)), ordered=False, session=session)
            if new:
                await self.documents.insert_many(new, ordered=False, session=session)
            if old:
                result = await self.documents.bulk_write(old, ordered=False, session=session)
                if result.matched_count < len(old):
                    raise _BeatenError
            if lines := [_line_of(doc, doc.version + 1) for doc in documents if doc.line]:
                await self._lines.bulk_write(lines, ordered=False, session=session)

    async def _beaten(self, documents: Sequence[Document]) -> set[str]:
        """Those whose stored version is not the one they were read at."""
        found = self.documents.find({"_id": {"$in": [doc.key for doc in documents]}}, {"v": 1})
        versions = {one["_id"]: one["v"] async for one in found}
        return {doc.key for doc in documents if versions.get(doc.key, 0) != doc.version}

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        ripe: list[str] = []
        for partition in sorted(partitions):
            until = f"{_wake(timeline, partition, now)}|{chr(sys.maxunicode)}"  # whatever the key
            span = {"$gte": _wake(timeline, partition, None), "$lte": until}
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
    async def hear(self, told: Sequence[Told]) -> None:
        for name, (ticks, passed) in latest(told).items():
            added = {"$addToSet": {"ticks": {"$each": sorted(map(_text, ticks))}}} if ticks else {}
            furthest = {"$max": {f"passed.{teller}": _text(at) for teller, at in passed.items()}} if passed else {}
            await self.database.timelines.update_one({"_id": name}, {**added, **furthest}, upsert=True)

    @override
    async def timeline(self, name: str) -> Timeline:
        return _timeline(await self.database.timelines.find_one({"_id": name}) or {})

    @override
    async def open_timelines(self) -> set[str]:
        found = self.database.timelines.find({"ticks.0": {"$exists": True}}, {"_id": 1})
        return {one["_id"] async for one in found}

    @override
    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        furthest = {f"digested.{partition}": _text(at) for partition, at in moments.items()}
        await self.database.timelines.update_one({"_id": timeline}, {"$max": furthest}, upsert=True)

    @override
    async def passed_on(self, timeline: str, tick: datetime) -> None:
        told = {"$max": {"passed_on": _text(tick)}, "$pull": {"ticks": {"$lte": _text(tick)}}}
        await self.database.timelines.update_one({"_id": timeline}, told, upsert=True)

    @override
    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        furthest = {f"acted.{partition}": _text(at) for partition, at in moments.items()}
        await self.database.timelines.update_one({"_id": timeline}, {"$max": furthest}, upsert=True)

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        owned = sorted(partitions)
        # What was told before timelines had a record of their own is kept by partition.
        found = self.database.clocks.find({"p": {"$in": owned}})
        clocks = {(one["timeline"], one["p"]): one["now"] async for one in found}
        async for one in self.database.timelines.find({}, {"acted": 1}):
            acted = _timeline(one).acted
            clocks |= {(one["_id"], partition): acted[partition] for partition in owned if partition in acted}
        return clocks

    @override
    async def lines(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        # Going through all costs half of what an index costs for each that it finds.
        span = {} if most else {"place": {"$gte": first, "$lte": last}}
        found = self._lines.find(span, batch_size=LINES)
        while page := await found.to_list(LINES):
            yield [one["text"] for one in page if first <= one["place"] <= last]

    async def rewrite_lines(self, documents: Sequence[Document]) -> None:
        """Write the lines of stored documents, unless somebody saved a newer one since they were loaded."""
        lines = [_line_of(doc, doc.version) for doc in documents if doc.line]
        try:
            await self._lines.bulk_write(lines, ordered=False) if lines else None
        except BulkWriteError as error:
            if not _is_conflict(error):  # a newer one has the place
                raise

    async def all_keys(self) -> AsyncIterator[str]:
        """The key of every document, streaming."""
        async for one in self.documents.find({}, {"_id": 1}):
            yield one["_id"]

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


def _line_of(doc: Document, version: int) -> ReplaceOne[dict[str, Any]]:
    """Puts its line in the place of one that is not newer."""
    place, text = doc.line or ("", "")
    line = {"v": version, "place": place, "text": text}
    return ReplaceOne({"_id": doc.key, "v": {"$lte": version}}, line, upsert=True)


def _head(doc: Document) -> dict[str, Any]:
    return {
        "_id": doc.key,
        "v": doc.version + 1,
        "p": doc.partition,
        **_timer(doc),
        "unsent": doc.unsent,
        "home": doc.home,
        "state": doc.state,
        "tip": doc.tip,
        "own": doc.own_tip,
        "code": doc.code,
        "mark": doc.watermark and doc.watermark.isoformat(),
        "size": doc.characters,
        "ids": list(doc.known),
        "vs": list(doc.known.values()),
    }


def _timer(doc: Document) -> dict[str, Any]:
    wake = None if doc.due is None else f"{_wake(doc.timeline, doc.partition, doc.due)}|{doc.key}"
    return {"tl": doc.timeline, "due": doc.due, "wake": wake}


def _wake(timeline: str, partition: int, due: datetime | None) -> str:
    """Clock, partition and moment in one text that sorts as they do: one range of one index is all that a sweep reads.

    What is stored has the document's key behind it, so that documents due at one moment have an order, too. Without a
    moment, the least text of that clock and partition.
    """
    moment = "" if due is None else _text(due)
    return f"{timeline}|{partition:06d}|{moment}"


def _text(at: datetime) -> str:
    """A moment to the microsecond, which the server's own dates do not have; sorts as they do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _timeline(stored: Mapping[str, Any]) -> Timeline:
    def moments(name: str) -> dict[str, datetime]:
        return {key: datetime.fromisoformat(text) for key, text in stored.get(name, {}).items()}

    passed_on = stored.get("passed_on")
    return Timeline(
        ticks=frozenset(map(datetime.fromisoformat, stored.get("ticks", ()))),
        passed=moments("passed"),
        digested={int(partition): at for partition, at in moments("digested").items()},
        acted={int(partition): at for partition, at in moments("acted").items()},
        passed_on=passed_on and datetime.fromisoformat(passed_on),
    )


def _facts_of(doc: Document) -> dict[str, Any]:
    """What one save brings in."""
    facts = [
        {
            "t": fact.event.type,
            "b": fact.raw,
            "v": fact.version,
            "o": fact.own,
            "c": fact.cause,
            "s": fact.event.taken_in,
        }
        for fact in doc.fresh
    ]
    return {"_id": _save_id(doc.key, doc.version + 1), "k": doc.key, "facts": facts}


def _save_id(key: str, version: int) -> str:
    return f"{key}|{version}"


def _document(stored: Mapping[str, Any]) -> Document:
    return Document(
        key=stored["_id"],
        version=stored["v"],
        partition=stored["p"],
        known=dict(zip(stored["ids"], stored["vs"], strict=True)),
        whole=False,
        state=stored["state"],
        tip=stored["tip"],
        own_tip=stored["own"],
        code=stored["code"],
        watermark=stored["mark"] and datetime.fromisoformat(stored["mark"]),
        characters=stored["size"],
        due=stored["due"],
        timeline=stored["tl"],
        unsent=stored["unsent"],
        home=stored.get("home", ""),  # of old documents nothing settled it
    )


def _fact(stored: Mapping[str, Any]) -> Fact:
    event = reader(stored["t"]).validate_json(stored["b"]).take_in(stored.get("s"))  # of old facts it was not kept
    return Fact(event, stored["b"], stored["v"], stored["o"], stored["c"])
