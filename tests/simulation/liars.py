"""Who lies in a record itself: another's source, another clock, a moment that never comes, text for a number, headers.

They write to the bus past every portal. What must come of it: `laws_records.py`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.runtime.bus.record import Message
from contracts import claims, intake, routing
from contracts.envelope import LIVE, AnyEvent
from contracts.rule_days import bounds_claims
from tests.simulation.bus import BusRecord
from tests.simulation.voice import SIMULATED, Voice

LIES = 0.05
"""Of each kind, about each thing that is heard of."""

WILD = "9999-12-31T23:57:59.9995Z"

Json = dict[str, Any]


class RecordLiars:
    """They hear what everybody hears, and when the bus took it in."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._settled: set[str] = set()
        self._told: set[tuple[object, ...]] = set()

    def told(self, record: BusRecord) -> bool:
        """Whether a record is one of theirs, or a copy that somebody made of it."""
        return (record.topic, record.value, record.headers) in self._told

    def hear(self, event: AnyEvent, at: datetime) -> None:
        """Perhaps make something of an event."""
        match event.data:
            case claims.IntakeSubmitted(claim=claims.Application()) if bounds_claims(at):
                self._settled.add(event.correlationid)
            case intake.DossierReceived() if bounds_claims(at) and event.correlationid in self._settled:
                self._settled.add(event.subject)
                self._perhaps(event, self._of_a_submission, self._on_another_clock, self._tick)
            case routing.DossierTransferred() if bounds_claims(self._voice.bus.clock()):
                self._perhaps(event, self._as_somebody_else, self._of_a_taken_id, self._of_no_time, self._in_headers)
                self._perhaps(event, self._on_another_clock, self._of_a_registry, self._announce)

    def _perhaps(self, event: AnyEvent, *lies: Callable[[AnyEvent], None]) -> None:
        for lie in lies:
            if self._voice.chance(LIES):
                self._voice.later(lie, event)

    def _report(self, event: AnyEvent, **changes: Any) -> Json:
        """What looks like a report about a dossier."""
        said = json.loads(event.to_json())
        data = {"agency": "H29.07", "claim": {"kind": "took-custody", "step": "forward"}}
        at = self._voice.now(event.timeline).isoformat()
        made = {"type": "agency.reported", "source": "/agency/H29.07", "id": f"lie-{self._voice.rng.random()}"}
        return {**said, **made, "time": at, "data": data, **changes}

    def _as_somebody_else(self, event: AnyEvent) -> None:
        source = self._voice.rng.choice(("/lienthong/routing", "/agency/H29.16.01", "/import/live", "H29.07"))
        self._tell(self._report(event, source=source))

    def _of_a_taken_id(self, event: AnyEvent) -> None:
        """An id of routing's, under its source."""
        self._tell(self._report(event, source=event.source, id=event.id))

    def _of_no_time(self, event: AnyEvent) -> None:
        wild = self._voice.rng.choice((WILD, "20270305", 20270305, "2026-03-02", None))
        self._tell(self._report(event, timeline="wild", time=wild))

    def _on_another_clock(self, event: AnyEvent) -> None:
        if event.subject in self._settled:
            other = SIMULATED if event.timeline == LIVE else "wild"
            self._tell(self._report(event, timeline=other))

    def _in_headers(self, event: AnyEvent) -> None:
        """Binary mode, with a header that can not be."""
        report = self._report(event)
        headers = [(f"ce_{name}", str(value).encode()) for name, value in report.items() if name != "data"]
        odd: list[tuple[str, Any]] = [("ce_id", b"again"), ("ce_x", None), ("ce_x", b"\xff"), ("ce_data", b"{}")]
        headers = [one for one in headers if one[0] != "ce_datacontenttype"]
        headers.append(self._voice.rng.choice(odd))
        value = json.dumps(report["data"]).encode()
        self._write(Message("agency.reported", event.subject.encode(), value, tuple(headers)))

    def _of_a_registry(self, event: AnyEvent) -> None:
        self._tell(self._report(event), prefix=b"\0\0\0\0\7")

    def _of_a_submission(self, event: AnyEvent) -> None:
        """Half a million written in words of money; or taken back by whoever uses another clock."""
        submission = event.correlationid
        named = {"type": "intake.submitted", "source": "/portal/people", "subject": submission}
        amount = self._voice.rng.choice(("500.000", True, "1_000", 5.0))
        paid = {"submission_id": submission, "claim": {"kind": "payment", "amount": amount}}
        gone = {"submission_id": submission, "claim": {"kind": "withdrawal"}}
        self._tell(self._report(event, **named, data=paid))
        self._tell(self._report(event, **named, data=gone, timeline="wild"))

    def _tick(self, _: AnyEvent) -> None:
        """It is another day for everybody."""
        tick = {
            "type": "clock.ticked",
            "source": "/clock/live",
            "subject": LIVE,
            "timeline": LIVE,
            "data": {"partition": 0},
        }
        self._tell(self._report(_, **tick))

    def _announce(self, event: AnyEvent) -> None:
        day = {"on": self._voice.now(event.timeline).date().isoformat(), "hours": [], "vi": "nghỉ", "en": "off"}
        data = {"calendar": "province", "days": [day], "reason": "so say I"}
        self._tell(self._report(event, type="calendar.changed", source="/calendar/mine", data=data))

    def _tell(self, event: Json, prefix: bytes = b"") -> None:
        value = prefix + json.dumps(event, ensure_ascii=False).encode()
        self._write(Message(event["type"], event["subject"].encode(), value))

    def _write(self, message: Message) -> None:
        self._voice.bus.append(message)
        self._told.add((message.topic, message.value, message.headers))
