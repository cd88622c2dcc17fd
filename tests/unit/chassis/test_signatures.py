"""Keys and signatures: what the root says of keys, from when on it counts, and for which records."""

from datetime import timedelta
from itertools import permutations

import pytest

from chassis.core.agency_keys import MAX_KEYS, NO_KEYS, SETTLED, RootKeyError, is_proved, learn, trust
from chassis.core.signatures import Objection, Spoken, check, signatures_in, signer
from chassis.runtime.bus.record import read_record
from contracts.keys import AgencyKey, key_event
from contracts.signatures import KEY
from contracts.topics import BadEventError
from lienthong_agency.signing import sign
from tests.signing import CLUSTER, ROOT, TRUST, YEAR, key_of, statement_of
from tests.unit.chassis.records import STAMP, Sent, sent

AGENCY = "H29.16"
THEIRS = key_of(AGENCY)
VALUE = b'{"said":"so"}'
MOMENT = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def outcome(keys, at=STAMP, key=THEIRS, agency=AGENCY, value=VALUE):
    """The kid, or the code of what the signature lacks."""
    spoken = Spoken(agency, value, [sign(VALUE, key)], at, whole=True)
    found = check(keys, TRUST, spoken)
    return found.code if isinstance(found, Objection) else found.kid


def learned(*told):
    keys = NO_KEYS
    for data, at in told:
        keys = learn(keys, data, at)
    return keys


def test_a_key_counts_from_a_moment_after_it_was_told_of():
    keys = learned((statement_of(THEIRS, STAMP - YEAR / 2), STAMP))
    assert outcome(keys, STAMP + SETTLED - MOMENT) == "not-yet-valid"
    assert outcome(keys, STAMP + SETTLED) == THEIRS.kid


def test_nobody_has_to_sign_before_the_first_key_counts():
    assert not NO_KEYS.requires(STAMP)
    keys = learned((statement_of(THEIRS, STAMP + DAY), STAMP))
    assert not keys.requires(STAMP + SETTLED - MOMENT)
    assert keys.requires(STAMP + SETTLED)


def test_a_key_counts_within_its_time_and_not_at_its_end():
    keys = learned((statement_of(THEIRS, STAMP, valid_until=STAMP + DAY), STAMP - DAY))
    assert outcome(keys, STAMP - MOMENT) == "not-yet-valid"
    assert outcome(keys, STAMP) == THEIRS.kid
    assert outcome(keys, STAMP + DAY - MOMENT) == THEIRS.kid
    assert outcome(keys, STAMP + DAY) == "expired"


def test_a_revocation_counts_from_when_it_was_told_of_and_never_before():
    told = statement_of(THEIRS, STAMP - DAY), STAMP - DAY
    gone = statement_of(THEIRS, STAMP - DAY, revoked_at=STAMP - DAY / 2), STAMP
    keys = learned(told, gone)
    assert outcome(keys, STAMP) == THEIRS.kid
    assert outcome(keys, STAMP + SETTLED) == "expired"


def test_a_revocation_may_lie_ahead():
    gone = statement_of(THEIRS, STAMP - DAY, revoked_at=STAMP + DAY), STAMP
    keys = learned((statement_of(THEIRS, STAMP - DAY), STAMP - DAY), gone)
    assert outcome(keys, STAMP + DAY - MOMENT) == THEIRS.kid
    assert outcome(keys, STAMP + DAY) == "expired"


def test_nothing_makes_a_key_live_longer_again():
    told = statement_of(THEIRS, STAMP - DAY), STAMP - DAY
    gone = statement_of(THEIRS, STAMP - DAY, revoked_at=STAMP), STAMP
    longer = statement_of(THEIRS, STAMP - DAY, valid_until=STAMP + 2 * YEAR), STAMP + SETTLED
    assert outcome(learned(told, gone, told, longer), STAMP + DAY) == "expired"


def test_what_is_told_later_changes_no_judgement_of_before():
    """So a replay, which knows all that was ever told, judges as the service did."""
    told = [
        (statement_of(THEIRS, STAMP - DAY), STAMP - DAY),
        (statement_of(THEIRS, STAMP - DAY, valid_until=STAMP + DAY / 4), STAMP),
        (statement_of(THEIRS, STAMP - DAY, revoked_at=STAMP - DAY / 2), STAMP + DAY),
        (statement_of(key_of(AGENCY, "next"), STAMP), STAMP + DAY / 2),
    ]
    for n in range(1, len(told)):
        before, after = learned(*told[:n]), learned(*told)
        for at in (told[n][1] - MOMENT, told[n][1], told[n][1] + SETTLED - MOMENT):
            assert outcome(before, at) == outcome(after, at)


def test_statements_about_several_agencies_may_be_read_in_any_order():
    told = [
        (statement_of(key_of(name), STAMP), STAMP + n * MOMENT) for n, name in enumerate(("H29.1", "H29.2", "H29.3"))
    ]
    assert all(learned(*order) == learned(*told) for order in permutations(told))


def test_a_statement_that_is_read_again_changes_nothing():
    told = (statement_of(THEIRS, STAMP), STAMP), (statement_of(THEIRS, STAMP, revoked_at=STAMP + DAY), STAMP + MOMENT)
    assert learned(*told, *told) == learned(*told)


