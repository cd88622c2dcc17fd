"""What everybody on the bus reads holds nothing of a person: a report whose words do is answered with no."""

from datetime import UTC, datetime

import pytest

from contracts import claims, rule_days
from contracts.routing import DossierAcknowledged, DossierSuspended, ReportRejected
from domain.worktime import ZONE
from tests.given import given, received, reported
from tests.unit.routing.telling import CHAIN, ROUTING, UNIT, explains, objection, took


def december(day, clock="08:00"):
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}").replace(tzinfo=ZONE)


def taken(event):
    """As the bus took it in: when it was made."""
    return event.take_in(event.time)


def begun():
    return given(ROUTING, taken(received(december(2), *CHAIN)))


def lacking(reason):
    return reported(
        UNIT, claims.NeedsSupplement(step="forward", missing=("form",), reason=reason), december(2, "09:00")
    )


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("gọi 0912 345 678", "a phone number"),
        ("gửi về hoa@example.vn", "an e-mail address"),
        ("CCCD 079200012345", "an identity number"),
    ],
)
def test_a_reason_that_holds_personal_data_is_refused_and_not_quoted(reason, kind):
    story = begun().when(taken(lacking(reason)))
    code, text = objection(story)
    assert code == "personal-data"
    assert text.startswith(f"reason holds {kind}; ")
    assert not any(word in text for word in ("0912", "hoa@", "0792"))
    assert not story.says(DossierSuspended)


def test_the_same_words_without_it_are_taken():
    story = begun().when(taken(lacking("Bản vẽ mờ, Nghị định 118/2025/NĐ-CP, nộp 500.000 đồng")))
    assert len(story.says(DossierSuspended)) == 1


@pytest.mark.parametrize("officer", ["CB-0001", "H29.05.cb01", "H29.16-ld01", "officer-1"])
def test_officers_are_named_by_their_codes(officer):
    assert begun().when(taken(took(UNIT, "forward", december(2, "09:00"), officer=officer))).says(DossierAcknowledged)


@pytest.mark.parametrize("officer", ["Nguyễn Thị Hoa", "Nguyen Van An", "7", "-1", "a" * 60 + "1", "cb 01"])
def test_an_officer_with_a_name_in_the_place_of_a_code_is_refused_and_not_quoted(officer):
    story = begun().when(taken(took(UNIT, "forward", december(2, "09:00"), officer=officer)))
    code, text = objection(story)
    assert (code, officer in text) == ("unknown-officer", False)


def test_so_is_the_owner_of_an_explanation():
    told = explains(UNIT, "forward", december(2, "09:00"), december(9))
    named = told.model_copy(
        update={"data": told.data.model_copy(update={"claim": told.data.claim.model_copy(update={"owner": "Bà Hoa"})})}
    )
    assert objection(begun().when(taken(named)))[0] == "unknown-officer"


def test_personal_data_has_the_place_of_a_code_at_times():
    story = begun().when(taken(took(UNIT, "0912345678", december(2, "09:00"))))
    code, text = objection(story)
    assert (code, "0912345678" in text) == ("personal-data", False)


def test_what_was_taken_in_before_the_rule_counts_as_it_did(monkeypatch):
    monkeypatch.setattr(rule_days, "NO_PERSONAL_DATA", datetime(2027, 1, 1, tzinfo=UTC))
    assert begun().when(taken(lacking("gọi 0912 345 678"))).says(DossierSuspended)


def test_what_was_kept_without_a_stamp_counts_as_it_did():
    assert not begun().when(lacking("gọi 0912 345 678")).says(ReportRejected)
