"""The answers of an agency, whichever client carries them."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path


def config() -> dict:
    """The configuration: the broker, the program's own name, a codec, and the table of what to say."""
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def topics(told: dict) -> list[str]:
    """The topics that the table has something to say to."""
    return sorted({rule["on"] for rule in told["rules"]})


def answers(told: dict, event: dict) -> tuple[list[dict], list[dict]]:
    """Reports to take back, and reports to stand by, that follow from an event; none if it is not for this agency."""
    if not event["correlationid"].startswith(told["name"] + "."):
        return [], []
    for rule in told["rules"]:
        if rule["on"] == event["type"] and rule["where"].items() <= event["data"].items():
            taken_back = [report(event, rule["agency"], claim, f"b{n}") for n, claim in enumerate(rule["takes_back"])]
            return taken_back, [report(event, rule["agency"], claim, n) for n, claim in enumerate(rule["says"])]
    return [], []


def report(heard: dict, agency: str, claim: dict, number: object) -> dict:
    """One report. Its id follows from what it answers: said twice, it still is the same report."""
    return {
        "specversion": "1.0",
        "id": f"{heard['id']}-{number}",
        "source": f"/agency/{agency}",
        "type": "agency.reported",
        "subject": heard["subject"],
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "correlationid": heard["correlationid"],
        "causationid": heard["id"],
        "data": {"agency": agency, "officer": "CB-0001", "claim": claim},
    }
