"""`docs/interop.md`, written from what the last whole run found."""

from collections.abc import Iterator
from pathlib import Path

from interop.cells import DEFAULTS, SIGNED, TRANSACTIONS
from interop.clients import ALL, CLIENTS
from interop.environment import ROUTINGS
from interop.rereading import EXAMPLES
from interop.results import HELD, Events, Results, Row

COLUMNS = (DEFAULTS, *ALL, TRANSACTIONS, "structured", "binary", SIGNED)
NAMES = {
    "null.json": "an attribute that is null",
    "empty.json": "an empty `dataschema`, an empty attribute of ours",
    "no-time.json": "no `time`",
    "extension.json": "an attribute `share` with the number 1.5, which CloudEvents does not allow",
    "source.json": "a `source` with letters outside ASCII and a space, which CloudEvents does not allow",
    "offset.json": "a `time` with an offset",
}


HEAD = """\
# Other people's clients

Written by `make interop`; do not edit. Each client has a small agency of its own in `interop/`, a file that one can
begin with. All of them live the same life (`interop/life.py`) against a real broker and {routings} instances of
routing: they hear that a dossier was handed over to them, take custody, finish with a next agency, ask for an opinion
and give it, need a supplement, explain a delay, send back, and make one impossible claim and one malformed one; they
go on only when they have heard the answer. A cell holds if both of its dossiers come to their end with the same
events, in the same order and with the same data, as aiokafka's do with its defaults.

"""
BELOW = """\
–: the client as it is installed does not have it. Transactions: everything is said in a transaction that is committed,
after another one that is aborted; what was taken back has no answer. Structured and binary: the records are read and
made by a CloudEvents SDK. Signed: the keys of the agencies are published, and each report carries the signature of its
agency; the file `signing` beside the program makes it. Partitions: where the client's default partitioner puts a
dossier's reports; "its own" is another partition than Java's client chooses, and changes nothing.

"""
EVENTS = """\
## What a CloudEvents SDK makes of a record

Read by the SDK's JSON format and written again.

"""
END = """\

So no record of ours holds a null or an empty attribute, and who forwards records has to forward their bytes.
"""


def write(found: Results, folder: Path) -> None:
    """Write the document into a folder."""
    (folder / "interop.md").write_text(rendered(found), encoding="utf-8")


def rendered(found: Results) -> str:
    """The document."""
    return "\n".join([*_head(found), *_matrix(found), *_below(found), *_events(found)]) + "\n"


def _head(found: Results) -> Iterator[str]:
    yield from HEAD.format(routings=ROUTINGS).splitlines()
    yield f"Run on {found.day.isoformat()}, {found.machine}, Apache Kafka {found.kafka}."
    yield ""


def _matrix(found: Results) -> Iterator[str]:
    yield f"| client | version | {' | '.join(COLUMNS)} | partitions |"
    yield f"| --- | --- |{' --- |' * (len(COLUMNS) + 1)}"
    for client in CLIENTS:
        row = found.rows[client.name]
        if row.unmade:
            yield f"| {row.package} | {row.version} | not made{' |' * len(COLUMNS)} |"
            continue
        cells = (_cell(row.cells.get(column)) for column in COLUMNS)
        yield f"| {row.package} | {row.version} | {' | '.join(cells)} | {_partitions(row)} |"
    yield ""


def _cell(wrong: str | None) -> str:
    if wrong is None:
        return "–"
    return "yes" if wrong == HELD else "**no**"


def _partitions(row: Row) -> str:
    return "as Java's" if not row.misplaced else "its own"


def _below(found: Results) -> Iterator[str]:
    yield from BELOW.splitlines()
    yield f"At the end {found.dossiers} dossiers were complete, {found.rejected} reports rejected (the impossible and"
    yield f"the malformed one of each), {found.lag} records left to read. `lienthong replay routing --compare`:"
    yield f"{found.replayed}."
    yield ""
    yield from _failures(found)
    yield "Toolchains: " + "; ".join(sorted({row.toolchain for row in found.rows.values() if row.toolchain})) + "."
    yield ""


def _failures(found: Results) -> Iterator[str]:
    unmade = [f"- {name}: {row.unmade}" for name, row in found.rows.items() if row.unmade]
    wrong = [
        f"- {name}, {variant}: {why}"
        for name, row in found.rows.items()
        for variant, why in row.cells.items()
        if why != HELD
    ]
    if unmade or wrong:
        yield from [*unmade, *wrong, ""]


def _events(found: Results) -> Iterator[str]:
    yield from EVENTS.splitlines()
    yield f"| record | {' | '.join(reread.sdk for reread in found.events)} |"
    yield f"| --- |{' --- |' * len(found.events)}"
    yield f"| golden samples that come back as they were | {' | '.join(map(_same, found.events))} |"
    for file in EXAMPLES:
        yield f"| {NAMES[file]} | {' | '.join(_plain(reread.examples[file]) for reread in found.events)} |"
    yield from END.splitlines()


def _same(one: Events) -> str:
    said = "; ".join(f"{change} in {count}" for change, count in sorted(one.changes.items()))
    return f"{one.same} of {one.samples}" + (f" ({said})" if said else "")


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
