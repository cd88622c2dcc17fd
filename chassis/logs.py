"""Structured logs: one JSON object a line on standard error, with codes and ids, never personal data."""

import logging
import sys

import structlog


def configure(level: str, service: str) -> None:
    """Set up logging for this process.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        service: stands in every line.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, format=f'{{"service":"{service}","event":"%(name)s: %(message)s"}}')
    # aiokafka says in an error what the loop handles and reports itself
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
