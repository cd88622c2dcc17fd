from pathlib import Path

import pytest

import contracts
from contracts.topics import read_event
from tools.operations.contracts import build

HERE = Path(contracts.__file__).parent


@pytest.fixture(scope="session")
def committed():
    return HERE


@pytest.fixture
def folder(tmp_path):
    """All that is published, as the code would write it, to damage."""
    build(tmp_path)
    for file in (HERE / "samples").rglob("*.json"):
        copy = tmp_path / file.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(read_event(file.parent.name, file.read_bytes()).to_json() + "\n", encoding="utf-8")
    return tmp_path
