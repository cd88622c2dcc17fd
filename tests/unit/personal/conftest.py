from pathlib import Path

import pytest

from chassis.runtime.personal.key_file import new_key_file, read_key_file, write_key_file
from chassis.runtime.personal.keys import FileKeyEncryption, PersonalKeys


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "kek.json"
    write_key_file(path, new_key_file("2026-11"))
    return path


@pytest.fixture
def keys(key_file: Path) -> PersonalKeys:
    return PersonalKeys(FileKeyEncryption(key_file), read_key_file(key_file).references)
