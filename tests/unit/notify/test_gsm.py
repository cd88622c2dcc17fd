"""Segments as an operator counts them (3GPP TS 23.038 and 23.040), and text without marks."""

import pytest

from services.notify.adapters.gsm import segments, without_marks


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ế" * 70, 1),
        ("ế" * 71, 2),
        ("a" * 70 + "ế", 2),
        ("ế" * 134, 2),
        ("ế" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("x" * 66 + "😀" + "ế" * 66, 3),
        ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà", 1),
        ("ç" * 71, 2),
    ],
    ids=lambda value: str(value)[:12],
)
def test_segments_are_counted_as_the_operator_does(text: str, count: int) -> None:
    assert segments(text) == count


def test_the_text_of_the_boundary_takes_three_segments_with_marks_and_one_without() -> None:
    text = ("Hồ sơ đã tiếp nhận, hẹn trả kết quả lúc " * 4)[:150]
    assert (segments(text), segments(without_marks(text))) == (3, 1)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đã tiếp nhận hồ sơ", "Da tiep nhan ho so"),
        ("ĐƯỜNG Nguyễn Huệ – “số 5”…", 'DUONG Nguyen Hue - "so 5"...'),
        ("Nguyê\u0303n", "Nguyen"),
        ("H’Hen", "H'Hen"),
        ("Việt 王", "Viet 王"),
        ("50 m²", "50 m2"),
    ],
)
def test_marks_are_left_out_and_other_scripts_stay(text: str, plain: str) -> None:
    assert without_marks(text) == plain
