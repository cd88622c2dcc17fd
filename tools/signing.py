"""Signing for whoever plays agencies, such as a simulated week or an imported log.

Each speaks by the keys of a folder, `<agency>.json`, as `lienthong agency add` writes them; an import by `import.json`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic_core import from_json

from chassis.core.signatures import signer
from chassis.runtime.bus.record import Message, Publish
from chassis.runtime.bus.signed import SIGNED
from lienthong_agency.signing import HEADER, KeyFileError, SigningKey, read_key, sign

Keys = Mapping[str, SigningKey]
"""Keys by the agency that signs with them."""

NO_KEYS: Keys = {}
"""Plain mode: nobody signs."""


def keys_in(folder: Path | None) -> dict[str, SigningKey]:
    """All keys of a folder; none where no folder is named.

    Raises:
        KeyFileError: there is none in it, or one can not be used.
    """
    if folder is None:
        return {}
    found = [read_key(file) for file in sorted(folder.glob("*.json"))]
    if not found:
        raise KeyFileError(f"{folder}: holds no key file; name the folder of <agency>.json in LIENTHONG_SIGNING_KEYS")
    return {key.agency: key for key in found}


def signing(publish: Publish, keys: Keys) -> Publish:
    """Publish with the signature of each agency whose key is there. What others say is published as it is."""

    async def publish_signed(messages: Sequence[Message]) -> None:
        await publish([_signed(message, keys) for message in messages])

    return publish_signed if keys else publish


def _signed(message: Message, keys: Keys) -> Message:
    if message.topic not in SIGNED or message.value is None:
        return message
    key = keys.get(signer(from_json(message.value)["source"]))
    if key is None:
        return message
    return replace(message, headers=(*message.headers, (HEADER, sign(message.value, key))))
