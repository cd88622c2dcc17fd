import itertools
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from contracts.notify import Template
from services.notify.adapters.contacts import Contact
from services.notify.adapters.writing import Writer
from services.notify.decide import Order
from services.notify.state import Cause, Details, Language, Recipient

AT = datetime(2026, 1, 5, 2, tzinfo=UTC)
TEMPLATES: list[Template] = [one for one in get_args(Template) if one != "due-soon"]
LANGUAGES: list[Language] = ["vi", "en"]


def order(template: Template, language: Language = "vi", **details: object) -> Order:
    filled = {
        "reason": "Thiếu giấy tờ",
        "missing": ("copy-of-id", "no-such-item"),
        "amount": 1_250_000,
        "due": AT + timedelta(hours=8),
        "agency": "H29.02",
        "outcome": "granted",
        **details,
    }
    cause = Cause("event-1", "H29.16-260105-0001", AT, "submission-1", "live")
    recipient = Recipient("person-1", language, "H29.16.01", "1.001193")
    return Order("message-1", template, 1, False, cause, recipient, Details(**filled))  # type: ignore[arg-type]


@pytest.mark.parametrize(("template", "language"), list(itertools.product(TEMPLATES, LANGUAGES)))
def test_every_template_in_every_language(template: Template, language: Language, writer: Writer) -> None:
    letter = writer.write(order(template, language), None)
    assert "H29.16-260105-0001" in letter.subject
    assert "H29.16-260105-0001" in letter.short
    assert letter.body.startswith("Kính gửi Ông/Bà,\n" if language == "vi" else "Dear Sir or Madam,\n")
    assert not any(sign in letter.subject + letter.short + letter.body for sign in ("{", "}", "None", "H29.02"))


def test_an_apology_says_who_what_when_and_what_next(writer: Writer) -> None:
    letter = writer.write(order("apology"), Contact(name="Nguyễn Thị Hoa"))
    assert letter.subject == "Thư xin lỗi về việc chậm trả kết quả hồ sơ H29.16-260105-0001"
    for words in (
        "Kính gửi Ông/Bà Nguyễn Thị Hoa,",
        "Thời điểm hẹn trả kết quả: 17:00 ngày 05/01/2026",
        "Cơ quan giữ hồ sơ khi quá hạn: Sở Tư pháp",
        "chân thành xin lỗi Ông/Bà",
        "vẫn tiếp tục được giải quyết",
    ):
        assert words in letter.body


def test_the_language_the_person_chose_wins(writer: Writer) -> None:
    assert "Dear Mai," in writer.write(order("receipt", "vi"), Contact(name="Mai", language="en")).body


def test_names_stand_for_codes_where_there_are_any(writer: Writer) -> None:
    letter = writer.write(order("supplement-request"), None)
    assert "2. no-such-item" in letter.body
    assert "Thiếu giấy tờ" in letter.body
    assert "1.001193" not in letter.body


def test_text_stays_text(writer: Writer) -> None:
    letter = writer.write(order("refusal", reason='Điều 5 & "khoản" <2>'), None)
    assert 'Điều 5 & "khoản" <2>' in letter.body


@pytest.mark.parametrize(("outcome", "words"), [("granted", "đã được chấp thuận"), ("denied", "không được chấp thuận")])
def test_a_completion_tells_the_outcome(outcome: str, words: str, writer: Writer) -> None:
    assert words in writer.write(order("completion", outcome=outcome), None).body


def test_money_is_written_as_offices_write_it(writer: Writer) -> None:
    assert "1.250.000 đồng" in writer.write(order("payment-request"), None).body
    assert "VND 1,250,000" in writer.write(order("payment-request", "en"), None).body
