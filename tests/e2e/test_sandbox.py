"""A sandbox as a developer uses it: secure, with ready credentials; his program works and is tested; all of it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENCY = "H29.08"

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]


def surroundings(**more):
    """Nothing of this test's own surroundings, so that the sandbox is what a developer gets."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    return inherited | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "agency")))} | more


def command(*words):
    return [sys.executable, "-m", "tools.cli", *words]


def ended(process):
    process.send_signal(signal.SIGINT)
    return process.wait(120)


def lines_until(process, text):
    """What a program tells up to a line with this text."""
    told = []
    for line in process.stdout:
        told.append(line)
        if text in line:
            return told
    raise AssertionError(f"it ended without {text!r}: {''.join(told)}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("sandbox") / "shop"


@pytest.fixture(scope="module")
def sandbox(home):
    """A sandbox that runs; its home."""
    words = command("sandbox", "--agency", AGENCY, "--home", str(home), "--every", "20")
    process = subprocess.Popen(words, env=surroundings(), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        lines_until(process, "Ctrl-C ends everything")
        yield home
    finally:
        assert ended(process) == 0
    assert not (home / "stack.json").exists()  # no server is left


@pytest.fixture(scope="module")
def program(sandbox):
    """The developer's program, at work."""
    words = [sys.executable, str(ROOT / "agency" / "examples" / "clerk.py"), str(sandbox / "credentials")]
    process = subprocess.Popen(words, env=surroundings(), stdout=subprocess.PIPE, text=True)
    yield process
    process.terminate()
    process.wait()


def lienthong(home, *words):
    env = surroundings(LIENTHONG_HOME=str(home))
    return subprocess.run(command(*words), env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_credentials_are_ready_and_their_owners_alone(sandbox):
    folder = sandbox / "credentials"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    told = json.loads((folder / "bus.json").read_text())
    assert (told["agency"], told["security"], told["inbox"]) == (AGENCY, "SASL_SSL", f"agency.{AGENCY}.inbox")


def test_a_dossier_comes_and_its_signed_reports_are_accepted(program):
    told = lines_until(program, "finished-step accepted")
    assert any("took-custody accepted by dossier.acknowledged" in line for line in told)


def test_tail_tells_what_was_said_of_the_agencys_dossiers(sandbox, program):
    found = lienthong(sandbox, "tail", "--agency", AGENCY, "--since", "10m")
    assert found.returncode == 0, found.stderr
    assert f"agency reports {AGENCY}: took-custody" in found.stdout
    assert all(len(line) <= 80 for line in found.stdout.splitlines())


def test_the_program_passes_conformance_with_inbox_and_signature(sandbox, program):
    found = lienthong(sandbox, "conformance", "--agency", AGENCY, "--json")
    report = json.loads(found.stdout or "{}")
    wrong = {name: point for name, point in report.get("points", {}).items() if point["state"] == "wrong"}
    assert (wrong, found.returncode) == ({}, 0), found.stderr
    assert report["points"]["signature"]["state"] == "right"


def test_what_it_does_not_know_it_refuses_with_a_remedy(tmp_path):
    for words, said in (
        (("sandbox", "--agency", "H99", "--home", str(tmp_path / "new")), "the directory has no agency H99"),
        (("sandbox", "--agency", AGENCY, "--home", str(ROOT / "docs")), "is not empty, and no sandbox"),
    ):
        found = lienthong(tmp_path, *words)
        assert found.returncode == 2, found.stdout
        assert said in " ".join(found.stderr.split())
