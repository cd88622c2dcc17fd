"""Free text on the bus: what is personal data by its form, and what only looks like it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import claims
from domain.personal_data import personal_data_in, personal_data_of
from domain.personal_data.finding import PROVINCES

EMAIL, PHONE, IDENTITY = "an e-mail address", "a phone number", "an identity number"

PERSONAL = [
    ("Liên hệ hoa.nguyen@example.vn để biết thêm", EMAIL),
    ("gửi về HOA+hoso@mail.example.com.vn.", EMAIL),
    ("gửi về hoa＠example.vn", EMAIL),
    ("hoa\u200b@example.vn", EMAIL),
    ("Gọi 0912345678", PHONE),
    ("ĐT:0912 345 678", PHONE),
    ("gọi số 0912.345.678, gặp chị Hoa", PHONE),
    ("(0912) 345-678", PHONE),
    ("+84 912 345 678", PHONE),
    ("+84912345678.", PHONE),
    ("(+84) 912 345 678", PHONE),
    ("điện thoại ０９１２３４５６７８", PHONE),
    ("điện thoại 0912\u200b345\u200b678", PHONE),
    ("máy bàn 024 3825 1234", PHONE),
    ("máy bàn (028) 3829 5451", PHONE),
    ("call +1 650 253 0000", PHONE),
    ("CCCD 079200012345", IDENTITY),
    ("số định danh 001 200 012 345", IDENTITY),
    ("ông An (001085012345) đề nghị", IDENTITY),
    ("036.185.001.234", IDENTITY),
    ("CMND 024123456", IDENTITY),
    ("CMND số: 150.000.000", IDENTITY),
    ("chứng minh nhân dân 024 123 456", IDENTITY),
    ("người nộp 024123456 đã bổ sung", IDENTITY),
]

HARMLESS = [
    "",
    "Thiếu bản vẽ hoàn công, đề nghị bổ sung trước 17:00 ngày 05/01/2026",
    "theo Nghị định 61/2018/NĐ-CP và Nghị định 118/2025/NĐ-CP",
    "Thông tư 03/2025/TT-VPCP, Quyết định 1085/QĐ-TTg ngày 15.09.2022",
    "hồ sơ H29.16-260105-0001 và H29.16.01-260302-0001",
    "mã hồ sơ 000.00.16.H29-260105-0001",
    "thủ tục 1.001193, 2.000815.000.00.00.H29",
    "nộp 500.000 đồng; tổng 1.250.000.000 đ; phạt 150000000 VND",
    "nộp 150 000 000 đồng",
    "tổng dự toán 245120000",
    "thửa đất số 1234, tờ bản đồ số 56, diện tích 1.234,5 m2",
    "thửa 024123456",
    "tọa độ X=1190123.45; Y=603456.78; 10.762622, 106.660172",
    "mã số thuế 0312345678, MST: 0301234567-001",
    "tài khoản số 0123456789 tại Kho bạc",
    "sổ hồng số BA 123456, vào sổ CH 00123",
    "GCN số AB 12345678",
    "công văn số 12345678/UBND-TNMT",
    "896f2012-d006-5735-8c2c-bd094b383dfb",
    "01234567-1234-5123-9012-012345678901",
    "2026-01-05T02:00:00.123456Z",
    "2011-10-18T13:47:06.950000+02:00",
    "2026-01-05 08:30:00 +07:00",
    "lô 12-34-56-78, khóm 3",
    "20260105123456",
    "05012026",
    "123456789012",
    "@ cơ quan",
]


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_personal_data_is_found_by_its_form(text, kind):
    assert personal_data_in(text) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_passes(text):
    assert personal_data_in(text) is None


@given(
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 3),
    st.integers(0, 99),
    st.integers(0, 999_999),
    st.sampled_from(["{}", "CCCD {}.", "của ông An, {}, nộp lại", "({})"]),
)
def test_every_identity_number_of_twelve_digits_is_found(province, century, year, number, sentence):
    assert personal_data_in(sentence.format(f"{province}{century}{year:02}{number:06}")) == IDENTITY


@given(st.text(max_size=1000))
def test_any_text_is_judged(text):
    assert personal_data_in(text) in (None, EMAIL, PHONE, IDENTITY)


def test_a_long_text_of_digits_is_judged_soon():
    rng = Random(1)
    for text in ("0 " * 500, "".join(rng.choice("0123456789 .-") for _ in range(1000)), "0-" * 500, "(" * 1000):
        personal_data_in(text)


REASONED = claims.NeedsSupplement(step="verify", missing=("form",), reason="gọi 0912 345 678")


@pytest.mark.parametrize(
    ("claim", "path"),
    [
        (REASONED, "reason"),
        (
            claims.AsksOpinion(step="a", of_agency="H29", question="CCCD 079200012345", limit="1 working-days"),
            "question",
        ),
        (claims.GivesOpinion(step="a", opinion="hoa@example.vn"), "opinion"),
        (claims.TookCustody(step="0912345678"), "step"),
        (claims.NeedsSupplement(step="a", missing=("ok", "hoa@example.vn"), reason="?"), "missing"),
        (
            claims.Application(
                procedure="1", channel="counter", receiving_unit="H29", attributes={"note": "0912345678"}
            ),
            "attributes",
        ),
        (
            claims.Application(procedure="1", channel="counter", receiving_unit="H29", attributes={"0912345678": 1}),
            "attributes",
        ),
        (
            claims.Application(procedure="1", channel="counter", receiving_unit="H29", applicant_ref="0912345678"),
            "applicant_ref",
        ),
    ],
)
def test_every_text_of_a_claim_is_looked_at_and_its_field_is_named(claim, path):
    found = personal_data_of(claim)
    assert found is not None
    assert found.path == path


def test_a_claim_without_any_passes():
    assert personal_data_of(REASONED.model_copy(update={"reason": "Bản vẽ mờ"})) is None
