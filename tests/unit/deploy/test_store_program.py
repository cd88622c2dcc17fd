import sys
from pathlib import Path

import pytest

from deploy.embedded import StackError, store


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home, a Python and a PATH without any store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LIENTHONG_HOME", raising=False)
    monkeypatch.delenv("LIENTHONG_STORE_PROGRAM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "bin" / "python"))


def program_at(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_store_beside_this_python_is_taken_before_one_on_the_path(tmp_path: Path) -> None:
    on_the_path = program_at(tmp_path / "bin" / "secantusd-py")
    assert store.program() == on_the_path
    beside = program_at(tmp_path / "venv" / "bin" / "secantusd-py")
    assert store.program() == beside


def test_the_fast_store_is_taken_where_it_was_built(tmp_path: Path) -> None:
    program_at(tmp_path / "venv" / "bin" / "secantusd-py")
    fast = program_at(tmp_path / ".lienthong" / "fast-store" / "bin" / "secantusd-rs")
    assert store.program() == fast


def test_the_fast_store_is_looked_for_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path / "elsewhere"))
    program_at(tmp_path / ".lienthong" / "fast-store" / "bin" / "secantusd-rs")
    fast = program_at(tmp_path / "elsewhere" / "fast-store" / "bin" / "secantusd-rs")
    assert store.program() == fast


def test_the_named_store_is_taken_before_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program_at(tmp_path / ".lienthong" / "fast-store" / "bin" / "secantusd-rs")
    named = program_at(tmp_path / "venv" / "bin" / "secantusd-py")
    monkeypatch.setenv("LIENTHONG_STORE_PROGRAM", named)
    assert store.program() == named


def test_a_named_store_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_STORE_PROGRAM", "/nowhere/secantusd-rs")
    with pytest.raises(StackError, match="LIENTHONG_STORE_PROGRAM=/nowhere/secantusd-rs is no program"):
        store.program()


def test_a_machine_without_any_store_is_told_what_to_install() -> None:
    with pytest.raises(StackError, match=r"pip install 'lienthong\[embedded\]'"):
        store.program()


def test_every_store_syncs_what_it_acknowledges(tmp_path: Path) -> None:
    program_at(tmp_path / "bin" / "secantusd-py")
    assert "--sync-on-commit" in store.command(tmp_path, 27201)
