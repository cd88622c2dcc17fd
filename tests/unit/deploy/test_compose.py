import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.embedded import SERVICES, kafka

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ONE_SHOT = {"topics", "stores"}
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|KEY$")
REQUIRED = re.compile(r"\$\{LIENTHONG_\w+:\?run deploy/compose/secrets\.sh first\}")


def has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What secrets.sh writes, made by a copy of it so that the .env of this checkout is left alone."""
    root = tmp_path_factory.mktemp("checkout")
    script = root / "deploy" / "compose" / "secrets.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "compose" / "secrets.sh", script)
    subprocess.run(["sh", script], check=True, capture_output=True)
    return root / ".env"


@pytest.mark.skipif(not has_compose(), reason="the docker compose client is not installed on this machine")
def test_docker_compose_can_read_the_file(env_file: Path) -> None:
    files = ["--env-file", str(env_file), "-f", str(ROOT / "docker-compose.yml")]
    subprocess.run(["docker", "compose", *files, "config", "-q"], check=True)


def test_the_secrets_are_random_and_only_the_owner_can_read_them(env_file: Path) -> None:
    values = [line.partition("=")[2] for line in env_file.read_text().splitlines()]
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in values)
    assert len(set(values)) == len(values)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_the_script_writes_exactly_the_secrets_that_are_asked_for(env_file: Path) -> None:
    written = {line.partition("=")[0] for line in env_file.read_text().splitlines()}
    assert written == set(re.findall(r"\$\{(\w+)", TEXT))


def test_existing_secrets_are_never_overwritten(env_file: Path) -> None:
    before = env_file.read_bytes()
    script = env_file.parent / "deploy" / "compose" / "secrets.sh"
    again = subprocess.run(["sh", script], check=False, capture_output=True)
    assert again.returncode == 1
    assert env_file.read_bytes() == before


def test_no_secret_has_a_default() -> None:
    assert len(REQUIRED.findall(TEXT)) == TEXT.count("${")
    for name, container in CONTAINERS.items():
        for variable, value in container.get("environment", {}).items():
            assert not SECRET.search(variable) or REQUIRED.fullmatch(value), f"{name}: {variable}"


def test_each_service_gets_its_own_password_and_no_other() -> None:
    for service in SERVICES:
        passwords = set(re.findall(r"LIENTHONG_(\w+)_PASSWORD", str(CONTAINERS[service])))
        assert passwords == {service.upper()}


@pytest.mark.parametrize("name", list(CONTAINERS))
def test_every_container_is_confined(name: str) -> None:
    container = CONTAINERS[name]
    assert container["user"].partition(":")[0] not in {"root", "0"}
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    # Kafka's image writes its final settings into its own folder at start.
    assert container.get("read_only", False) is (name != "kafka")


@pytest.mark.parametrize("name", [name for name in CONTAINERS if name not in ONE_SHOT])
def test_every_container_that_stays_has_a_health_check(name: str) -> None:
    assert CONTAINERS[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize(("service", "port"), list(zip(SERVICES, range(8101, 8106), strict=True)))
def test_each_service_runs_from_the_one_image_once_everything_is_prepared(service: str, port: int) -> None:
    container = CONTAINERS[service]
    assert container["image"] == "lienthong:dev"
    assert container["command"] == ["run", service]
    assert set(container["depends_on"]) == ONE_SHOT
    assert f"http://127.0.0.1:{port}/health/ready" in container["healthcheck"]["test"][-1]
    assert f"@mongo:27017/{service}?replicaSet=rs0&authSource={service}" in container["environment"]["LIENTHONG_MONGO"]


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for container in CONTAINERS.values() for port in container.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_containers_run_the_embedded_versions() -> None:
    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{kafka.version()}"
    assert CONTAINERS["mongo"]["image"] == CONTAINERS["stores"]["image"] == "mongo:8"
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    bases = re.findall(r"^FROM (\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert set(bases) == {f"python:{python}-slim"}


def test_the_broker_in_the_container_has_the_embedded_settings() -> None:
    mounted = [volume for volume in CONTAINERS["kafka"]["volumes"] if "kafka.properties" in volume]
    assert mounted == ["./deploy/kafka.properties:/mnt/shared/config/server.properties:ro"]
    shared = (ROOT / "deploy" / "kafka.properties").read_text()
    for variable in CONTAINERS["kafka"]["environment"]:
        setting = variable.removeprefix("KAFKA_").lower().replace("_", ".")
        assert f"\n{setting}=" not in shared, f"{setting} is set in both places"


def test_every_service_has_a_database_user() -> None:
    script = (ROOT / "deploy" / "compose" / "stores.js").read_text()
    listed = re.search(r"SERVICES = \[(.*)\]", script)
    assert listed
    assert re.findall(r'"(\w+)"', listed[1]) == list(SERVICES)


def test_the_image_is_not_run_by_root() -> None:
    assert re.search(r"^USER 10001:10001$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
