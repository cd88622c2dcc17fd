"""Opening a sandbox: its folder, its surroundings, its keys, and the developer's credentials."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from chassis.runtime.bus.connection import Bus
from deploy.embedded import Ports
from domain.procedures import Directory
from lienthong_agency.credentials import BUS_FILE, KEY_FILE, write_private
from lienthong_agency.signing import SigningKey, new_key, read_key, write_key
from tools.operations.environment import NotReadyError
from tools.operations.sandbox.keys import new_keys

JARS = Path("kafka") / "libs"
"""Kafka's jars, under a home: the one part of it that is worth keeping."""


NEIGHBOURS = "neighbours"
"""Folder of the keys of all agencies, under a sandbox's home: who plays them has to sign in their names."""


@dataclass(frozen=True)
class Sandbox:
    """One sandbox.

    Attributes:
        agency: the developer's.
        home: folder of its servers, logs and credentials.
        cluster: its name, which signatures are for.
        root: says who has which key; lives as long as the sandbox.
        keys: of all agencies.
    """

    agency: str
    home: Path
    cluster: str
    root: SigningKey
    keys: dict[str, SigningKey]

    @property
    def credentials(self) -> Path:
        """The folder with the developer's credentials."""
        return self.home / "credentials"


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
    _emptied(home)
    _take_jars(home, shared)
    cluster = f"sandbox-{agency}"
    return Sandbox(agency, home.resolve(), cluster, new_key("root", cluster), new_keys(directory.agencies, cluster))


def surroundings(sandbox: Sandbox) -> dict[str, str]:
    """The environment variables that make every program here belong to the sandbox."""
    ports = Ports.free()
    return {
        "LIENTHONG_HOME": str(sandbox.home),
        "LIENTHONG_PORT_BASE": str(ports.kafka),
        "LIENTHONG_CLUSTER": sandbox.cluster,
        "LIENTHONG_ROOT_KEY": sandbox.root.public_key,
        "LIENTHONG_SERVICE_TOKEN": os.urandom(16).hex(),
    }


def hand_out(sandbox: Sandbox, bus: Bus, inbox: str = "") -> Path:
    """Write the developer's credentials, and the keys of the neighbours; the folder of the credentials.

    Args:
        sandbox: whose agency it is.
        bus: how that agency reaches the bus.
        inbox: topic that it reads; empty: the public ones.
    """
    told = {
        "agency": sandbox.agency,
        "servers": bus.servers,
        "security": bus.security,
        "mechanism": bus.mechanism,
        "user": bus.user,
        "password": bus.password.get_secret_value(),
        "inbox": inbox,
    }
    if bus.ca:
        told["ca"] = str(bus.ca)
    write_private(sandbox.credentials / BUS_FILE, told)
    write_key(sandbox.keys[sandbox.agency], sandbox.credentials / KEY_FILE)
    neighbours = sandbox.home / NEIGHBOURS
    neighbours.mkdir(mode=0o700)
    for code, key in sandbox.keys.items():
        write_key(key, neighbours / f"{code}.json")
    return sandbox.credentials


def kept_keys(home: Path) -> dict[str, SigningKey]:
    """The keys by which the agencies of a sandbox can be played; none where the home is no sandbox."""
    return {file.name.removesuffix(".json"): read_key(file) for file in sorted((home / NEIGHBOURS).glob("*.json"))}


def _emptied(home: Path) -> None:
    """Delete what another run left, unless the folder is no sandbox."""
    mark = home / "sandbox"
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise NotReadyError(f"{home} is not empty, and no sandbox: name another folder with --home")
    for found in home.glob("*"):
        if found.name == "kafka":
            for data in found.glob("data*"):
                shutil.rmtree(data)
        elif found.is_dir():
            shutil.rmtree(found)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.touch()


def _take_jars(home: Path, shared: Path) -> None:
    """Link the jars that are on this machine already, so that Maven is not asked for them again."""
    if (shared / JARS).exists() and not (home / JARS).exists():
        shutil.copytree(shared / JARS, home / JARS, copy_function=os.link)
