"""Personal data in free text: e-mail addresses, phone numbers and identity numbers, as far as their form tells them.

Everybody on the bus reads a reason, a question, an opinion. Names can not be told by their form, so nobody finds them.
What looks like one of the three and is something else passes: dossier codes, amounts, dates, numbers of decrees and
of land parcels. No function quotes what it has found.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import phonenumbers
from pydantic import BaseModel

Kind = Literal["an e-mail address", "a phone number", "an identity number"]

HOME = "VN"
"""Region of phone numbers that are written without a country."""

SHORTEST = 8
"""Digits of the shortest number that is looked for: a Vietnamese landline without its area, which no text needs. With
fewer, dates and amounts would be looked at for nothing; with more, short foreign phone numbers would pass."""

PROVINCES = frozenset(
    f"{code:03}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44,
        45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89,
        91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip
"""The codes that an identity card's number begins with (Circular 59/2021/TT-BCA, appendix I), by memory: one for each
province at birth. They outlive the mergers of provinces of 2025, because nobody's number changes."""

OLDEST_PROVINCE, NEWEST_PROVINCE = 1, 38
"""The first two digits of the identity cards of nine digits (chứng minh nhân dân), which counted provinces to 38."""

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w/.,-])(?<!\d:)(?:\(?\+|\()?[0-9](?:[0-9 .()\-]*[0-9])?(?![\w/+]|[.,:-][\w])")
"""A run of digits with what people put between them. It is no part of a code, of a date with strokes or of a time."""

_MONEY = re.compile(r"\s*(?:đ|₫|đồng|vnđ|vnd|triệu|nghìn|ngàn|tỷ|usd|m2|m²|ha)(?!\w)", re.IGNORECASE)
"""What stands behind an amount or an area."""

_NAMED_OTHERWISE = re.compile(
    r"(?:mst|mã số thuế|tax code|tài khoản|account|số tờ khai|biên lai|hóa đơn|invoice|receipt|thửa(?: đất)?|tờ bản đồ|"
    r"parcel|quyết định|công văn|văn bản|decision)\s*(?:số|no\.?|number)?\s*[:.]?\s*$",
    re.IGNORECASE,
)
"""What stands before a number that is none of a person: a business's tax code, an account, a receipt, a parcel."""

_NAMED_IDENTITY = re.compile(
    r"(?:cmnd|cccd|cmt|căn cước(?: công dân)?|chứng minh(?: nhân dân| thư)?|định danh(?: cá nhân)?|identity(?: card)?|"
    r"citizen id|id card)\s*(?:số|no\.?|number)?\s*[:.]?\s*$",
    re.IGNORECASE,
)
"""What stands before an identity number, so that any form of it counts."""

phonenumbers.PhoneMetadata.load_all()  # else the plan of a country is imported when the first number of it is read


class Found(NamedTuple):
    """Personal data in one field: its path, and what kind it is of."""

    path: str
    kind: Kind


def personal_data_in(text: str) -> Kind | None:
    """The first kind of personal data that a text holds; None where it holds none."""
    plain = _plain(text)
    if "@" in plain and _EMAIL.search(plain):
        return "an e-mail address"
    if sum(sign.isdigit() for sign in plain) < SHORTEST:
        return None
    kinds = (_kind(plain, match) for match in _NUMBER.finditer(plain))
    return next((kind for kind in kinds if kind is not None), None)


def personal_data_of(claim: BaseModel) -> Found | None:
    """The first personal data in any text of a claim, its codes and names of attributes included; None without any."""
    for path, text in _texts("", claim.model_dump()):
        if (kind := personal_data_in(text)) is not None:
            return Found(path, kind)
    return None


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with the path of the field that holds it; a name of an attribute stands at its field."""
    match value:
        case str():
            yield path, value
        case Mapping():
            for name, inner in value.items():
                if path:  # the names of an open mapping are chosen by who sends it; those of a model are ours
                    yield path, str(name)
                yield from _texts(path or str(name), inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(path, inner)


def _plain(text: str) -> str:
    """The text in compatibility form, so that full-width digits are digits; without signs that nobody sees."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in composed if unicodedata.category(sign) != "Cf")


def _kind(text: str, match: re.Match[str]) -> Kind | None:
    written = match.group() if ")" in match.group() else match.group().lstrip("(")
    digits = "".join(sign for sign in written if sign.isdigit())
    before, behind = text[: match.start()], text[match.end() :]
    if len(digits) < SHORTEST or _NAMED_OTHERWISE.search(before) or _MONEY.match(behind):
        return None
    if _is_identity(digits, written, named=_NAMED_IDENTITY.search(before) is not None):
        return "an identity number"
    return "a phone number" if _is_phone(written, digits) else None


def _is_identity(digits: str, written: str, *, named: bool) -> bool:
    """Tell whether these are the digits of an identity card: twelve (căn cước) or nine (chứng minh nhân dân)."""
    if len(digits) == len("001200012345"):
        return digits[:3] in PROVINCES and digits[3] in "0123" and "(" not in written
    if len(digits) != len("012345678"):
        return False
    if named:
        return True
    grouped = "." in written or "-" in written or "(" in written
    round_amount = digits.endswith("000")
    return not grouped and not round_amount and OLDEST_PROVINCE <= int(digits[:2]) <= NEWEST_PROVINCE


def _is_phone(written: str, digits: str) -> bool:
    """Tell whether somebody has this number: it is written as one is dialled, with 0 or a country before it."""
    if not digits.startswith("0") and "+" not in written:
        return False
    try:
        number = phonenumbers.parse(written, HOME)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
