"""The life that every small agency lives: what it hears, and what it says to that.

It is a table, so that a client's program needs no more than to look an event up and to send what stands there. Every
answer follows from something heard: a life that reaches its end proves that each event before it was received.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

PROCEDURE = "1.014159"
"""Three steps in a row: forward, extract, sign."""

COMPONENTS = ("form", "plot-map")
UNIT, OFFICE, NAMED, ASKED = "H29.16.01", "H29.05", "H29.03", "H29.04.01"
"""The receiving unit; who is planned for the last two steps; who is named instead, once; who gives an opinion."""

Claim = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """When an event `on` whose data have all of `where` is heard, `agency` says these claims, in this order.

    A client with transactions first says `takes_back` in one that it aborts.
    """

    on: str
    agency: str
    says: tuple[Claim, ...]
    where: dict[str, Any] = field(default_factory=dict)
    takes_back: tuple[Claim, ...] = ()


def custody(step: str) -> Claim:
    """The agency holds the dossier for this step."""
    return {"kind": "took-custody", "step": step}


def finished(step: str, **more: str) -> Claim:
    """The agency's step is done."""
    return {"kind": "finished-step", "step": step, **more}


def life(now: datetime) -> tuple[Rule, ...]:
    """The table; `now` is when it is played, because an explanation has to promise something that lies ahead."""
    # Believed, it would stop the dossier for good.
    false = ({"kind": "needs-payment", "step": "forward", "amount": 1_000_000},)
    asks = {
        "kind": "asks-opinion",
        "step": "extract",
        "of_agency": ASKED,
        "question": "Có nằm trong quy hoạch không?",
        "limit": "1 working-days",
    }
    needs = {"kind": "needs-supplement", "step": "extract", "missing": ["plot-map"], "reason": "Bản đồ đã cũ"}
    explains = {
        "kind": "explains-delay",
        "step": "extract",
        "cause": "Chờ đo đạc lại",
        "owner": "CB-0001",
        "plan": "Đo xong trong tuần này",
        "target": (now + timedelta(days=2)).isoformat(),
    }
    back = {"kind": "sent-back", "step": "extract", "to_step": "forward", "reason": "Thiếu chữ ký"}
    # Nothing that comes later can make it right: what is only early is not refused, it waits.
    impossible, malformed = finished("archive"), {"kind": "finished-step", "stepp": "extract"}
    return (
        Rule("dossier.transferred", UNIT, (custody("forward"), finished("forward", next_agency=NAMED)),
             {"step": "forward", "attempt": 1}, false),
        Rule("dossier.transferred", NAMED, (custody("extract"), asks), {"step": "extract", "attempt": 1}),
        Rule("consultation.requested", ASKED, ({"kind": "gives-opinion", "step": "extract", "opinion": "Có"},)),
        Rule("consultation.answered", NAMED, (needs,)),
        Rule("dossier.resumed", NAMED, (explains,), {"cause": "supplement"}),
        Rule("delay.explained", NAMED, (impossible,)),
        Rule("report.rejected", NAMED, (back,), {"code": "unknown-step"}),
        Rule("dossier.transferred", UNIT, (custody("forward"), finished("forward")), {"step": "forward", "attempt": 2}),
        Rule("dossier.transferred", OFFICE, (custody("extract"), malformed), {"step": "extract", "attempt": 2}),
        Rule("report.rejected", OFFICE, (finished("extract"),), {"code": "malformed"}),
        Rule("dossier.transferred", OFFICE, (custody("sign"), finished("sign")), {"step": "sign", "attempt": 1}),
    )  # fmt: skip


def as_config(rules: tuple[Rule, ...]) -> list[dict[str, Any]]:
    """The table as clients read it."""
    return [asdict(rule) for rule in rules]
