"""How a person is called and reached, in one normal form each: for who takes it in, and for who sends by it.

No function quotes what it was given: names, addresses and numbers are personal data, and errors are shown and logged.
"""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from email_validator import EmailNotValidError, validate_email

MAX_NAME = 120
"""Characters of a name. The longest names on record stay below; a longer text is a message in disguise."""

MAX_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321, 4.5.3.1.3)."""

HOME = "VN"
"""Region of phone numbers that are written without a country."""

_MOST_MARKS = 3
"""Combining marks in a row, after composition. Vietnamese needs none, Burmese three; more scribble over other lines."""

_INSIDE = "'’ʼ‘`´-‐·"
_LETTERS = r"[LM]+"
_WORD = re.compile(rf"(?:L\.)+|{_LETTERS}\.|I?{_LETTERS}(?:I{_LETTERS})*I?")
"""A word of a name, by the kinds of its characters: initials (J.R.), an abbreviation (St.), or letters with marks
inside, before or after (K', H'Hen, Y-Blơ, d'Arcy, 't). A dot stands nowhere else, or a name could be a web address."""

phonenumbers.PhoneMetadata.load_all()  # else the plan of a country is imported when the first number of it is read

_PHONE = re.compile(r"\+?[0-9 .()\-]{3,39}")
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def person_name(text: str) -> str:
    """A name (họ và tên) in composed letters, with single spaces.

    Letters of any script are taken: people of Vietnam's 54 peoples and foreigners apply as well.

    Raises:
        ValueError: it holds what no name holds, such as digits, line breaks or a web address.
    """
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in unicodedata.normalize("NFC", text))
    words = [word for word in spaced.split(" ") if word]
    if not words or len(" ".join(words)) > MAX_NAME:
        raise ValueError(f"write the name in 1 to {MAX_NAME} characters")
    if not all(_WORD.fullmatch("".join(_kinds(word))) for word in words):
        raise ValueError("a name has letters, spaces, apostrophes, hyphens, and dots after initials; nothing else")
    return " ".join(words)


def _kinds(word: str) -> Iterator[str]:
    """Each character as its kind: L letter, M mark on one, I what stands inside words; itself, where it is none."""
    marks = 0
    for sign in word:
        category = unicodedata.category(sign)
        marks = marks + 1 if category[0] == "M" else 0
        if sign in _INSIDE:
            yield "I"
        elif category[0] == "L" or marks in range(1, _MOST_MARKS + 1):
            yield category[0]
        else:
            yield "." if sign == "." else "?"


def email_address(text: str) -> str:
    """An address of one mailbox, as SMTP servers take it: its domain in ASCII.

    Refused are display names, lists, groups, quoted local parts, literal IPs, and letters beyond ASCII before the @:
    not every server on the way takes those (SMTPUTF8, RFC 6531). DNS is not asked.

    Raises:
        ValueError: it is no such address.
    """
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise ValueError("write one e-mail address, such as ten@example.vn") from None
    if found.ascii_email is None or len(found.ascii_email) > MAX_ADDRESS:
        raise ValueError(f"an e-mail address has at most {MAX_ADDRESS} characters")
    return found.ascii_email


def phone_number(text: str) -> str:
    """A number in E.164, for example ``+84912345678``; one without a country is Vietnamese.

    The library knows every country's numbering plan: Vietnam's mobile numbers of 11 digits, renumbered in 2018, are
    refused, because they reach nobody since.

    Raises:
        ValueError: no such number is assigned to anybody.
    """
    if (number := _parsed(text)) is None:
        raise ValueError("write a phone number that is in use, such as 0912 345 678 or +84 912 345 678")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_text(number: str) -> bool:
    """True if text messages may reach a number: landlines and service numbers get none."""
    parsed = _parsed(number)
    return parsed is not None and phonenumbers.number_type(parsed) in _MOBILE


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    if not _PHONE.fullmatch(plain := " ".join(text.split())):
        return None
    try:
        number = phonenumbers.parse(plain, HOME)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
