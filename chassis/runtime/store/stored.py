"""The form of a document in MongoDB: its head, its facts, its line. The short names stand in every stored home."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo import ReplaceOne

from chassis.core.document import Document, Fact
from chassis.core.stream_time import Timeline
from contracts.topics import reader


def report_row_of(doc: Document, version: int) -> ReplaceOne[dict[str, Any]]:
    """Puts its line in the place of one that is not newer."""
    place, text = doc.report_row or ("", "")
    line = {"v": version, "place": place, "text": text}
    return ReplaceOne({"_id": doc.key, "v": {"$lte": version}}, line, upsert=True)


def head(doc: Document) -> dict[str, Any]:
    """All of a document that every save replaces, as the save that is under way leaves it."""
    return {
        "_id": doc.key,
        "v": doc.version + 1,
        "p": doc.partition,
        **timer(doc),
        "unsent": doc.unsent,
        **refolded(doc),
        "mark": doc.stream_time and doc.stream_time.isoformat(),
        "size": doc.characters,
        "ids": list(doc.fact_versions),
        "vs": list(doc.fact_versions.values()),
    }


def refolded(doc: Document) -> dict[str, Any]:
    """All of a document that folding its facts anew changes, its line apart; and when it is due."""
    return {
        **timer(doc),
        "home": doc.home,
        "state": doc.state,
        "tip": doc.fold_position,
        "own": doc.own_fold_position,
        "code": doc.code,
    }


def timer(doc: Document) -> dict[str, Any]:
    """The part of the head that says when the document is looked at again."""
    at = None if doc.due is None else f"{wake(doc.timeline, doc.partition, doc.due)}|{doc.key}"
    return {"tl": doc.timeline, "due": doc.due, "wake": at}


def wake(timeline: str, partition: int, due: datetime | None) -> str:
    """Clock, partition and moment in one text that sorts as they do: one range of one index is all that a sweep reads.

    What is stored has the document's key behind it, so that documents due at one moment have an order, too. Without a
    moment, the least text of that clock and partition.
    """
    moment = "" if due is None else text(due)
    return f"{timeline}|{partition:06d}|{moment}"


def text(at: datetime) -> str:
    """A moment to the microsecond, which the server's own dates do not have; sorts as they do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def timeline_of(stored: Mapping[str, Any]) -> Timeline:
    """The progress on a timeline that ticks tell."""

    def moments(name: str) -> dict[str, datetime]:
        return {key: datetime.fromisoformat(told) for key, told in stored.get(name, {}).items()}

    passed_on = stored.get("passed_on")
    return Timeline(
        ticks=frozenset(map(datetime.fromisoformat, stored.get("ticks", ()))),
        passed=moments("passed"),
        digested={int(partition): at for partition, at in moments("digested").items()},
        acted={int(partition): at for partition, at in moments("acted").items()},
        passed_on=passed_on and datetime.fromisoformat(passed_on),
    )


def facts_of(doc: Document) -> dict[str, Any]:
    """The facts that one save brings in."""
    facts = [
        {
            "t": fact.event.type,
            "b": fact.raw,
            "v": fact.version,
            "o": fact.own,
            "c": fact.cause,
            "s": fact.event.taken_in,
            **_proof(fact),
        }
        for fact in doc.fresh
    ]
    return {"_id": save_id(doc.key, doc.version + 1), "k": doc.key, "facts": facts}


def _proof(fact: Fact) -> dict[str, str]:
    """The key and the signature of a fact that was signed; most are not."""
    return {"kid": fact.event.signed_by, "jws": fact.event.signature} if fact.event.signed_by else {}


def save_id(key: str, version: int) -> str:
    """Names what one save of a document brought in."""
    return f"{key}|{version}"


def document(stored: Mapping[str, Any]) -> Document:
    """The document of a head; it has no facts yet."""
    return Document(
        key=stored["_id"],
        version=stored["v"],
        partition=stored["p"],
        fact_versions=dict(zip(stored["ids"], stored["vs"], strict=True)),
        with_history=False,
        state=stored["state"],
        fold_position=stored["tip"],
        own_fold_position=stored["own"],
        code=stored["code"],
        stream_time=stored["mark"] and datetime.fromisoformat(stored["mark"]),
        characters=stored["size"],
        due=stored["due"],
        timeline=stored["tl"],
        unsent=stored["unsent"],
        home=stored.get("home", ""),  # of old documents nothing settled it
    )


def fact_of(stored: Mapping[str, Any]) -> Fact:
    """One fact of a save."""
    event = reader(stored["t"]).validate_json(stored["b"]).take_in(stored.get("s"))  # of old facts it was not kept
    if "kid" in stored:
        event.keep_signature(stored["kid"], stored["jws"])
    return Fact(event, stored["b"], stored["v"], stored["o"], stored["c"])
