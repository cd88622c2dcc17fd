"""The image of the services, as far as it can be built without containers: what it holds, and what works in it."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.cli.commands import COMMANDS

ROOT = Path(__file__).parents[3]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
ROOMS = {"contracts", "domain", "chassis", "services", "tools", "tools/cli", "tools/operations"}
ABSENT = {
    "demo": "deploy.embedded and tools.simulator",
    "simulate": "tools.simulator",
    "import": "tools.importer",
    "stack": "deploy.embedded",
    "sandbox": "deploy.embedded and lienthong_agency",
    "conformance": "lienthong_agency",
    "access": "lienthong_agency",
    "agency": "lienthong_agency",
}

OPTIONAL = {"attr"}
"""Imported where it is there: rich shows objects of attrs in a way of their own."""

LOADED = """
import importlib, json, sys
from tools.cli.commands import offered
from tools.cli.main import registered
import tools.cli.user_errors
for name in offered():
    registered(name)
for name in ("intake", "routing", "sla", "rating", "notify"):
    importlib.import_module(f"services.{name}.app")
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
"""The names of all that the commands and the services import."""


class Image(NamedTuple):
    """A place that holds what the image holds: the wheel, and a Python that sees the wheel and the libraries."""

    wheel: Path
    python: Path
    home: Path

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.python), "-m", "tools.cli", *words]
        clean = {"PATH": "/usr/bin:/bin", "COLUMNS": "200", "LIENTHONG_HOME": str(self.home)}
        return subprocess.run(command, cwd=self.home, env=clean, capture_output=True, text=True, check=False)


def copied() -> list[tuple[str, str]]:
    """Where each file or folder that the Dockerfile takes from the clone goes, below /source."""
    found = []
    for words in (line.split()[1:] for line in DOCKERFILE.read_text().splitlines() if line.startswith("COPY ")):
        if not words[0].startswith("--from"):
            *sources, target = words
            for source in sources:
                inside = Path(target) / Path(source).name if target.endswith("/") else Path(target)
                found.append((source, inside.relative_to("/source").as_posix()))
    return found


def tracked(source: str) -> list[str]:
    """The committed files of a file or a folder: no build has left anything beside them."""
    listed = subprocess.run(["git", "ls-files", "-z", source], cwd=ROOT, capture_output=True, check=True).stdout
    return list(filter(None, listed.decode().split("\0")))


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    place = tmp_path_factory.mktemp("image")
    for source, target in copied():
        for name in tracked(source):
            file = place / "source" / (Path(target) / Path(name).relative_to(source))
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, file)
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(place), str(place / "source"))
    [wheel] = place.glob("*.whl")
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    pip("--python", str(python), "install", str(wheel))
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(place / "venv")})) / "libraries.pth"
    # A line of such a file is a folder to look in; the .pth files in that folder, this clone's own among them, are not
    # read.
    libraries.write_text(f"{sysconfig.get_path('purelib')}\n")
    home = place / "home"
    home.mkdir()
    return Image(wheel, python, home)


def pip(*words: str) -> None:
    """Pip, without the libraries: those are there."""
    at = words.index("wheel" if "wheel" in words else "install") + 1
    command = [sys.executable, "-m", "pip", "--quiet", *words[:at], "--no-deps", *words[at:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_that_is_copied_may_be_copied():
    allowed = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{source.partition('/')[0]}" for source, _ in copied()} <= set(allowed)


@pytest.mark.slow
def test_it_holds_the_services_and_what_they_stand_on_and_no_more(image):
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", str(image.wheel)], capture_output=True, text=True, check=True
    ).stdout
    files = [Path(line.split()[0]) for line in listed.splitlines()[1:]]
    modules = [file for file in files if file.suffix == ".py"]
    assert {file.parts[0] for file in modules} == {room for room in ROOMS if "/" not in room}
    assert {f"tools/{file.parts[1]}" for file in modules if file.parts[0] == "tools" and len(file.parts) > 2} == {
        room for room in ROOMS if "/" in room
    }
    shipped = {Path("domain/worktime/calendar.yaml"), Path("services/notify/fonts/OFL.txt")}
    assert shipped <= set(files)


@pytest.mark.slow
def test_what_it_imports_is_locked_for_it(image):
    done = subprocess.run([image.python, "-c", LOADED], cwd=image.home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    locked = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    of = packages_distributions()
    loaded = [name for name in json.loads(done.stdout) if name in of and name not in ROOMS]
    normal = {name: {one.lower().replace("_", "-") for one in of[name]} for name in loaded}
    assert {name for name, distributions in normal.items() if not distributions & set(locked)} <= OPTIONAL
    assert {"aiokafka", "motor", "pydantic"} <= set(loaded)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ABSENT])
def test_a_command_works_there(image, name):
    done = image.run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert COMMANDS[name].help.rstrip(".").split(",")[0] in done.stdout


@pytest.mark.slow
def test_a_command_that_can_not_work_there_is_not_offered(image):
    told = image.run("--help").stdout
    offered = {line.split()[1] for line in told.splitlines() if re.match(r"│ [a-z]", line)}
    assert offered == set(COMMANDS) - set(ABSENT)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "packages"), ABSENT.items())
def test_whoever_asks_for_it_is_told_where_it_is(image, name, packages):
    done = image.run(name, "--help")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"lienthong: `lienthong {name}` needs {packages}, which this installation goes without, as the image of the "
        "services does: run it in a clone of Liên Thông, after `make install`\n"
    )


@pytest.mark.slow
def test_servers_that_are_not_named_are_asked_for_by_their_variables_alone(image):
    done = image.run("status")
    assert done.returncode == 2
    assert done.stderr == "lienthong: neither Kafka nor MongoDB is known: set LIENTHONG_KAFKA and LIENTHONG_MONGO\n"
