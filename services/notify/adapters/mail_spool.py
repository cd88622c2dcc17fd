"""The mail spool: a folder that takes messages where no carrier is set, for the counter, and for every other timeline.

On a timeline that is not the live one nothing may reach a real citizen, so all its messages go there.
"""

import asyncio
import errno
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, Handing, Parcel
from services.notify.adapters.mail import Sender, compose


class MailSpool:
    """Writes one file for each message, named by its id: a message that lies there is never put there again.

    The PDF of an apology lies beside its message; a mail holds it as an attachment.
    """

    def __init__(self, folder: Path, medium: Medium, sender: Sender) -> None:
        self.medium = medium
        self._folder = folder
        self._sender = sender

    async def send(self, parcel: Parcel, handing: Handing) -> None:  # noqa: ARG002 - a file is there or not
        """See Carrier."""
        try:
            await asyncio.to_thread(self._put, parcel)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "")
            raise CarrierError(f"outbox: {type(error).__name__} {code}".strip(), down=True) from None

    def _put(self, parcel: Parcel) -> None:
        path = self._folder / f"{parcel.message_id}.{'eml' if self.medium == 'email' else 'txt'}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            if parcel.pdf and self.medium != "email":
                _write(path.with_suffix(".pdf"), parcel.pdf)
            _write(path, self._content(parcel))

    def _content(self, parcel: Parcel) -> bytes:
        match self.medium:
            case "email":
                return compose(parcel, self._sender)
            case "sms":
                return f"{parcel.to}\n\n{parcel.short}\n".encode()
            case "counter":
                return f"{parcel.subject}\n\n{parcel.body}".encode()


SUFFIXES = (".eml", ".txt", ".pdf")
"""What a message may lie in the folder as."""


async def forget(folder: Path, message_ids: Sequence[str]) -> None:
    """Remove all that lies here of some messages, for good; what is not there is no error.

    Raises:
        OSError: the folder does not let go of one.
    """
    await asyncio.to_thread(_forget, folder, message_ids)


def _forget(folder: Path, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        for suffix in SUFFIXES:
            (folder / f"{message_id}{suffix}").unlink(missing_ok=True)
    if folder.exists():
        _sync(folder)


def _write(path: Path, content: bytes) -> None:
    """All or nothing, also if the machine stops half-way."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """What was put here, or removed, stays so if the machine stops."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
