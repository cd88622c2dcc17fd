"""Prints form 04, the letter of apology (thư xin lỗi), as PDF in the layout of administrative documents.

Layout: Decree 30/2020, annex I (from memory, to be read before launch): A4, margins top and bottom 20 to 25 mm, left 30
to 35, right 15 to 20; national title and motto upper right, the issuing agency and its superior upper left, a serif of
13 to 14 pt, the signer lower right, recipients lower left. The same sheets always give the same bytes.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from chassis.runtime.settings import SettingsError
from services.notify.adapters.carrier import CarrierError
from services.notify.adapters.plain import plain

FONTS = Path(__file__).parent.parent / "fonts"
"""Liberation Serif (SIL Open Font License), which has all Vietnamese letters and the measures of Times New Roman."""

_REGULAR, _BOLD, _ITALIC, _BOTH = (f"LiberationSerif-{style}" for style in ("Regular", "Bold", "Italic", "BoldItalic"))
_FONTS = (_REGULAR, _BOLD, _ITALIC, _BOTH)
_FROM_THE_RIGHT = ("R", "AL")
_TOP = _BOTTOM = 20 * mm
_LEFT, _RIGHT = 30 * mm, 15 * mm
_PADDING = 6
"""Points around the frame that text flows in."""
_WIDTH = A4[0] - _LEFT - _RIGHT - 2 * _PADDING
_COLUMNS = (0.42 * _WIDTH, 0.58 * _WIDTH)
_SIGNING_SPACE = 26 * mm


def _style(name: str, font: str, size: float, **more: float) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=1.25 * size, **more)


_HEAD = _style("head", _REGULAR, 12, alignment=TA_CENTER)
_HEAD_BOLD = _style("head-bold", _BOLD, 12, alignment=TA_CENTER)
_MOTTO = _style("motto", _BOLD, 13, alignment=TA_CENTER)
_NUMBER = _style("number", _REGULAR, 13, alignment=TA_CENTER)
_DATE = _style("date", _ITALIC, 13, alignment=TA_CENTER)
_TITLE = _style("title", _BOLD, 14, alignment=TA_CENTER)
_RECIPIENT = _style("recipient", _REGULAR, 14, alignment=TA_CENTER, spaceAfter=8)
_BODY = _style("body", _REGULAR, 14, alignment=TA_JUSTIFY, firstLineIndent=10 * mm, spaceAfter=6)
_COPIES_HEAD = _style("copies-head", _BOTH, 12)
_COPIES = _style("copies", _REGULAR, 11)
_REMARK = _style("remark", _ITALIC, 11, alignment=TA_CENTER, spaceAfter=10)
_REFERENCE = _style("reference", _REGULAR, 9, spaceBefore=14)


@dataclass(frozen=True)
class Sheet:
    """The letter in one language, in words.

    Attributes:
        superior: agency above the one that issues it; empty for the highest.
        agency: who issues it.
        remark: stands above all else; empty for the letter itself.
        copies: a heading and who gets one.
        reference: links the sheet to its `letter.issued`.
    """

    superior: str
    agency: str
    remark: str
    country: str
    motto: str
    number: str
    date: str
    title: str
    about: str
    recipient: str
    body: tuple[str, ...]
    signer: str
    sign: str
    copies: tuple[str, ...]
    reference: str


class UnprintableError(CarrierError):
    """The font lacks a letter; says which, by its code point. A letter with boxes in it is not sent."""


class PdfRenderer:
    """Prints sheets.

    Args:
        fonts: folder with the four styles of Liberation Serif.

    Raises:
        SettingsError: a font is missing or unreadable.
    """

    def __init__(self, fonts: Path = FONTS) -> None:
        for name in _FONTS:
            _register(fonts / f"{name}.ttf", name)
        faces = [pdfmetrics.getFont(name).face.charToGlyph for name in _FONTS]
        self._letters = frozenset.intersection(*map(frozenset, faces))

    def can_write(self, text: str) -> bool:
        """The text can be printed as it should look."""
        return not self._lacking(text)

    def render(self, sheets: Sequence[Sheet]) -> bytes:
        """The PDF, each sheet on a page of its own; the first one gives it its name.

        Raises:
            UnprintableError: a letter of it can not be printed.
        """
        if lacking := self._lacking("".join(map(_words, sheets))):
            raise UnprintableError(f"paper: the font lacks U+{ord(min(lacking)):04X}", permanent=True)
        first, pdf = sheets[0], BytesIO()
        document = SimpleDocTemplate(
            pdf,
            pagesize=A4,
            topMargin=_TOP,
            bottomMargin=_BOTTOM,
            leftMargin=_LEFT,
            rightMargin=_RIGHT,
            title=plain(f"{first.title} - {first.about}"),
            author=plain(first.agency),
            lang="vi-VN",
            invariant=1,
        )
        story = [part for sheet in sheets for part in (*_laid_out(sheet), PageBreak())]
        document.build(story[:-1])
        return pdf.getvalue()

    def _lacking(self, text: str) -> set[str]:
        """Letters without a glyph, and such as are set wrongly: marks that pile up, writing from right to left."""
        return {
            sign
            for sign in plain(text)
            if ord(sign) not in self._letters
            or unicodedata.category(sign).startswith("M")
            or unicodedata.bidirectional(sign) in _FROM_THE_RIGHT
        }


def _register(file: Path, name: str) -> None:
    try:
        pdfmetrics.registerFont(TTFont(name, str(file)))
    except (TTFError, OSError) as error:
        raise SettingsError(
            f"font {file} can not be used ({type(error).__name__}): letters of apology need it; install notify again"
        ) from None


def _laid_out(sheet: Sheet) -> list[Flowable]:
    return [
        *([_text(sheet.remark, _REMARK)] if sheet.remark else []),
        _heading(sheet),
        Spacer(0, 16),
        _text(sheet.title, _TITLE),
        _text(sheet.about, _TITLE),
        _line(0.3 * _WIDTH),
        Spacer(0, 12),
        _text(sheet.recipient, _RECIPIENT),
        *(_text(paragraph, _BODY) for paragraph in sheet.body),
        KeepTogether([Spacer(0, 6), _ending(sheet), _text(sheet.reference, _REFERENCE)]),
    ]


def _heading(sheet: Sheet) -> Flowable:
    """The issuing agency and the national title; below them number, place and date."""
    motto = pdfmetrics.stringWidth(sheet.motto, _MOTTO.fontName, _MOTTO.fontSize)
    left = [
        *([_text(sheet.superior.upper(), _HEAD)] if sheet.superior else []),
        _text(sheet.agency.upper(), _HEAD_BOLD),
        _line(0.4 * _COLUMNS[0]),
    ]
    right = [_text(sheet.country, _HEAD_BOLD), _text(sheet.motto, _MOTTO), _line(motto)]
    below = [[_text(sheet.number, _NUMBER)], [_text(sheet.date, _DATE)]]
    return _columns([left, right], below)


def _ending(sheet: Sheet) -> Flowable:
    """The copies and the signature: a blank, because names of officers are not known here."""
    heading, *copies = sheet.copies
    left = [_text(heading, _COPIES_HEAD), *(_text(copy, _COPIES) for copy in copies)]
    right = [_text(sheet.signer, _TITLE), _text(sheet.sign, _DATE), Spacer(0, _SIGNING_SPACE)]
    return _columns([left, right])


def _columns(*rows: list[list[Flowable]]) -> Flowable:
    whole = ((0, 0), (-1, -1))
    padding = [(f"{side}PADDING", *whole, 0) for side in ("LEFT", "RIGHT")]
    return Table(
        list(rows), colWidths=_COLUMNS, style=[("VALIGN", *whole, "TOP"), ("ALIGN", *whole, "CENTER"), *padding]
    )


def _line(width: float) -> Flowable:
    return HRFlowable(width=width, thickness=0.7, color="black", spaceBefore=2, spaceAfter=2)


def _text(text: str, style: ParagraphStyle) -> Flowable:
    """Text stays text: whatever somebody's name or an agency's reason holds is no markup."""
    return Paragraph(escape(plain(text)), style)


def _words(sheet: Sheet) -> str:
    """All that stands on it, in capitals as well: there it may be printed so."""
    parts = [part for value in astuple(sheet) for part in ([value] if isinstance(value, str) else value)]
    return "".join((*parts, sheet.agency.upper(), sheet.superior.upper()))
