"""What a forger works with: the keys that he has and has not, honest records, and other signatures for them."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from contracts.signatures import HEADER, compact, decoded, encoded
from lienthong_agency.signing import SigningKey, sign
from tests.signing import Registry, key_of, statement_of
from tests.unit.chassis.records import STAMP, Sent, report

HONEST, THIEF = "H29.16", "H29.07"
SINCE = STAMP - timedelta(days=30)

KEY_OF_HONEST, KEY_OF_THIEF = key_of(HONEST), key_of(THIEF)
ENDED, REVOKED, FUTURE, UNKNOWN = (key_of(HONEST, which) for which in ("ended", "revoked", "future", "unknown"))
ELSEWHERE = key_of(HONEST, cluster="another-cluster")

Json = dict[str, Any]


def registry() -> Registry:
    """The keys that the root has told of."""
    found = Registry(HONEST, THIEF, since=SINCE)
    found.tell(statement_of(ENDED, SINCE, valid_until=STAMP - timedelta(days=1)), SINCE)
    found.tell(statement_of(FUTURE, STAMP + timedelta(days=1)), SINCE)
    found.tell(statement_of(REVOKED, SINCE), SINCE)
    found.tell(statement_of(REVOKED, SINCE, revoked_at=STAMP - timedelta(hours=2)), STAMP - timedelta(hours=1))
    return found


def signed(event: Json, key: SigningKey, **more: Any) -> Sent:
    """A record as an agency's client writes it."""
    value = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    given = {"topic": event["type"], "key": str(event["subject"]).encode(), **more}
    return Sent(value=value, headers=((HEADER, sign(value, key)),), **given)


def honest(rng: Random, agency: str = HONEST, **changes: Any) -> Json:
    """A report that would be right if its agency signed it."""
    claim = rng.choice(
        (
            {"kind": "took-custody", "step": "forward"},
            {"kind": "finished-step", "step": "forward"},
            {"kind": "needs-supplement", "step": "forward", "missing": ["extra"], "reason": "thiếu trích lục"},
            {"kind": "recalls", "reason": "nhận nhầm"},
        )
    )
    data = {"agency": agency, "claim": claim}
    return report(**{"id": f"r-{rng.random()}", "source": f"/agency/{agency}", "data": data, **changes})


def submission(rng: Random, agency: str = HONEST) -> Json:
    """What a counter says that a citizen did."""
    name = f"submission-{rng.randrange(10**9)}"
    data = {"submission_id": name, "claim": {"kind": "withdrawal"}}
    named = {"type": "intake.submitted", "source": f"/agency/{agency}", "subject": name, "correlationid": name}
    return report(**named, id=f"s-{rng.random()}", data=data)


def header(record: Sent, *written: bytes | None) -> Sent:
    """The record with these signatures and no others."""
    return replace(record, headers=tuple((HEADER, one) for one in written))


def parts(record: Sent) -> tuple[Json, bytes]:
    """The protected header of a record's signature, and its proof."""
    protected, _, proof = (record.headers[0][1] or b"").decode().split(".")
    return json.loads(decoded(protected)), decoded(proof)


def under(record: Sent, proof: bytes | None = None, **changes: Any) -> Sent:
    """The record's signature under another protected header; None takes a member out."""
    told, kept = parts(record)
    told = {name: value for name, value in {**told, **changes}.items() if value is not None}
    return header(record, compact(encoded(json.dumps(told).encode()), kept if proof is None else proof))
