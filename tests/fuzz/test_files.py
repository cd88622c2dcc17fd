"""What any file does that an operator gives: it is read, or refused in the words of its kind; nothing else, no hang."""

import asyncio
import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import domain
from chassis.runtime.bus.record import Message
from contracts.topics import read_event
from domain.feedback import load_categories
from domain.procedures import load_catalogue, load_directory
from domain.rules import load_rule_sets
from domain.worktime import ClockError, DataError, Limit, LimitError, due_at, load_calendar, load_changes
from tests.fuzz.budget import SECONDS, tried
from tests.fuzz.mutations import TEXTS, mutated
from tests.unit.importer.conftest import MemoryBus, event_xml, log_xml, trace_xml
from tools.importer import ImportFailed, load_mapping, play

pytestmark = pytest.mark.slow

HERE = Path(domain.__file__).parent
EXAMPLES_OF_MAPPINGS = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
STORM = {
    "announced_at": "2026-03-03 08:00",
    "days_off": [{"date": date(2026, 3, 4), "vi": "Nghỉ bão", "en": "Storm"}],
    "working_days": [{"date": date(2026, 3, 7), "vi": "Làm bù", "en": "Swap"}],
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_bytes())


def catalogue(path: Path) -> Any:
    """A catalogue of one file: it is read by folders."""
    return load_catalogue(path.parent)


KINDS: dict[str, tuple[Callable[[Path], Any], list[Any]]] = {
    "calendar": (load_calendar, [read(HERE / "worktime" / "calendar.yaml")]),
    "announcement": (lambda path: load_changes(path, load_calendar()), [STORM]),
    "rules": (load_rule_sets, [read(HERE / "rules" / "rule_sets.yaml")]),
    "agencies": (load_directory, [read(HERE / "procedures" / "agencies.yaml")]),
    "procedures": (catalogue, [read(HERE / "procedures" / "fields" / "civil-status.yaml")]),
    "categories": (load_categories, [read(HERE / "feedback" / "categories.yaml")]),
    "mapping": (load_mapping, [read(file) for file in sorted(EXAMPLES_OF_MAPPINGS.glob("*.yaml"))]),
}


def documents(samples: list[Any]) -> st.SearchStrategy[bytes]:
    """YAML texts near to good ones, and some that are none."""
    near = mutated(samples).map(lambda one: yaml.safe_dump(one, allow_unicode=True).encode("utf-8", "surrogatepass"))
    odd = st.sampled_from(TEXTS).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(near, near, near, st.builds(_cut, near, st.floats(0, 1)), odd, st.binary(max_size=50))


def _cut(text: bytes, share: float) -> bytes:
    return text[: round(len(text) * share)]


@pytest.mark.parametrize("kind", KINDS)
def test_any_file_is_read_or_refused_in_words_of_its_kind(kind: str, tmp_path: Path) -> None:
    load, samples = KINDS[kind]
    (tmp_path / kind).mkdir()
    file = tmp_path / kind / "given.yaml"

    @tried()
    @given(documents(samples))
    def holds(text: bytes) -> None:
        file.write_bytes(text)
        try:
            loaded = load(file)
        except (DataError, ImportFailed) as error:
            assert file.name in str(error)  # noqa: PT017 - both ways of ending are right
            return
        if kind == "calendar":
            _is_usable(loaded)

    holds()


def _is_usable(calendar: Any) -> None:
    """A limit ends, or there is no day on which it could, and that is said."""
    for limit in ("3 working-days", "5 working-hours", "10 calendar-days"):
        try:
            assert due_at(calendar, NOW, Limit.parse(limit)) > NOW
        except (ClockError, DataError):
            continue


def test_any_text_is_a_limit_or_none() -> None:
    words = st.sampled_from(("working-days", "days", "working-hours", "hours", "months", "ngày", *TEXTS))
    numbers = st.integers().map(str) | st.sampled_from(("1e3", "٣", "+3", "03", "1_0", ""))

    @tried(10)
    @given(st.builds("{} {}".format, numbers, words) | st.text(max_size=20))
    def holds(text: str) -> None:
        try:
            limit = Limit.parse(text)
        except LimitError:
            return
        assert Limit.parse(str(limit)) == limit

    holds()


