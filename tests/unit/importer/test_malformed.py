import gzip

import pytest

from tools.importer import ImportFailed
from tools.importer.report import Kind

HEADER = "case,start,end,deadline,activity,time,group\n"
LINE = "case-{},2026-03-02T08:00+07:00,,2026-03-09T17:00+07:00,a,2026-03-03T08:00+07:00,A\n"
LAUGHS = "".join(f'<!ENTITY {chr(n)} "{f"&{chr(n - 1)};" * 10}">' for n in range(ord("b"), ord("k")))

HOPELESS = {
    "not xml": ("log.xes", b"hello", "line 1"),
    "empty": ("log.xes", b"", "no element found"),
    "other xml": ("log.xes", b"<html><body/></html>", "outermost element is <html>"),
    "laughs": ("log.xes", f'<!DOCTYPE log [<!ENTITY a "ha">{LAUGHS}]><log>&j;</log>'.encode(), "DOCTYPE"),
    "external": ("log.xes", b'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]><log>&x;</log>', "DOCTYPE"),
    "external dtd": ("log.xes", b'<!DOCTYPE log SYSTEM "http://localhost:1/x.dtd"><log/>', "DOCTYPE"),
    "wrong encoding": ("log.xes", '<?xml version="1.0" encoding="UTF-8"?><log a="é"/>'.encode("latin-1"), "encoding"),
    "no zip": ("log.xes.gz.raw", b"<log/>", "must end in"),
    "deep": ("log.xes", b"<log>" + b"<a>" * 300, "depth"),
    "no csv": ("log.csv", b"", "no columns at all"),
    "missing columns": ("log.csv", b"case,start\n", "column 'activity' is not there"),
    "column twice": ("log.csv", HEADER.replace("end", "start").encode(), "column 'end' is not there"),
    "csv not utf-8": ("log.csv", HEADER.encode() + b"\xff\xfe\n", "not utf-8"),
    "csv open quote": ("log.csv", HEADER.encode() + b'"case-1,', "unexpected end of data"),
}


@pytest.fixture
def either(mapping, csv_mapping):
    """The mapping that fits a file's name."""
    return lambda file: csv_mapping if ".csv" in file else mapping


@pytest.mark.parametrize("name", HOPELESS)
def test_a_file_that_gives_nothing_is_refused_with_a_sentence(write, run, either, new_bus, name):
    file, content, says = HOPELESS[name]
    bus = new_bus()
    with pytest.raises(ImportFailed) as refusal:
        run(write(content, file), either(file), bus)
    assert says in str(refusal.value)
    assert file in str(refusal.value)
    assert bus.calls == []


def test_entities_in_attribute_values_are_not_expanded_either(write, run, mapping):
    text = f'<!DOCTYPE log [<!ENTITY a "ha">{LAUGHS}]><log><string key="x" value="&j;"/></log>'
    with pytest.raises(ImportFailed, match=r"DOCTYPE|amplification"):
        run(write(text), mapping)


def test_a_missing_file_is_refused(tmp_path, run, mapping):
    with pytest.raises(ImportFailed, match="check the path"):
        run(tmp_path / "none.xes", mapping)


@pytest.mark.parametrize("name", ["log.xes.gz", "log.csv.gz"])
@pytest.mark.parametrize("content", [b"<log/>", b"\x1f\x8b\x08\x00" + b"\xff" * 99])
def test_a_damaged_archive_is_refused(tmp_path, run, either, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ImportFailed, match=r"log\..*\.gz: the compressed file is damaged"):
        run(file, either(name))


def test_of_a_truncated_file_the_whole_cases_are_played_and_no_clock_is_moved(logs, write, run, mapping):
    text = logs.log(*(logs.trace(logs.event(), name=f"case-{n}") for n in range(3)))
    report, bus = run(write(text[: text.rindex("<event>")]), mapping)
    assert report.played == 2
    assert not report.complete
    assert "line 2" in report.anomalies[Kind.FILE_BROKEN].example
    assert bus.calls == ["publish"]


def test_of_a_truncated_archive_the_whole_cases_are_played(logs, tmp_path, run, mapping):
    events = [logs.event(f"step {n}") for n in range(20)]
    text = logs.log(*(logs.trace(*events, name=f"case-{n}") for n in range(500)))
    whole = gzip.compress(text.encode())
    file = tmp_path / "log.xes.gz"
    file.write_bytes(whole[: len(whole) // 2])
    report, bus = run(file, mapping)
    assert 0 < report.played < 500
    assert "cut short" in report.anomalies[Kind.FILE_BROKEN].example
    assert bus.calls[-1] == "publish"


def test_of_a_csv_that_breaks_the_cases_before_are_played(write, run, csv_mapping):
    lines = "".join(LINE.format(n) for n in range(1000))
    report, _ = run(write((HEADER + lines).encode() + b"\xff\n", "log.csv"), csv_mapping)
    assert report.played > 800
    assert "not utf-8-sig after line" in report.anomalies[Kind.FILE_BROKEN].example


def test_a_log_without_cases_is_no_error_and_moves_no_clock(logs, write, run, mapping):
    report, bus = run(write(logs.log()), mapping)
    assert report.cases == 0
    assert bus.calls == []


@pytest.mark.parametrize("length", [1_000_000, 1_000_001, 3_000_000])
def test_a_csv_line_of_more_than_a_million_characters_is_skipped_and_counted(write, run, csv_mapping, length):
    long_line = LINE.format(3).strip() + "," * (length - len(LINE.format(3).strip()))
    report, bus = run(write(HEADER + LINE.format(1) + long_line + "\n" + LINE.format(2), "log.csv"), csv_mapping)
    assert (report.played, report.complete) == (2, True)
    assert report.anomalies[Kind.LINE_TOO_LONG].count == 1
    assert not any("case-3" in told for told in bus.told)


def test_a_field_of_140_000_characters_that_nobody_maps_stops_nothing(write, run, csv_mapping):
    long_field = LINE.format(1).strip() + "," + "x" * 140_000 + "\n"
    header = HEADER.strip() + ",remarks\n"
    report, _ = run(write(header + long_field + LINE.format(2).strip() + ",\n", "log.csv"), csv_mapping)
    assert (report.played, report.complete) == (2, True)
    assert Kind.LINE_SKIPPED not in report.anomalies


def test_a_quote_that_is_never_closed_fills_no_memory(write, run, csv_mapping):
    text = HEADER + LINE.format(1) + LINE.format(2) + '"' + (LINE.format(3) * 20_000)
    report, _ = run(write(text, "log.csv"), csv_mapping)
    assert "field larger than field limit (1000000)" in report.anomalies[Kind.FILE_BROKEN].example


def test_csv_may_begin_with_a_byte_order_mark(write, run, csv_mapping):
    report, _ = run(write(("\ufeff" + HEADER + LINE.format(1)).encode(), "log.csv"), csv_mapping)
    assert report.played == 1
