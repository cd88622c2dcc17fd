"""A log line is one JSON object, names the service whichever thread it comes from, and tells nothing of a person."""

import json
import logging
import threading
from datetime import UTC, datetime

import pytest
import structlog

from chassis.runtime.telemetry import logs
from contracts.claims import IntakeSubmitted
from contracts.envelope import new_event


@pytest.fixture
def written(capsys):
    """Lines written since the last look, with logging set up as in a service."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    logs.configure("INFO", "sla")
    structlog.configure(cache_logger_on_first_use=False, logger_factory=structlog.PrintLoggerFactory())
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_names_the_service_in_every_thread(written):
    thread = threading.Thread(target=lambda: structlog.get_logger().info("service.started", topics=3))
    thread.start()
    thread.join()
    [line] = written()
    assert (line["service"], line["event"], line["level"], line["topics"]) == ("sla", "service.started", "info", 3)


def test_what_a_library_says_becomes_a_line_without_what_was_filled_in(written):
    logging.getLogger("some.library").warning("can not send to %s", "hoa@example.vn")
    [line] = written()
    assert (line["event"], line["library"]) == ("library.warned", "some.library")
    assert line["message"] == "can not send to %s"
    assert "hoa" not in json.dumps(line)


def test_of_an_exception_in_a_library_only_the_class_is_said(written):
    try:
        int("0901 234 567")
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved\nfuture: <Task 0901 234 567>")
    [line] = written()
    assert line["error"] == "ValueError"
    assert "0901" not in json.dumps(line)


def test_debug_lines_are_not_written_unless_wanted(written):
    structlog.get_logger().debug("batch.done", records=1)
    assert written() == []


def test_a_line_about_an_event_names_dossier_event_and_cause():
    data = IntakeSubmitted.model_validate({"submission_id": "submission-1", "claim": {"kind": "payment", "amount": 1}})
    given = {"source": "/portal/test", "subject": "D.1", "correlationid": "c", "causationid": "why"}
    event = new_event(data, time=datetime(2026, 3, 2, tzinfo=UTC), unique=("x",), **given)
    assert logs.about(event) == {"dossier": "D.1", "event_id": event.id, "causation": "why"}
    assert logs.about(None) == {}


@pytest.mark.parametrize("text", ["Nguyễn Thị Hoa", "hoa@example.vn", "", "x" * 62, "A", "a\nb", "0901234567"])
def test_a_type_that_is_no_type_name_is_not_repeated(text):
    assert logs.type_name(text) == "(no type name)"


def test_a_type_name_is_repeated():
    assert logs.type_name("dossier.step-completed") == "dossier.step-completed"
