"""The keys of the neighbours in a sandbox, kept for whoever else plays them there."""

from collections.abc import Mapping
from pathlib import Path

from lienthong_agency.signing import SigningKey, read_key, write_key

NEIGHBOURS = "neighbours"
"""Folder of the keys of all other agencies, under a sandbox's home: who plays them has to sign in their names."""


def keep_keys(home: Path, keys: Mapping[str, SigningKey]) -> None:
    """Write the keys into a sandbox's home, readable by its owner alone."""
    folder = home / NEIGHBOURS
    folder.mkdir(mode=0o700)
    for code, key in keys.items():
        write_key(key, folder / f"{code}.json")


def kept_keys(home: Path) -> dict[str, SigningKey]:
    """The keys by which the neighbours in a sandbox can be played; none where the home is no sandbox."""
    return {file.name.removesuffix(".json"): read_key(file) for file in sorted((home / NEIGHBOURS).glob("*.json"))}
