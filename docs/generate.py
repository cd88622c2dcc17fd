"""Writes the parts of the documents that follow from the code: `python -m docs.generate`.

Each part stands between two comments, `<!-- NAME: … -->` and `<!-- NAME: end -->`; all else is written by hand.
tests/architecture/test_generated.py fails where a document says something else than the code.
"""

# ruff: noqa: INP001, T201 - a program that is run by hand

import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI

from chassis.core.service import Service
from chassis.runtime.app import App, Context
from chassis.runtime.bus.record import Message
from chassis.runtime.settings import HTTP_PORTS, Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.claims import ClockTicked
from contracts.schemas import described
from contracts.topics import OWNER_OF, SERVICES
from docs import access_routes, access_topics
from tools.operations.registry import all_services

ROOT = Path(__file__).parents[1]
COMMAND = "python -m docs.generate"

NOWHERE = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1"
"""The services are wired to ask for their routes, and never asked anything: their stores are not looked for."""

COLUMNS = ("portals", "intake", "agencies", "routing", "calendar", "sla", "rating", "notify", "operators")
"""Owners and readers of topics from left to right: the services in the order in which a dossier meets them, and beside
each who tells it something from outside."""


def main() -> None:
    """Write every part anew."""
    for name, (document, part) in PARTS.items():
        path = ROOT / document
        path.write_text(with_part(path.read_text(encoding="utf-8"), name, part()), encoding="utf-8")
        print(f"{document}: {name}")


def with_part(text: str, name: str, part: str) -> str:
    """The document with this part anew.

    Raises:
        ValueError: the comments that tell its place are missing.
    """
    begin, end = f"<!-- {name}: written by `{COMMAND}` -->", f"<!-- {name}: end -->"
    if begin not in text or end not in text:
        raise ValueError(f"the document needs one line {begin} and after it one line {end}")
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n\n{part.strip()}\n\n{end}{rest.partition(end)[2]}"


def subscriptions() -> str:
    """Every subscription of every service: an arrow from each owner to each reader, with all its topics."""
    columns = [f"participant {name}" for name in COLUMNS]
    arrows = [f"{owner} ->> {reader}: {'<br/>'.join(topics)}" for (owner, reader), topics in _between().items()]
    return "\n".join(["```mermaid", "sequenceDiagram", *(f"    {line}" for line in (*columns, *arrows)), "```"])


def _between() -> dict[tuple[str, str], list[str]]:
    """Topics by owner and reader, in the order in which owners and topics are declared."""
    services, found = _services(), defaultdict[tuple[str, str], list[str]](list)
    for topic, owner in OWNER_OF.items():
        for reader in SERVICES:
            if topic in _read(services[reader]):
                found[owner, reader].append(topic)
    return found


def services_table() -> str:
    """What each service is for, and where it is found."""
    rows = [
        (
            f"**{name}**",
            _about(name),
            "<br>".join(f"`{path}`" for path in _routes(name)) or "–",
            str(HTTP_PORTS[name]),
            f"`{Settings().database_prefix}{name}`",
        )
        for name in SERVICES
    ]
    return _table(("service", "what for", "HTTP", "port", "database"), rows)


def reading_table() -> str:
    """What each service reads and says."""
    services = _services()
    rows = [
        (
            f"**{name}**",
            _shortly(_read(services[name])),
            _shortly(topic for topic, owner in OWNER_OF.items() if owner == name and not _tells_time(topic)),
        )
        for name in SERVICES
    ]
    return _table(("service", "reads", "says"), rows)


def topics_table() -> str:
    """Every topic: who says it, who reads it, and what it means."""
    services = _services()
    rows = [
        (
            f"[`{topic}`](../contracts/schemas/{topic}.v1.json)",
            owner,
            ", ".join(name for name in SERVICES if topic in services[name].topics) or "–",
            described(topic).partition("\n")[0].partition(": ")[2],
        )
        for topic, owner in OWNER_OF.items()
    ]
    return _table(("topic", "owner", "read by", "meaning"), rows)


def access_routes_table() -> str:
    """Who may call what over HTTP."""
    found = access_routes.rows({name: _app(name) for name in SERVICES})
    return _table(("service", "port", "route", "who"), list(found))


def decisions_table() -> str:
    """Every decision with its date and status."""
    rows = []
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title, date, status = DECISION.match(path.read_text(encoding="utf-8")).group("title", "date", "status")  # type: ignore[union-attr]
        rows.append((f"[{path.name[:4]}]({path.name})", title, date, status))
    return _table(("nr", "decision", "date", "status"), rows)


DECISION = re.compile(
    r"# (?P<number>\d{4}) (?P<title>[^\n]+)\n\nDate: (?P<date>\d{4}-\d\d-\d\d)\. Status: (?P<status>[^\n]+)\.\n\n"
)
"""How a decision begins."""

PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "subscriptions": ("README.md", subscriptions),
    "services": ("README.md", services_table),
    "reading": ("README.md", reading_table),
    "topics": ("docs/topics.md", topics_table),
    "access-routes": ("docs/access.md", access_routes_table),
    "access-topics": ("docs/access.md", access_topics.topics_table),
    "access-groups": ("docs/access.md", access_topics.groups_table),
    "decisions": ("docs/decisions/README.md", decisions_table),
}
"""Every part: the document that it stands in, and what makes it."""


def _services() -> dict[str, Service[Any]]:
    return all_services(Settings())


def _read(service: Service[Any]) -> list[str]:
    return [payload.TYPE for payload in service.consumes]


def _tells_time(topic: str) -> bool:
    return topic == ClockTicked.TYPE or topic.endswith(".passed")


def _about(name: str) -> str:
    """The first sentence of the service's package."""
    text = importlib.import_module(f"services.{name}").__doc__ or ""
    return " ".join(text.split("\n\n")[0].split()).removesuffix(".").partition(": ")[2]


def _routes(name: str) -> list[str]:
    """The paths of its published interface; of those that begin alike the shortest."""
    router = _app(name).router
    api = FastAPI()
    if router is not None:
        api.include_router(router)
    paths = api.openapi()["paths"]
    return [path for path in paths if not any(path.startswith(f"{other}/") for other in paths)]


def _app(name: str) -> App:
    context = Context(Settings(), MongoStore(NOWHERE, name), _publish)
    return cast("App", importlib.import_module(f"services.{name}.app").build(context))


async def _publish(_messages: Sequence[Message]) -> None:
    """Nothing is published here."""


def _shortly(topics: Iterable[str]) -> str:
    """Topics by their first word, which is written once: `dossier.received, paid; agency.reported`."""
    by_word = defaultdict[str, list[str]](list)
    for topic in topics:
        word, _, rest = topic.partition(".")
        by_word[word].append(rest)
    return "; ".join(f"{word}.{', '.join(found)}" for word, found in by_word.items())


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main()
