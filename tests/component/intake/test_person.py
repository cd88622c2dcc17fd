"""What may be said of an applicant: a letter must reach this person, and nobody else."""

import pytest

from tests.component.intake.requests import PERSON, lodge

FLAWS = [
    ("email", "lan,hoa@example.org"),
    ("email", "Lan <lan@example.org>"),
    ("email", "lan@example.org\r\nBcc: hoa@example.org"),
    ("phone", "01691234567"),
    ("phone", "0912 345 678 or 0987 654 321"),
    ("name", "Bạn đã trúng thưởng, xem http://evil.example"),
    ("name", "evil.example"),
    ("name", "An\nKính gửi Bình"),
    ("name", "x" * 121),
]


@pytest.mark.parametrize(("field", "text"), FLAWS, ids=ascii)
async def test_what_could_mislead_a_letter_is_refused_and_nothing_is_kept(unit, field, text):
    answer = await lodge(unit, applicant=PERSON | {field: text})
    assert answer.status_code == 422
    (complaint,) = answer.json()["errors"]
    assert complaint["loc"] == ["body", "applicant", field]
    assert text not in complaint["msg"]
    assert (unit.published, unit.store.database.applicants.kept) == ([], [])


@pytest.mark.parametrize("written", ["0912 345 678", "+84 912 345 678", "(0912) 345.678"])
async def test_what_is_kept_has_one_normal_form(unit, written):
    person = {"name": "Nguyê\u0303n\u00a0 Thi\u0323 Hoa", "email": "hoa@Ví-dụ.vn", "phone": written}
    assert (await lodge(unit, applicant=person)).status_code == 201
    (kept,) = unit.store.database.applicants.kept
    assert (kept["name"], kept["email"], kept["phone"]) == (
        "Nguyễn Thị Hoa",
        "hoa@xn--v-d-rma6749a.vn",
        "+84912345678",
    )
