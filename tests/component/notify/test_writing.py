import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import get_args

import pytest
from pypdf import PdfReader

from contracts.notify import Template
from domain.worktime import Lines
from services.notify.adapters.contacts import Contact
from services.notify.adapters.writing import Wording, Writer
from services.notify.decide import Order
from services.notify.folding_agencies import TO_AGENCIES
from services.notify.state import Cause, Details, Language, Recipient

AT = datetime(2026, 1, 5, 2, tzinfo=UTC)
TEMPLATES: list[Template] = [one for one in get_args(Template) if one not in TO_AGENCIES]
LANGUAGES: list[Language] = ["vi", "en"]


def order(template: Template, language: Language = "vi", **details: object) -> Order:
    filled = {
        "reason": "Thiếu giấy tờ",
        "missing": ("copy-of-id", "no-such-item"),
        "amount": 1_250_000,
        "due": AT + timedelta(hours=8),
        "agency": "H29.02",
        "outcome": "granted",
        "new_date": AT + timedelta(days=2) if template in ("rescheduled", "resumption") else None,
        **details,
    }
    cause = Cause("event-1", "H29.16-260105-0001", AT, "submission-1", "live")
    recipient = Recipient("person-1", language, "H29.16.01", "1.001193", AT)
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


def paper(letter: Wording) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(letter.pdf)).pages]


FORM_04 = {"reason": "Đo đạc lại thửa đất", "new_date": AT + timedelta(days=2, hours=8), "in_person": True}


def test_form_04_says_who_why_when_anew_and_who_signs(writer: Writer) -> None:
    (page,) = paper(writer.write(order("apology", **FORM_04), Contact(name="Nguyễn Thị Hoa")))
    for words in (
        "ỦY BAN NHÂN DÂN THÀNH PHỐ SỞ TƯ PHÁP",
        "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
        "Kính gửi: Ông/Bà Nguyễn Thị Hoa",
        "Ngày 05/01/2026, Ủy ban nhân dân phường Sài Gòn đã tiếp nhận",
        "Mã hồ sơ: H29.16-260105-0001",
        "Thủ tục hành chính: Đăng ký khai sinh",
        "Thời điểm hẹn trả kết quả: 17:00 ngày 05/01/2026",
        "Cơ quan gây chậm trễ: Sở Tư pháp",
        "Lý do: Đo đạc lại thửa đất.",
        "chân thành xin lỗi Ông/Bà",
        "hẹn lại thời điểm trả kết quả: 17:00 ngày 07/01/2026",
        "thủ trưởng cơ quan sẽ trực tiếp xin lỗi Ông/Bà",
        "THỦ TRƯỞNG CƠ QUAN",
        "Mã thư: message-1",
    ):
        assert words in page


def test_form_04_without_a_new_date_promises_none(writer: Writer) -> None:
    (page,) = paper(writer.write(order("apology", reason=""), None))
    assert "PHIẾU XIN LỖI Về việc" in page
    assert "không kèm ngày hẹn mới" in page
    assert "Lý do: đang được làm rõ" in page
    assert not any(words in page for words in ("hẹn lại", "trực tiếp xin lỗi", "None"))


def test_form_04_has_a_translation_for_who_reads_english(writer: Writer) -> None:
    vietnamese, english = paper(writer.write(order("apology", "en", **FORM_04), Contact(name="Mai")))
    assert "Kính gửi: Ông/Bà Mai" in vietnamese
    for words in (
        "The Vietnamese text is the letter.",
        "APOLOGY AND NEW APPOINTMENT DATE",
        "To: Mai",
        "Who caused the delay: Department of Justice",
        "due at 17:00 on 07/01/2026",
        "the head of the agency will apologise to you in person",
    ):
        assert words in english


def test_each_page_of_form_04_says_in_its_own_language_that_nobody_explained(writer: Writer) -> None:
    silent = FORM_04 | {"reason": "Cơ quan chưa giải trình", "reason_en": "Not explained by the agency yet"}
    letter = writer.write(order("apology", "en", **silent), None)
    vietnamese, english = paper(letter)
    assert "Lý do: Cơ quan chưa giải trình." in vietnamese
    assert "explained by" not in vietnamese
    assert "Cause: Not explained by the agency yet." in english
    assert "giải trình" not in english + letter.body
    assert "explained by" not in writer.write(order("apology", **silent), None).body


def test_form_04_addresses_a_name_it_has_no_letters_for_without_it(writer: Writer) -> None:
    letter = writer.write(order("apology", **FORM_04), Contact(name="王小明"))
    assert "Kính gửi: Ông/Bà Ngày" in paper(letter)[0]
    assert "Kính gửi Ông/Bà 王小明," in letter.body


