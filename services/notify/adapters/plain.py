"""Text as it came in, made fit for one line of a letter: agencies paste reasons from word processors."""

import unicodedata

_SPACES = ("Zs", "Zl", "Zp")
_ZERO_WIDTH_SPACE = "\u200b"


def plain(text: str) -> str:
    """Composed letters with single spaces: white space of any kind is one, what can not be seen is left out.

    A line break is a space as well, so that no text grows lines that look like the letter's own.
    """
    signs = (_sign(sign) for sign in unicodedata.normalize("NFC", text))
    return " ".join("".join(signs).split())


def _sign(sign: str) -> str:
    if sign.isspace() or sign == _ZERO_WIDTH_SPACE or unicodedata.category(sign) in _SPACES:
        return " "
    return "" if unicodedata.category(sign).startswith("C") else sign