def test_a_kid_keeps_the_key_that_it_first_named():
    other = key_of(AGENCY, "other")
    swapped = statement_of(THEIRS, STAMP, public_key=other.public_key)
    keys = learned((statement_of(THEIRS, STAMP - DAY), STAMP - DAY), (swapped, STAMP))
    assert outcome(keys, STAMP + DAY) == THEIRS.kid


def test_an_agency_has_so_many_keys_and_no_more():
    told = [(statement_of(key_of(AGENCY, f"{n}"), STAMP - DAY), STAMP - DAY + n * MOMENT) for n in range(MAX_KEYS + 1)]
    keys = learned(*told)
    assert outcome(keys, key=key_of(AGENCY, f"{MAX_KEYS - 1}")) == key_of(AGENCY, f"{MAX_KEYS - 1}").kid
    assert outcome(keys, key=key_of(AGENCY, f"{MAX_KEYS}")) == "unknown-key"
    assert (
        outcome(
            learn(keys, statement_of(key_of(AGENCY, "0"), STAMP - DAY, revoked_at=STAMP), STAMP),
            STAMP + DAY,
            key_of(AGENCY, "0"),
        )
        == "expired"
    )


def test_a_key_is_its_agencys_alone_and_its_signature_of_these_bytes_alone():
    keys = learned(
        (statement_of(THEIRS, STAMP - DAY), STAMP - DAY), (statement_of(key_of("H29.07"), STAMP - DAY), STAMP - DAY)
    )
    assert outcome(keys, agency="H29.07") == "unknown-key"
    assert outcome(keys, value=VALUE + b" ") == "wrong"
    assert outcome(keys, key=key_of(AGENCY, cluster="elsewhere")) == "audience"


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "H29.07"},
        {"kid": "another"},
        {"public_key": key_of("thief").public_key},
        {"valid_from": STAMP - DAY},
        {"valid_until": STAMP + 2 * YEAR},
        {"revoked_at": STAMP},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_statement_with_another_word_is_not_the_roots(changes):
    data = statement_of(THEIRS, STAMP)
    assert is_proved(data, TRUST)
    assert not is_proved(AgencyKey.model_validate({**data.model_dump(), **changes}), TRUST)


def test_a_statement_is_the_roots_and_for_this_cluster_or_it_says_nothing():
    assert not is_proved(statement_of(THEIRS, STAMP, by=key_of("thief")), TRUST)
    assert not is_proved(statement_of(THEIRS, STAMP, by=key_of("root", cluster="elsewhere")), TRUST)
    unproved = statement_of(THEIRS, STAMP).model_copy(update={"proof": "none"})
    assert not is_proved(unproved, TRUST)
    as_a_claim = unproved.model_copy(update={"proof": sign(unproved.statement, ROOT).decode()})
    assert not is_proved(as_a_claim, TRUST)
    assert is_proved(as_a_claim.model_copy(update={"proof": sign(unproved.statement, ROOT, KEY).decode()}), TRUST)


def test_what_the_root_signs_does_not_depend_on_how_a_moment_is_written():
    data = statement_of(THEIRS, STAMP)
    written = {**data.model_dump(mode="json"), "valid_from": "2026-12-05T10:00:00+07:00"}
    assert is_proved(AgencyKey.model_validate(written), TRUST)
    assert data.statement.startswith(b'{"agency":"H29.16","kid":"')
    assert data.statement.endswith(b'"valid_from":"2026-12-05T03:00:00Z","valid_until":"2027-12-05T03:00:00Z"}')


def test_a_statement_is_read_from_its_topic_as_the_roots_alone():
    event = key_event(statement_of(THEIRS, STAMP), STAMP)
    record = Sent(AgencyKey.TYPE, event.to_json().encode(), AGENCY.encode())
    assert read_record(record).data.statement == event.data.statement
    assert key_event(event.data, STAMP + DAY).identity == event.identity
    for lie in ({"source": "/agency/H29.16"}, {"subject": "H29.07"}, {"correlationid": "x"}):
        with pytest.raises(BadEventError, match=next(iter(lie)) if "source" in lie else "subject"):
            read_record(sent({**event.model_dump(mode="json", exclude_none=True), **lie}, topic=AgencyKey.TYPE))


@pytest.mark.parametrize("root", ["", "x", ROOT.public_key[:-1], ROOT.public_key + "=", "é" * 43])
def test_a_root_that_is_no_key_is_refused(root):
    with pytest.raises(RootKeyError, match="43 characters"):
        trust(root, CLUSTER)


def test_agencies_and_imports_sign_and_nobody_else():
    assert signer("/agency/H29.16") == AGENCY
    assert signer("/import/log-2011") == "import"
    assert [signer(source) for source in ("/portal/web", "/lienthong/routing", "agency/H29", "/imports")] == [""] * 4


def test_every_signature_beside_a_record_is_found():
    headers = [("content-type", b"x"), ("lt-signature", b"a"), ("lt-signature", None), ("LT-Signature", b"b")]
    assert signatures_in(headers) == [b"a", b""]