def test_form_04_refers_to_the_message_for_a_reason_it_has_no_letters_for(writer: Writer) -> None:
    letter = writer.write(order("apology", **FORM_04 | {"reason": "Chờ bản dịch 地籍图"}), None)
    assert "Lý do: nêu trong thông báo gửi kèm phiếu này." in paper(letter)[0]
    assert "Lý do: Chờ bản dịch 地籍图." in letter.body


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_pasted_reason_is_one_line_of_plain_spaces(template: Template, writer: Writer) -> None:
    pasted = "Chờ\u00a0trích\u202flục\tbản\u200bđồ\u00ad\u202e\n\nKính gửi Nguyê\u0303n"
    plain = "Chờ trích lục bản đồ Kính gửi Nguyễn"
    assert writer.write(order(template, reason=pasted), None) == writer.write(order(template, reason=plain), None)


def test_what_withdraws_an_apology_says_which_and_that_it_holds_no_longer(writer: Writer) -> None:
    letter = writer.write(order("apology-withdrawn", new_date=AT + timedelta(days=2, hours=8)), Contact(name="Hoa"))
    assert letter.subject == "Thu hồi thư xin lỗi đã gửi về hồ sơ H29.16-260105-0001"
    (page,) = paper(letter)
    assert "THÔNG BÁO THU HỒI PHIẾU XIN LỖI" in page
    for text in (letter.body, page):
        for words in ("17:00 ngày 05/01/2026", "17:00 ngày 07/01/2026", "không quá hạn", "không còn giá trị"):
            assert words in text


def test_form_04_of_an_unknown_procedure_and_agency_shows_their_codes(writer: Writer) -> None:
    known = order("apology", agency="X99")
    unknown = replace(known, recipient=replace(known.recipient, procedure="9.9", receiving_unit="X98"))
    (page,) = paper(writer.write(unknown, None))
    assert "X99 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page
    assert "Thủ tục hành chính: 9.9; " in page
    assert "X98 đã tiếp nhận" in page


def test_the_same_order_is_the_same_letter_byte_for_byte(writer: Writer) -> None:
    first, second = (writer.write(order("apology", "en", **FORM_04), Contact(name="Mai")) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("template", [one for one in TEMPLATES if not one.startswith("apology")])
def test_no_other_message_has_a_paper(template: Template, writer: Writer) -> None:
    assert writer.write(order(template), None).pdf == b""


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 2, 9, 17, tzinfo=UTC), "ngày 10 tháng 02 năm 2026"),
        (datetime(2026, 3, 8, 2, tzinfo=UTC), "ngày 08 tháng 3 năm 2026"),
    ],
)
def test_form_04_is_dated_as_offices_do_it(at: datetime, words: str, writer: Writer) -> None:
    known = order("apology")
    (page,) = paper(writer.write(replace(known, cause=replace(known.cause, time=at)), None))
    assert words in page


@pytest.mark.parametrize(("language", "heading"), [("vi", "Cách tính thời điểm hẹn"), ("en", "reckoned:")])
@pytest.mark.parametrize("template", ["receipt", "rescheduled", "resumption", "apology"])
def test_a_date_comes_with_its_working_out(
    template: Template, language: Language, heading: str, writer: Writer
) -> None:
    why = Lines(vi=("05/01/2026: tính 1 ngày",), en=("2026-01-05: 1 day counted",))
    line = why.vi[0] if language == "vi" else why.en[0]
    assert f"\n- {line}\n" in writer.write(order(template, language, working_out=why, **FORM_04), None).body
    assert heading not in writer.write(order(template, language), None).body


def test_a_moved_date_says_from_when_to_when_and_why(writer: Writer) -> None:
    letter = writer.write(order("rescheduled", reason="Bão số 1", new_date=AT + timedelta(days=2, hours=8)), None)
    assert letter.short.endswith("chuyển từ 17:00 ngày 05/01/2026 sang 17:00 ngày 07/01/2026. Lý do: Bão số 1.")


@pytest.mark.parametrize(
    ("reason", "vi", "en"),
    [
        ("supplement", "đã được bổ sung", "was supplemented"),
        ("payment", "đã nhận được khoản nộp", "payment was received"),
        ("force-majeure", "Trở ngại bất khả kháng đã qua", "impossible is over"),
        ("something-new", "Việc tạm dừng đã kết thúc", "The pause is over"),
    ],
)
def test_a_date_after_a_pause_says_what_was_waited_for_and_is_no_apology(
    reason: str, vi: str, en: str, writer: Writer
) -> None:
    for words, language in ((vi, "vi"), (en, "en")):
        letter = writer.write(order("resumption", language, reason=reason), None)  # type: ignore[arg-type]
        assert words in letter.body
        assert "xin lỗi" not in letter.body
        assert "apolog" not in letter.body
