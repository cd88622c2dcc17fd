"""Opening a sandbox: its folder, its surroundings, the keys of all agencies, and the developer's credentials."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chassis.runtime import clock
from chassis.runtime.settings import Settings
from deploy.embedded import Ports
from domain.procedures import Directory
from lienthong_agency.signing import SigningKey, new_key
from tools.operations import access_agency, access_keys
from tools.operations.environment import NotReadyError
from tools.operations.sandbox.kept_keys import keep_keys

JARS = Path("kafka") / "libs"
"""Kafka's jars, under a home: the one part of it that is worth keeping."""

MARK = "sandbox"
"""File in the home of a sandbox, so that no other folder is ever emptied."""

VALID = timedelta(days=30)
"""How long the keys of a sandbox count. It seldom lives longer than a day, and its keys are of no use elsewhere."""

SETTLED_SECONDS = 1.5
"""How long after it was published a key counts (`chassis.core.signatures.SETTLED`), and a little more."""


@dataclass(frozen=True)
class Sandbox:
    """One sandbox.

    Attributes:
        agency: the developer's.
        home: folder of its servers, logs, keys and credentials.
        root: says who has which key.
    """

    agency: str
    home: Path
    root: SigningKey

    @property
    def credentials(self) -> Path:
        """The folder with the developer's credentials."""
        return self.home / "credentials"

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that make every program started here belong to the sandbox."""
        return {
            "LIENTHONG_HOME": str(self.home),
            "LIENTHONG_PORT_BASE": str(Ports.free().kafka),
            "LIENTHONG_STACK_SECURITY": "secure",
            "LIENTHONG_CLUSTER": self.root.audience,
            "LIENTHONG_ROOT_KEY": self.root.public_key,
        }


def opened(agency: str, home: Path, directory: Directory, shared: Path) -> Sandbox:
    """An empty sandbox: what another run left in its folder is deleted, but for Kafka's jars.

    Args:
        agency: code of the directory.
        home: folder of its own.
        directory: of all agencies.
        shared: the usual home, from which the jars are taken where they are there.

    Raises:
        NotReadyError: there is no such agency, or the folder is somebody else's.
    """
    if agency not in directory.agencies:
        raise NotReadyError(f"the directory has no agency {agency}: take a code of domain/procedures/agencies.yaml")
    home = home.resolve()
    _empty(home)
    _take_jars(home, shared)
    return Sandbox(agency, home, access_keys.make_root(home / "root.json", f"sandbox-{agency}"))


async def connect(sandbox: Sandbox, admin: Settings, directory: Directory) -> dict[str, SigningKey]:
    """Connect the developer's agency, and give every other one a key; the keys of the others.

    Args:
        sandbox: whose agency it is.
        admin: speak as the bus's administrator.
        directory: of all agencies.
    """
    now = clock.now()
    until = now + VALID
    others = [code for code in directory.agencies if code != sandbox.agency]
    keys = {code: new_key(code, sandbox.root.audience) for code in others}
    told = [access_keys.first_statement(sandbox.root, key, now, until) for key in keys.values()]
    await access_keys.publish(admin.bus, told, now)
    connection = access_agency.Connection(admin, sandbox.agency, sandbox.credentials, sandbox.root)
    await access_agency.add(connection, now, until)
    keep_keys(sandbox.home, keys)
    await asyncio.sleep(SETTLED_SECONDS)  # a span of the broker's clock, so there is nothing to await
    return keys


def _empty(home: Path) -> None:
    """Delete what another run left.

    Raises:
        NotReadyError: the folder is no sandbox.
    """
    mark = home / MARK
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise NotReadyError(f"{home} is not empty, and no sandbox: name another folder with --home")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.touch()
    for found in home.iterdir():
        if found.name == "kafka":
            for part in found.iterdir():
                if part.name != JARS.name:
                    _delete(part)
        elif found != mark:
            _delete(found)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _take_jars(home: Path, shared: Path) -> None:
    """Link the jars that are on this machine already, so that Maven is not asked for them again."""
    if (shared / JARS).exists() and not (home / JARS).exists():
        shutil.copytree(shared / JARS, home / JARS, copy_function=os.link)
