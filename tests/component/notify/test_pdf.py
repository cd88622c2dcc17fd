"""Form 04 as PDF: what stands on it, and that it always is the same."""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm

from chassis.runtime.settings import SettingsError
from services.notify.adapters.pdf import FONTS, PdfRenderer, Sheet, UnprintableError

VIETNAMESE = "ăâđêôơư ĂÂĐÊÔƠƯ " + "".join(map(chr, range(0x1EA0, 0x1EFA)))


def sheet(**given: object) -> Sheet:
    words = {
        "superior": "Sở Nông nghiệp và Môi trường",
        "agency": "Văn phòng Đăng ký đất đai",
        "remark": "",
        "country": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "motto": "Độc lập - Tự do - Hạnh phúc",
        "number": "Số: ......",
        "date": "......, ngày 05 tháng 01 năm 2026",
        "title": "PHIẾU XIN LỖI",
        "about": "Về việc chậm trả kết quả",
        "recipient": "Kính gửi: Ông/Bà Nguyễn Thị Hoa",
        "body": ("Đoạn thứ nhất.", "Đoạn thứ hai./."),
        "signer": "THỦ TRƯỞNG CƠ QUAN",
        "sign": "(Ký, ghi rõ họ tên và đóng dấu)",
        "copies": ("Nơi nhận:", "- Như trên;", "- Lưu: VT."),
        "reference": "Mã thư: message-1",
    }
    return Sheet(**{**words, **given})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def press() -> PdfRenderer:
    return PdfRenderer()


def read(paper: bytes) -> PdfReader:
    return PdfReader(BytesIO(paper))


def text(paper: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(paper).pages).split())


def test_all_parts_of_the_layout_stand_on_one_page(press: PdfRenderer) -> None:
    paper = press.render([sheet()])
    (page,) = read(paper).pages
    assert (round(page.mediabox.width / mm), round(page.mediabox.height / mm)) == (210, 297)
    for words in (
        "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG",
        "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ngày 05 tháng 01 năm 2026",
        "PHIẾU XIN LỖI",
        "Kính gửi: Ông/Bà Nguyễn Thị Hoa",
        "Đoạn thứ hai./.",
        "THỦ TRƯỞNG CƠ QUAN",
        "Nơi nhận: - Như trên; - Lưu: VT.",
        "Mã thư: message-1",
    ):
        assert words in text(paper)


def test_text_keeps_within_the_margins(press: PdfRenderer) -> None:
    long = "Ủy ban nhân dân phường có một cái tên rất dài " * 4
    paper = press.render([sheet(agency=long, superior=long, recipient=f"Kính gửi: {long}", body=(long * 5,))])
    places = list[tuple[float, float]]()

    def note(words: str, page: list[float], line: list[float], *_: object) -> None:
        if words.strip():
            places.append((page[0] * line[4] + page[4], page[3] * line[5] + page[5]))

    for page in read(paper).pages:
        page.extract_text(visitor_text=note)
    assert min(x for x, _ in places) >= 30 * mm
    assert min(y for _, y in places) >= 20 * mm
    assert max(y for _, y in places) <= (297 - 20) * mm


def test_every_vietnamese_letter_is_printed_and_can_be_read_back(press: PdfRenderer) -> None:
    assert press.can_write(VIETNAMESE)
    assert "".join(VIETNAMESE.split()) in text(press.render([sheet(body=(VIETNAMESE,))])).replace(" ", "")


def test_letters_in_pieces_are_printed_in_one(press: PdfRenderer) -> None:
    assert "Nguyễn" in text(press.render([sheet(recipient="Nguyễn".encode().decode())]))
    assert press.render([sheet(recipient="Nguyê\u0303n")]) == press.render([sheet(recipient="Nguyễn")])


def test_text_is_no_markup_and_holds_nothing_that_can_not_be_printed(press: PdfRenderer) -> None:
    assert 'A & <b>B</b> "C"' in text(press.render([sheet(recipient='A & <b>B</b>\x00 "C"\u200b')]))


def test_a_name_in_other_letters_is_known_for_one(press: PdfRenderer) -> None:
    assert not press.can_write("王小明")


def test_a_second_sheet_has_a_page_of_its_own(press: PdfRenderer) -> None:
    paper = press.render([sheet(), sheet(title="APOLOGY", remark="Translation")])
    first, second = (page.extract_text() for page in read(paper).pages)
    assert ("PHIẾU XIN LỖI" in first, "APOLOGY" in second, "Translation" in second) == (True, True, True)


def test_a_letter_of_several_pages_loses_nothing(press: PdfRenderer) -> None:
    body = tuple(f"Đoạn {n}: " + "rất dài " * 60 for n in range(20))
    paper = press.render([sheet(body=body)])
    assert len(read(paper).pages) > 1
    assert all(f"Đoạn {n}:" in text(paper) for n in range(20))


@pytest.mark.slow  # a process of its own imports all fonts
def test_the_same_letter_is_the_same_bytes_in_every_process(press: PdfRenderer, tmp_path: Path) -> None:
    again = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_pdf import PdfRenderer, sheet;"
        "sys.stdout.buffer.write(PdfRenderer().render([sheet()]))"
    )
    command = [sys.executable, "-c", again, str(Path(__file__).parent)]
    printed = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[3]).stdout
    assert printed == press.render([sheet()])


def test_it_holds_no_moment_but_its_own(press: PdfRenderer) -> None:
    metadata = read(press.render([sheet()])).metadata
    assert metadata is not None
    assert (metadata.title, metadata.author) == (
        "PHIẾU XIN LỖI - Về việc chậm trả kết quả",
        "Văn phòng Đăng ký đất đai",
    )
    assert metadata.creation_date is not None
    assert metadata.creation_date.year == 2000


@pytest.mark.parametrize("broken", ["missing", "no font"])
def test_a_font_that_can_not_be_used_stops_it_at_the_start(broken: str, tmp_path: Path) -> None:
    for font in FONTS.glob("*.ttf"):
        (tmp_path / font.name).symlink_to(font)
    (tmp_path / "LiberationSerif-Bold.ttf").unlink()
    if broken == "no font":
        (tmp_path / "LiberationSerif-Bold.ttf").write_text("no font")
    with pytest.raises(SettingsError, match=r"LiberationSerif-Bold\.ttf can not be used .*install notify again"):
        PdfRenderer(tmp_path)


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007", "\u2009", "\u3000", "\t", "\n", "\u2028", "\u200b"])
def test_white_space_of_any_kind_prints_as_a_space(space: str, press: PdfRenderer) -> None:
    pasted = space.join(("Chờ", "trích", "lục bản đồ"))
    assert "Chờ trích lục bản đồ" in text(press.render([sheet(body=(pasted,))]))
    assert press.render([sheet(body=(pasted,))]) == press.render([sheet(body=("Chờ trích lục bản đồ",))])


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("地", "U+5730"),
        ("x\u0308\u0303", "U+0303"),
        ("שלום", "U+05D5"),
        ("😀", "U+1F600"),
    ],
)
def test_what_would_print_as_boxes_or_in_a_heap_is_found_before_printing(
    words: str, point: str, press: PdfRenderer
) -> None:
    assert not press.can_write(words)
    with pytest.raises(UnprintableError, match=f"^paper: the font lacks {re.escape(point)}$"):
        press.render([sheet(body=(words,))])
