"""Forgeries by a seeded generator: records in another agency's name, each wrong in one way, and what each must meet.

A forger here knows everything but the honest agency's private key: its public key, its `kid`, old records of it, and
the private keys of another agency, of a key that ended, and of one that the root has not told of.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from contracts.signatures import HEADER, KEY, compact, decoded, encoded, signing_input
from lienthong_agency.signing import SigningKey, sign
from tests.forging import (
    ELSEWHERE,
    ENDED,
    FUTURE,
    HONEST,
    KEY_OF_HONEST,
    KEY_OF_THIEF,
    REVOKED,
    THIEF,
    UNKNOWN,
    header,
    honest,
    parts,
    signed,
    submission,
    under,
)
from tests.unit.chassis.records import Sent


@dataclass(frozen=True)
class Forgery:
    """One forged record.

    Attributes:
        kind: in which way it is wrong.
        record: as it stands on the bus.
        codes: what its signature lacks, as the answer says; one of these.
    """

    kind: str
    record: Sent
    codes: tuple[str, ...]


def _by(key: SigningKey, code: str) -> Callable[[Random], tuple[Sent, str]]:
    return lambda rng: (signed(honest(rng), key), code)


def _with_the_honest_kid(rng: Random) -> tuple[Sent, str]:
    liar = rng.choice((KEY_OF_THIEF, UNKNOWN))
    return signed(honest(rng), replace(liar, kid=KEY_OF_HONEST.kid)), "wrong"


def _altered(rng: Random) -> tuple[Sent, str]:
    """Another claim under an honest signature: one byte of a text that is said."""
    record = signed(
        honest(rng, data={"agency": HONEST, "claim": {"kind": "recalls", "reason": "a" * 40}}), KEY_OF_HONEST
    )
    value = bytearray(record.value or b"")
    value[value.index(b"aaaa") + rng.randrange(40)] = rng.choice(b"bcdefghijklmnopqrstuvwxyz0123456789")
    return replace(record, value=bytes(value)), "wrong"


def _stripped(rng: Random) -> tuple[Sent, str]:
    return header(signed(honest(rng), KEY_OF_HONEST)), "missing"


def _doubled(rng: Random) -> tuple[Sent, str]:
    record = signed(honest(rng), rng.choice((KEY_OF_HONEST, KEY_OF_THIEF)))
    return header(record, record.headers[0][1], rng.choice((record.headers[0][1], b"", None))), "several"


def _truncated(rng: Random) -> tuple[Sent, str]:
    record = signed(honest(rng), KEY_OF_HONEST)
    written = record.headers[0][1] or b""
    return header(record, written[: rng.randrange(len(written))]), "form wrong"


def _of_nothing(rng: Random) -> tuple[Sent, str]:
    return header(signed(honest(rng), KEY_OF_HONEST), rng.choice((None, b"", b"..", b"null", b"\xff" * 90))), "form"


def _without_algorithm(rng: Random) -> tuple[Sent, str]:
    return under(signed(honest(rng), KEY_OF_HONEST), rng.choice((b"", b"\0" * 64)), alg="none"), "form"


def _by_the_public_key_as_a_secret(rng: Random) -> tuple[Sent, str]:
    record = signed(honest(rng), KEY_OF_HONEST)
    told = {**parts(record)[0], "alg": "HS256"}
    protected = encoded(json.dumps(told).encode())
    mac = hmac.digest(decoded(KEY_OF_HONEST.public_key), signing_input(protected, record.value or b""), "sha256")
    return header(record, compact(protected, mac)), "form"


def _by_another_algorithm(rng: Random) -> tuple[Sent, str]:
    return under(signed(honest(rng), KEY_OF_HONEST), alg=rng.choice(("ES256", "Ed25519", "eddsa", "", 7))), "form"


def _other_kid(rng: Random) -> tuple[Sent, str]:
    return under(signed(honest(rng), KEY_OF_HONEST), kid=f"{rng.random()}"), "unknown-key"


def _without_crit(rng: Random) -> tuple[Sent, str]:
    return under(
        signed(honest(rng), KEY_OF_HONEST), **rng.choice(({"crit": None}, {"crit": []}, {"b64": True}))
    ), "form"


def _as_a_statement(rng: Random) -> tuple[Sent, str]:
    record = signed(honest(rng), KEY_OF_HONEST)
    return header(record, sign(record.value or b"", KEY_OF_HONEST, KEY)), "form"


def _transplanted(rng: Random) -> tuple[Sent, str]:
    """An honest signature of another report."""
    return header(signed(honest(rng), KEY_OF_HONEST), sign(b"another", KEY_OF_HONEST)), "wrong"


def _renamed(rng: Random) -> tuple[Sent, str]:
    """What the thief signed as himself, with the source changed."""
    record = signed(honest(rng, THIEF), KEY_OF_THIEF)
    return replace(record, value=(record.value or b"").replace(b"/agency/H29.07", b"/agency/H29.16")), "unknown-key"


def _about_another(rng: Random) -> tuple[Sent, str]:
    """What the honest agency signed, with another subject, id, moment, timeline or submission."""
    event = honest(rng)
    record = signed(event, KEY_OF_HONEST)
    change = rng.choice(
        (
            {"subject": "H29.16-260302-0002"},
            {"id": f"again-{rng.random()}"},
            {"time": "2026-12-05T02:30:00Z"},
            {"timeline": "wild"},
            {"correlationid": "submission-2"},
        )
    )
    other = signed({**event, **change}, KEY_OF_HONEST)
    return replace(other, headers=record.headers), "wrong"


def _in_binary_mode(rng: Random) -> tuple[Sent, str]:
    """A signature of the data alone: whose attributes are headers can be given others."""
    event = honest(rng)
    value = json.dumps(event["data"]).encode()
    names = [name for name in event if name not in ("data", "datacontenttype", "dataschema")]
    attributes = [(f"ce_{name}", str(event[name]).encode()) for name in names if event[name]]
    proof = (HEADER, sign(value, KEY_OF_HONEST))
    headers = (*attributes, ("content-type", b"application/json"), proof)
    return Sent(event["type"], value, event["subject"].encode(), headers), "binary-mode"


def _misshapen(rng: Random) -> tuple[Sent, str]:
    """No report at all, so that routing would tell the honest agency that a report of its is malformed."""
    key = rng.choice((KEY_OF_THIEF, UNKNOWN))
    changes = rng.choice(({"data": {}}, {"time": "soon"}, {"data": {"agency": HONEST, "claim": {"kind": "?"}}}))
    return signed(honest(rng, **changes), key), "unknown-key"


def _of_a_counter(rng: Random) -> tuple[Sent, str]:
    return signed(submission(rng), KEY_OF_THIEF), "unknown-key"


KINDS: dict[str, Callable[[Random], tuple[Sent, str]]] = {
    "a key that nobody registered": _by(UNKNOWN, "unknown-key"),
    "another agency's key": _by(KEY_OF_THIEF, "unknown-key"),
    "another key under the honest kid": _with_the_honest_kid,
    "a key that ended": _by(ENDED, "expired"),
    "a revoked key": _by(REVOKED, "expired"),
    "a key that does not count yet": _by(FUTURE, "not-yet-valid"),
    "made for another cluster": _by(ELSEWHERE, "audience"),
    "an altered byte": _altered,
    "header stripped": _stripped,
    "header doubled": _doubled,
    "header truncated": _truncated,
    "no signature in the header": _of_nothing,
    "algorithm none": _without_algorithm,
    "algorithm HS256 with the public key": _by_the_public_key_as_a_secret,
    "another algorithm": _by_another_algorithm,
    "kid changed": _other_kid,
    "crit or b64 dropped": _without_crit,
    "the signature of a statement": _as_a_statement,
    "the signature of another report": _transplanted,
    "source changed": _renamed,
    "subject, id, time, clock or submission changed": _about_another,
    "data signed, attributes free": _in_binary_mode,
    "no report at all": _misshapen,
    "in a counter's name": _of_a_counter,
}


def forgeries(seed: int, count: int) -> list[Forgery]:
    """So many forgeries, of every kind in turn; of one seed always the same."""
    rng, names = Random(seed), list(KINDS)
    found = []
    for number in range(count):
        kind = names[number % len(names)]
        record, codes = KINDS[kind](rng)
        found.append(Forgery(kind, replace(record, offset=number, partition=number % 6), tuple(codes.split())))
    return found
