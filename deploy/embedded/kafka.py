"""Apache Kafka, one process a broker that is controller too: its jars, its settings, its start, its pulse."""

import asyncio
import concurrent.futures
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.runtime.bus.secret_files import write_private
from deploy.embedded.access import passwords
from deploy.embedded.broker_settings import SCRAM, data, server_properties
from deploy.embedded.endpoints import KAFKA, StackError
from deploy.embedded.ports import Ports

if TYPE_CHECKING:
    from chassis.runtime.bus.connection import Bus

# Any 16 bytes name a cluster; one name for every embedded stack keeps a home readable by the next start.
CLUSTER_ID = "bGllbi10aG9uZy1sb2NhbA"
# A stack on a desk lives for minutes. Until a broker has compiled itself to the utmost, half of its processor time goes
# into compiling; after some hundred thousand records both cost the same.
OPTIONS = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
OLDEST_JAVA = 17
"""Kafka 4 runs on no older one."""

ANSWER_SECONDS = 2.0
"""A broker of this machine answers in milliseconds. One that needs longer than this counts as silent."""


def pom() -> str:
    """Return the Maven file that pins the broker."""
    return files("deploy.embedded").joinpath("pom.xml").read_text(encoding="utf-8")


def version() -> str:
    """Return the version of Kafka that is run."""
    found = re.search(r"<kafka\.version>(.+?)</kafka\.version>", pom())
    if not found:
        raise StackError("deploy/embedded/pom.xml names no kafka.version")
    return found[1]


def brokers_of(folder: Path) -> int:
    """Return how many brokers have their storage in this folder."""
    return sum((found / "meta.properties").exists() for found in folder.glob("data*"))


def is_protected(folder: Path) -> bool:
    """Tell whether the broker of this folder was set up to ask everybody who he is."""
    return any("\nauthorizer.class.name=" in found.read_text("utf-8") for found in folder.glob("server*.properties"))


def prepare(  # noqa: PLR0917 - a broker is all of them
    folder: Path,
    logs: Path,
    ports: Ports,
    progress: Callable[[str], None],
    name: str = KAFKA,
    secrets: Path | None = None,
) -> None:
    """Make everything ready for a start: Java, the jars, the settings, the formatted storage.

    Args:
        folder: of Kafka in this home.
        logs: folder for what Maven and the formatting say.
        ports: of all servers.
        progress: told what takes long.
        name: which broker.
        secrets: the folder of `access.prepare`; None: the broker lets everybody do everything.
    """
    require_java()
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_fetched(folder):
        progress(f"fetching Kafka {version()} (once)")
        _fetch(folder, logs / "maven.log")
    write_private(_settings(folder, name), server_properties(folder, ports, name, secrets).encode())
    logging = files("deploy.embedded").joinpath("log4j2.properties").read_text(encoding="utf-8")
    (folder / "log4j2.properties").write_text(logging, encoding="utf-8")
    if not (data(folder, name) / "meta.properties").exists():
        progress("formatting Kafka's storage (once)")
        _format(folder, name, logs / f"{name}-format.log", passwords(secrets) if secrets else {})


def command(folder: Path, name: str = KAFKA) -> list[str]:
    """Return what starts a broker."""
    return [*_java(folder, *OPTIONS), "kafka.Kafka", str(_settings(folder, name))]


def answers(bus: "Bus") -> bool:
    """Tell whether the one broker that this bus names lists itself to a client."""
    host, _, port = bus.servers.rpartition(":")
    try:
        # First the cheap question: a client that finds nobody complains in the log.
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except OSError:
        return False
    # A thread of its own, because the caller's may already run an event loop.
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _lists_itself(bus)).result()


def require_java() -> None:
    """Raise a StackError when there is no Java that can run the broker."""
    if not shutil.which("java"):
        raise StackError(f"Java is missing: install a JDK or JRE, {OLDEST_JAVA} or newer, and put java on the PATH")
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    if not found or int(found[1]) < OLDEST_JAVA:
        first_line = next(iter(told.splitlines()), "nothing")
        raise StackError(f"Kafka needs Java {OLDEST_JAVA} or newer, and `java -version` says: {first_line}")


async def _lists_itself(bus: "Bus") -> bool:
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - who only asks where the stack is needs no driver

    admin = bus.admin()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await admin.start()
            return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, TimeoutError, OSError):
        return False
    finally:
        await admin.close()


def _is_fetched(folder: Path) -> bool:
    """Tell whether the jars there are those of today's pom.xml, whose copy lies beside them."""
    copy = folder / "libs" / "pom.xml"
    return copy.exists() and copy.read_text(encoding="utf-8") == pom()


def _fetch(folder: Path, log: Path) -> None:
    if not shutil.which("mvn"):
        raise StackError("Maven is missing: install it and put mvn on the PATH; it fetches Kafka's jars, once")
    partial = folder / "libs.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    (partial / "pom.xml").write_text(pom(), encoding="utf-8")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    _run(["mvn", "-q", "-B", "-f", str(partial / "pom.xml"), *goal], log, "Maven could not fetch Kafka")
    shutil.rmtree(folder / "libs", ignore_errors=True)
    partial.rename(folder / "libs")


def _settings(folder: Path, name: str) -> Path:
    return folder / f"server{name.removeprefix(KAFKA)}.properties"


def _format(folder: Path, name: str, log: Path, users: Mapping[str, str]) -> None:
    """Format a broker's storage, with the users that it knows from the first moment on."""
    arguments = ["format", f"--cluster-id={CLUSTER_ID}", "--config", str(_settings(folder, name))]
    for user, password in users.items():
        arguments += ["--add-scram", f"{SCRAM}=[name={user},password={password}]"]
    # In a file of ours: every user of this computer can read a command line.
    told = folder / f"format-{name}.arguments"
    write_private(told, "\n".join(f'"{word}"' for word in ("kafka.tools.StorageTool", *arguments)).encode())
    try:
        _run([*_java(folder), f"@{told}"], log, "Kafka could not format its storage")
    finally:
        told.unlink(missing_ok=True)


def _java(folder: Path, *options: str) -> list[str]:
    return ["java", *options, f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}", "-cp", f"{folder}/libs/*"]


def _run(arguments: list[str], log: Path, failure: str) -> None:
    with log.open("wb") as output:
        ended = subprocess.run(arguments, stdout=output, stderr=subprocess.STDOUT, check=False)
    if ended.returncode:
        raise StackError(f"{failure}; {log} says why")
