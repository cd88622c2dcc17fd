"""Make the programs of the clients; what can not be made is said, and the others go on."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from interop.clients import BUILDS, FOLDER, Build, Client

PATIENCE = 900.0
"""Seconds for one command: librdkafka, compiled on two cores beside other work, takes some two minutes."""


@dataclass(frozen=True)
class Builder:
    """Makes each build once.

    Attributes:
        home: folder that takes what is built, and keeps it for the next run.
    """

    home: Path
    failed: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def make(self, client: Client) -> str:
        """Make a client's program; why it could not be made, or nothing."""
        if why := self.build(client.build):
            return why
        return self._run(client.build, client.steps)

    def build(self, name: str) -> str:
        """Make what programs of one kind share; why it could not be made, or nothing."""
        if name in self.made:
            return ""
        if name not in self.failed:
            self.failed[name] = self.missing(BUILDS[name]) or self._run(name, BUILDS[name].steps)
        if not self.failed[name]:
            self.made.add(name)
        return self.failed[name]

    def command(self, name: str, words: tuple[str, ...]) -> list[str]:
        """A command with the folders put in."""
        folders = {"source": str(FOLDER / BUILDS[name].folder), "built": str(self.home / name)}
        return [word.format(**folders) for word in words]

    def toolchain(self, name: str) -> str:
        """The toolchain's version, in one line of its own."""
        asked = BUILDS[name].version
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        return said.splitlines()[0].strip() if said else ""

    @staticmethod
    def missing(build: Build) -> str:
        """Which programs it needs that are not on this machine, in words; or nothing."""
        absent = [need for need in build.needs if shutil.which(need) is None]
        return f"not on this machine: {', '.join(absent)}" if absent else ""

    def _run(self, name: str, steps: tuple[tuple[str, ...], ...]) -> str:
        built = self.home / name
        built.mkdir(parents=True, exist_ok=True)
        made = built / f"made-{_digest(FOLDER / BUILDS[name].folder, steps)}"
        if made.exists():
            return ""
        if BUILDS[name].copied:
            shutil.copytree(FOLDER / BUILDS[name].folder, built, dirs_exist_ok=True)
        for step in steps:
            words = ["nice", *self.command(name, step)]
            where = built if BUILDS[name].copied else FOLDER / BUILDS[name].folder
            done = subprocess.run(
                words,
                cwd=where,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            if done.returncode:
                (built / "failed.log").write_text(done.stdout + done.stderr, encoding="utf-8")
                return (
                    f"`{' '.join(step[:2])}` failed with {done.returncode}; see failed.log in .lienthong/interop/{name}"
                )
        made.touch()
        return ""


def _digest(folder: Path, steps: tuple[tuple[str, ...], ...]) -> str:
    """The key of an outcome: the same sources and steps are not built again."""
    sources = sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    found = hashlib.sha256(repr(steps).encode())
    for file in sources:
        found.update(file.read_bytes())
    return found.hexdigest()[:16]
