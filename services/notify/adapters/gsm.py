"""Counts the segments of a text message, for which operators charge, and writes it without marks to need fewer.

Source: 3GPP TS 23.038, 6.2.1 (the GSM 7-bit default alphabet and its extension table) and TS 23.040, 9.2.3.24.1 (the
header of concatenated messages).
"""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each takes two of the 7-bit places: an escape stands before it."""

_SINGLE, _PART = 160, 153
"""Places of a message of one segment, and of each segment of a longer one, whose header takes seven."""

_WIDE_SINGLE, _WIDE_PART = 70, 67
"""The same in UTF-16 units (UCS-2), which one letter outside the alphabet makes of the whole message."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("đ", "d"),
        **dict.fromkeys("Đ", "D"),
        **dict.fromkeys("‘’‚ʼ′", "'"),
        **dict.fromkeys("“”„″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "…": "...",
    }
)


def segments(text: str) -> int:
    """Count the segments of a text as an operator does."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        return _parts([1 + (letter in _EXTENDED) for letter in text], _SINGLE, _PART)
    return _parts([len(letter.encode("utf-16-le")) // 2 for letter in text], _WIDE_SINGLE, _WIDE_PART)


def _parts(sizes: list[int], single: int, part: int) -> int:
    """Count the parts that the letters fill; no letter is torn apart."""
    if sum(sizes) <= single:
        return 1
    parts, left = 1, part
    for size in sizes:
        if size > left:
            parts, left = parts + 1, part
        left -= size
    return parts


def without_marks(text: str) -> str:
    """Vietnamese without diacritics (không dấu), with plain quotes and dashes. Other scripts stay as they are."""
    pieces = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return unicodedata.normalize("NFC", "".join(sign for sign in pieces if unicodedata.category(sign) != "Mn"))