CSV_MAPPING = EXAMPLES_OF_MAPPINGS / "receipt-csv.yaml"
XES_MAPPING = EXAMPLES_OF_MAPPINGS / "receipt.yaml"
ROW = {
    "case_id": "case-1", "case_start": "2011-03-02T08:00:00+01:00", "case_end": "2011-03-06T16:00:00+01:00",
    "deadline": "2011-04-02T08:00:00+01:00", "channel": "Internet", "activity": "Check",
    "timestamp": "2011-03-03T08:00:00+01:00", "department": "A", "resource": "R1", "seq": "1",
}  # fmt: skip
ROWS = [ROW, ROW | {"activity": "Decide", "seq": "2", "timestamp": "2011-03-04T08:00:00+01:00"}, ROW | {"case_id": "2"}]
CELLS = st.sampled_from((*ROW.values(), *TEXTS)) | st.text(max_size=15)


@st.composite
def csv_logs(draw: st.DrawFn) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))))
    writer.writerow(draw(st.sampled_from((list(ROW), list(ROW)[1:], [*ROW, "case_id"], [*ROW, "", ""], []))))
    for row in draw(st.lists(st.sampled_from(ROWS), max_size=5)):
        cells = list(row.values())
        for _ in range(draw(st.integers(0, 2))):
            cells[draw(st.integers(0, len(cells) - 1))] = draw(CELLS)
        writer.writerow(cells + [draw(CELLS)] * draw(st.sampled_from((0, 0, 0, 1))))
    return _spoilt(draw, out.getvalue().encode("utf-8", "surrogatepass"))


@st.composite
def xes_logs(draw: st.DrawFn) -> bytes:
    traces = []
    for _ in range(draw(st.integers(0, 3))):
        events = [
            event_xml(_printable(draw(CELLS)), _printable(draw(CELLS)), _printable(draw(CELLS)))
            if draw(st.booleans())
            else event_xml()
            for _ in range(draw(st.integers(0, 4)))
        ]
        traces.append(trace_xml(*events, name=_printable(draw(CELLS)), deadline=_printable(draw(CELLS))))
    text = log_xml(*traces).replace(
        '<string key="time:', draw(st.sampled_from(("<string", "<date", "<int"))) + ' key="time:'
    )
    return _spoilt(draw, text.encode("utf-8", "surrogatepass"))


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())


def _spoilt(draw: st.DrawFn, text: bytes) -> bytes:
    match draw(st.integers(0, 9)):
        case 0:
            return _cut(text, draw(st.floats(0, 1)))
        case 1:
            at = draw(st.integers(0, len(text)))
            return text[:at] + draw(st.binary(min_size=1, max_size=5)) + text[at:]
        case _:
            return text


@pytest.mark.parametrize(("name", "mapping", "logs"), [
    ("log.csv", CSV_MAPPING, csv_logs()),
    ("log.xes", XES_MAPPING, xes_logs()),
    ("log.csv.gz", CSV_MAPPING, st.binary(max_size=60)),
    ("log.xes.gz", XES_MAPPING, st.binary(max_size=60)),
])  # fmt: skip
def test_any_log_is_imported_or_refused_and_all_that_is_told_of_it_can_be_read(
    name: str, mapping: Path, logs: st.SearchStrategy[bytes], tmp_path: Path
) -> None:
    file, loaded = tmp_path / name, load_mapping(mapping)

    async def imported() -> Sequence[Message]:
        bus = MemoryBus()
        async with asyncio.timeout(SECONDS):
            report = await play(file, loaded, bus, tmp_path / "progress", from_scratch=True)
        json.dumps(report.as_dict(), default=str)
        return bus.messages

    @tried(2)
    @given(logs)
    def holds(text: bytes) -> None:
        file.write_bytes(text)
        try:
            messages = asyncio.run(imported())
        except ImportFailed:
            return
        for message in messages:
            assert read_event(message.topic, message.value or b"").subject

    holds()
