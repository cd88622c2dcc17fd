"""The secret on a receipt (giấy tiếp nhận): who shows it speaks for the citizen who got it.

It follows from the submission's id and a key that only services have, so it is kept nowhere and is on no bus. Whoever
reads the bus knows the id, and can not work the secret out.
"""

import base64
import hmac
import io
from collections.abc import Sequence

import segno
from pydantic import BaseModel, ConfigDict, Field

SECRET_BYTES = 16
"""128 bits. Fewer could be guessed; more would be longer to type from paper and make a denser QR code."""

LETTERS = 26
"""Letters of base32 that hold so many bytes."""

LEAST_KEY = 32
"""Characters of a receipt key: a random one has at least 128 bits then, even if it is written in hexadecimal."""

HEADER = "Lienthong-Receipt"
"""The header in which a citizen shows the secret."""

LONGEST = 64
"""Characters of that header: the letters, and whatever somebody puts between them."""

_TYPED = str.maketrans("018", "OIB", "- ")
"""Base32 has no 0, 1 and 8, so who types one has read an O, an I or a B. Groups are for the eye only."""


class ReceiptSecret(BaseModel):
    """The secret on a receipt (giấy tiếp nhận). It is told where something was just lodged, and kept nowhere."""

    model_config = ConfigDict(frozen=True)

    secret: str = Field(description=f"Sent as the header {HEADER}, it opens tracking and all that citizens may do")
    qr: str = Field(description="The same as a QR code: an SVG image")


class Receipts:
    """Makes and checks secrets.

    Args:
        keys: the key that new secrets are made with, then an older one whose receipts still count.

    Raises:
        ValueError: a key is too short, or there is none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < LEAST_KEY for key in keys):
            raise ValueError(f"a receipt key has at least {LEAST_KEY} characters: take `openssl rand -hex 32`")
        self._keys = tuple(key.encode() for key in keys)

    def secret(self, subject: str) -> str:
        """The secret of a submission or a feedback, by its id, in groups of four letters."""
        letters = base64.b32encode(_derived(self._keys[0], "secret", subject)).decode().rstrip("=")
        return "-".join(letters[place : place + 4] for place in range(0, LETTERS, 4))

    def told(self, subject: str) -> ReceiptSecret:
        """The secret of a submission or a feedback, for the answer to who has just lodged it."""
        secret = self.secret(subject)
        return ReceiptSecret(secret=secret, qr=qr_code(secret))

    def opens(self, shown: str, subject: str) -> bool:
        """Tell whether what was shown is the secret of this submission or feedback, by today's key or the older."""
        return self._opened_by(shown, subject) is not None

    def holder(self, shown: str, subject: str) -> str:
        """The opaque token of who shows this secret, for events.

        It says nothing of the secret, and nobody without the key can work it out, not even who printed the receipt.

        Raises:
            ValueError: the secret is not that of this subject.
        """
        key = self._opened_by(shown, subject)
        if key is None:
            raise ValueError("the secret opens something else")
        return _derived(key, "holder", subject).hex()

    def _opened_by(self, shown: str, subject: str) -> bytes | None:
        given = read_secret(shown)
        if given is None:
            return None
        # All are compared, so that the time tells nothing about which one it was.
        fits = [key for key in self._keys if hmac.compare_digest(given, _derived(key, "secret", subject))]
        return fits[0] if fits else None


def read_secret(shown: str) -> bytes | None:
    """The bytes of a secret as a person types it; None if it can be none."""
    if len(shown) > LONGEST or not shown.isascii():
        return None
    letters = shown.upper().translate(_TYPED)
    if len(letters) != LETTERS:
        return None
    try:
        return base64.b32decode(letters + "=" * (-LETTERS % 8))
    except ValueError:
        return None


def qr_code(secret: str) -> str:
    """The secret as a QR code: an SVG image that stands for itself, for a page or for paper."""
    drawn = io.BytesIO()
    # Any of the eight masks can be read. To choose the prettiest takes three times as long as all the rest.
    segno.make(secret, error="m", mask=2).save(drawn, kind="svg", scale=4, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def _derived(key: bytes, purpose: str, subject: str) -> bytes:
    return hmac.digest(key, f"lienthong {purpose}\0{subject}".encode(), "sha256")[:SECRET_BYTES]
