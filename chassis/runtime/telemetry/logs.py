"""Structured logs: one JSON object a line on standard error, with codes and ids, never personal data.

docs/log-events.md lists every event with its fields.
"""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger
from typing_extensions import override

from contracts.envelope import AnyEvent

log = structlog.get_logger(__name__)

TYPE_PATTERN = re.compile(r"[a-z][a-z0-9.-]{0,60}")


def about(event: AnyEvent | None) -> dict[str, str]:
    """The fields by which a log line names the event it concerns; none if it could not be read."""
    if event is None:
        return {}
    return {"dossier": event.subject, "event_id": event.id, "causation": event.causationid}


def type_name(text: str) -> str:
    """An event type as a sender wrote it, if it looks like one: anything may stand there, a name too."""
    return text if TYPE_PATTERN.fullmatch(text) else "(no type name)"


class Libraries(logging.Handler):
    """Turns what libraries warn of into our lines: the first words of a message, never what was filled in."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Say which library, what, and the class of the error; its text may hold anything."""
        error = record.exc_info[0] if record.exc_info else None
        log.warning(
            "library.warned",
            library=record.name,
            message=str(record.msg).partition("\n")[0][:200],
            error=error.__name__ if error else "",
        )


def configure(level: str, service: str) -> None:
    """Set up logging for this process.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        service: stands in every line, whichever thread or task it comes from.
    """

    def name_service(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["service"] = service
        return line

    structlog.configure(
        processors=[
            name_service,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Libraries()])
    # aiokafka says in an error what the loop handles and reports itself; bus.trouble alone listens to it
    logging.getLogger("aiokafka").propagate = False
