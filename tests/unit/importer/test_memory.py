import io
import json
import subprocess
import sys
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from tools.importer.case import CaseReader
from tools.importer.claims import claims_of
from tools.importer.csv_log import read_csv
from tools.importer.grouping import CACHE, Grouping
from tools.importer.report import Kind, Report
from tools.importer.scratch import Scratch
from tools.importer.xes import read_xes

ROOT = Path(__file__).parents[3]
EVENT = (
    '<event><string key="concept:name" value="Step {0}"/><string key="org:group" value="G{0}"/>'
    '<date key="time:timestamp" value="2026-03-03T08:00:0{0}Z"/></event>'
)
EVENTS = "".join(EVENT.format(n) for n in range(10))
TRACE = (
    '<trace><string key="concept:name" value="case-{}"/><date key="startdate" value="2026-03-02T08:00:00Z"/>'
    '<date key="deadline" value="2026-03-09T08:00:00Z"/>' + EVENTS + "</trace>"
)

RESIDENT = """
import json, sys
from pathlib import Path
from tools.importer import Mapping
sys.path.insert(0, {folder!r})
from test_memory import csv_by_time, grouped, read_xes, xes_of
mapping = Mapping.model_validate(json.loads({mapping!r}))
for case in {cases}:
    pass
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


class Fed(io.RawIOBase):
    """A file that is made up while it is read."""

    def __init__(self, parts):
        self.parts = iter(parts)
        self.rest = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.rest:
            part = next(self.parts, None)
            if part is None:
                return 0
            self.rest = part.encode()
        taken, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def xes_of(cases):
    def parts():
        yield "<log>"
        yield from (TRACE.format(n) for n in range(cases))
        yield "</log>"

    return io.BufferedReader(Fed(parts()))


def csv_of(cases):
    def parts():
        yield "case,start,end,deadline,activity,time,group\n"
        for n in range(cases):
            for step in range(10):
                yield f"case-{n},2026-03-02T08:00Z,,2026-03-09T08:00Z,Step {step},2026-03-03T08:00:0{step}Z,G{step}\n"

    return io.BufferedReader(Fed(parts()))


def csv_by_time(cases, steps=10):
    """The same events, sorted by time: those of one case stand far apart."""

    def parts():
        yield "case,start,end,deadline,activity,time,group\n"
        for step in range(steps):
            for n in range(cases):
                at = f"2026-03-03T08:00:{step % 60:02}Z"
                yield f"case-{n},2026-03-02T08:00Z,,2026-03-09T08:00Z,Step {step},{at},G{step % 10}\n"

    return io.BufferedReader(Fed(parts()))


def grouped(stream, mapping, note):
    with Grouping(mapping.case.id) as grouping:
        for piece in read_csv(stream, mapping, note):
            grouping.add(piece)
        yield from grouping.whole(note)


def peak_of(raw_cases, mapping):
    report = Report()
    tracemalloc.start()
    with Scratch() as scratch:
        reader = CaseReader(mapping, report, scratch)
        for number, raw in enumerate(raw_cases(report.note)):
            case = reader.read(raw)
            if number % 100 == 0:  # all of them would only take time
                claims_of(case, mapping)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return report, peak


@pytest.mark.long
@pytest.mark.parametrize(("read", "feed"), [(read_xes, xes_of), (read_csv, csv_of)])
def test_memory_does_not_grow_with_the_log(mapping, csv_mapping, read, feed):
    used = mapping if read is read_xes else csv_mapping
    _, small = peak_of(lambda note: read(feed(500), used, note), used)
    report, large = peak_of(lambda note: read(feed(20_000), used, note), used)
    assert report.events == 200_000
    assert large < small + 1_000_000


@pytest.mark.long
def test_putting_cases_together_holds_no_more_of_a_log_that_is_larger(csv_mapping):
    _, small = peak_of(lambda note: grouped(csv_by_time(500), csv_mapping, note), csv_mapping)
    report, large = peak_of(lambda note: grouped(csv_by_time(4_000), csv_mapping, note), csv_mapping)
    assert (report.cases, report.events) == (4_000, 40_000)
    assert large < small + 1_000_000


def resident(cases, mapping, *sizes):
    """Peak of a process that reads logs of these sizes, kB each.

    tracemalloc does not see the memory of C libraries, and getrusage in a child counts the parent's peak as well.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc to see the peak of a process")
    settings = json.dumps(mapping.model_dump(), default=sorted)
    code = RESIDENT.format(folder=str(Path(__file__).parent), mapping=settings, cases=cases)
    runs = (
        subprocess.run([sys.executable, "-c", code, str(size)], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        for size in sizes
    )
    return [int(run.stdout) for run in runs]


@pytest.mark.long
def test_the_parsers_own_memory_does_not_grow_either(mapping):
    small, large = resident("read_xes(xes_of(int(sys.argv[1])), mapping, print)", mapping, 500, 20_000)
    assert large < small * 1.2


@pytest.mark.long
def test_sorting_on_disk_takes_no_more_than_its_caches(csv_mapping):
    code = "grouped(csv_by_time(int(sys.argv[1])), mapping, lambda *_: None)"
    small, large = resident(code, csv_mapping, 100, 10_000)
    assert large < small + 3 * CACHE


def test_a_trace_with_endless_events_stays_small(mapping, monkeypatch):
    monkeypatch.setattr("tools.importer.log.MAX_EVENTS", 10)

    def parts():
        yield '<log><trace><string key="concept:name" value="case-1"/>'
        yield from (EVENTS for _ in range(2000))
        yield "</trace></log>"

    (case,) = islice(read_xes(io.BufferedReader(Fed(parts())), mapping, lambda _kind, _example: None), 2)
    assert len(case.events) == 10


def test_a_case_that_stands_in_endless_pieces_stays_small(csv_mapping, monkeypatch):
    monkeypatch.setattr("tools.importer.log.MAX_EVENTS", 10)
    noted = []
    (first, second) = grouped(csv_by_time(2, steps=2_000), csv_mapping, lambda kind, _example: noted.append(kind))
    assert (len(first.events), len(second.events)) == (10, 10)
    assert noted.count(Kind.TOO_MANY_EVENTS) == 2 * 1_990


@pytest.mark.parametrize("read", [read_xes, read_csv])
def test_values_without_end_are_not_kept(mapping, csv_mapping, read):
    text = "x" * 500_000
    if read is read_xes:
        parts, used = ["<log>", TRACE.format(text).replace("Step 0", text), "</log>"], mapping
    else:
        parts = ["case,start,end,deadline,activity,time,group\n", f"{text},,,,{text[:400_000]},,\n"]
        used = csv_mapping
    (case,) = read(io.BufferedReader(Fed(iter(parts))), used, lambda _kind, _example: None)
    values = [*case.values.values(), *(value for event in case.events for value in event.values())]
    assert max(map(len, values)) == 1_000
