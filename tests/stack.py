"""The servers that integration tests speak to: given ones, containers, or the embedded stack; and small helpers."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path

from contracts.topics import SERVICES
from deploy.embedded import Endpoints, Stack

KAFKA_IMAGE = "apache/kafka:4.3.0"
MONGO_IMAGE = "mongo:8"
KAFKA_PORT = 9092
MONGO_PORT = 27017
START_SCRIPT = "/tmp/start.sh"  # noqa: S108 - inside the container
SHARED_PROPERTIES = "/mnt/shared/config/server.properties"


@contextmanager
def endpoints(folder: Path) -> Iterator[Endpoints]:
    """Where the bus and the stores answer, for as long as the context is open."""
    if (given := given_endpoints()) is not None:
        yield given
    elif docker_answers():
        with containers() as found:
            yield found
    else:
        with embedded(folder) as found:
            yield found


def given_endpoints() -> Endpoints | None:
    """The servers named in the environment; those are not ours to stop."""
    kafka, mongo = os.environ.get("LIENTHONG_KAFKA"), os.environ.get("LIENTHONG_MONGO")
    if not kafka or not mongo:
        return None
    urls = {name: os.environ.get(f"LIENTHONG_MONGO_{name.upper()}") or mongo for name in SERVICES}
    access = os.environ.get("LIENTHONG_KAFKA_ACCESS")
    return Endpoints(kafka=kafka, mongo=urls, access=Path(access) if access else None)


@contextmanager
def embedded(folder: Path) -> Iterator[Endpoints]:
    """The stack without Docker, in this folder."""
    stack = Stack.ephemeral(folder)
    try:
        yield stack.up()
    finally:
        stack.down()


def docker_answers() -> bool:
    """Whether there is a Docker engine here."""
    try:
        import docker  # noqa: PLC0415 - only where it is asked for
    except ImportError:
        return False
    try:
        client = docker.from_env(timeout=5)
    except docker.errors.DockerException:
        return False
    try:
        return bool(client.ping())
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()


@contextmanager
def containers() -> Iterator[Endpoints]:
    """One broker and one replica set of one member, each in a container of its own."""
    with ExitStack() as running:
        kafka = running.enter_context(kafka_container())
        mongo = running.enter_context(mongo_container())
        yield Endpoints(kafka=kafka, mongo=dict.fromkeys(SERVICES, mongo))


@contextmanager
def kafka_container() -> Iterator[str]:
    """Apache Kafka. Its advertised port is known once Docker has mapped it, so it starts by a script put in late."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415

    broker = (
        DockerContainer(
            KAFKA_IMAGE, entrypoint=["sh", "-c", f"until [ -s {START_SCRIPT} ]; do sleep 0.1; done; sh {START_SCRIPT}"]
        )
        .with_exposed_ports(KAFKA_PORT)
        .with_volume_mapping(str(files("deploy").joinpath("kafka.properties")), SHARED_PROPERTIES, "ro")
        .with_env("KAFKA_LISTENERS", f"PLAINTEXT://:{KAFKA_PORT},CONTROLLER://:9093")
        .with_env("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093")
    )
    with broker:
        address = f"{broker.get_container_host_ip()}:{broker.get_exposed_port(KAFKA_PORT)}"
        start = f"export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://{address}; exec /etc/kafka/docker/run"
        put = broker.exec(
            ["sh", "-c", f"echo '{start}' > {START_SCRIPT}.part && mv {START_SCRIPT}.part {START_SCRIPT}"]
        )
        if put.exit_code:
            raise RuntimeError(f"the broker's container takes no start script: {put.output!r}")
        wait_for_logs(broker, "Kafka Server started", timeout=90)
        yield address


@contextmanager
def mongo_container() -> Iterator[str]:
    """MongoDB as a replica set of one member, so that `majority` means what it means in production."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415

    server = DockerContainer(MONGO_IMAGE).with_exposed_ports(MONGO_PORT).with_command("--replSet rs0 --bind_ip_all")
    with server:
        wait_for_logs(server, "Waiting for connections", timeout=60)
        begin = (
            "rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'localhost:27017'}]});"
            "while (!db.hello().isWritablePrimary) sleep(50)"
        )
        begun = server.exec(["mongosh", "--quiet", "--eval", begin])
        if begun.exit_code:
            raise RuntimeError(f"the replica set does not begin: {begun.output!r}")
        yield f"mongodb://{server.get_container_host_ip()}:{server.get_exposed_port(MONGO_PORT)}/?directConnection=true"
