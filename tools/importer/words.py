"""Texts of a log made fit for codes."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

LONGEST_CODE = 120
"""Length of `contracts.envelope.Code`."""

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
_NO_CODE = re.compile("[|\\x00-\\x1f\\x7f\\ud800-\\udfff]")
"""Characters that `contracts.envelope.Code` refuses: control characters, the bar, and halves of characters."""


def placeholders(template: str) -> frozenset[str]:
    """The names that a template has in braces."""
    return frozenset(_PLACEHOLDER.findall(template))


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its placeholders replaced, cleaned; empty where a value is missing.

    `str.format` would not do: names such as ``concept:name`` hold what it takes for a format.
    """
    if not all(values.get(name) for name in placeholders(template)):
        return ""
    return cleaned(_PLACEHOLDER.sub(lambda found: values[found[1]], template))


@lru_cache(maxsize=1024)  # a log has few groups and names them all the time
def cleaned(text: str) -> str:
    """Letters without their marks; every other character that a code can not hold becomes a hyphen."""
    plain = unicodedata.normalize("NFKD", text.translate(str.maketrans("đĐ", "dD")))
    return _UNFIT.sub("-", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def fit(text: str) -> str:
    """The text as a code: its first characters, a hyphen for each that a code can not hold."""
    return _NO_CODE.sub("-", text[:LONGEST_CODE])
