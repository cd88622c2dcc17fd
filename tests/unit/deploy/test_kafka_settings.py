import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from deploy.embedded import Ports, StackError, kafka
from deploy.embedded.broker_settings import server_properties

PORTS = Ports.from_base(31000)
SPACE = {"m": "http://maven.apache.org/POM/4.0.0"}


def settings() -> dict[str, str]:
    lines = server_properties(Path("somewhere/kafka"), PORTS).splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    assert len({key for key, _, _ in pairs}) == len(pairs), "a setting stands twice"
    return {key: value for key, _, value in pairs}


def test_the_broker_listens_on_loopback_only() -> None:
    addresses = re.findall(r"//([^,]*)", settings()["listeners"] + "," + settings()["advertised.listeners"])
    assert addresses == ["127.0.0.1:31000", "127.0.0.1:31001", "127.0.0.1:31000"]


def test_the_streams_are_kept_for_good() -> None:
    assert settings()["log.retention.ms"] == "-1"
    assert "log.cleanup.policy" not in settings()


def test_topics_are_never_made_by_accident() -> None:
    assert settings()["auto.create.topics.enable"] == "false"


def test_no_transaction_is_open_longer_than_clients_ask_for_by_default() -> None:
    assert settings()["transaction.max.timeout.ms"] == "60000"


def test_one_broker_suffices_for_every_internal_topic() -> None:
    factors = {key: value for key, value in settings().items() if key.endswith(("replication.factor", "min.isr"))}
    assert len(factors) == 5
    assert set(factors.values()) == {"1"}


def test_the_data_lies_under_the_given_folder() -> None:
    assert settings()["log.dirs"] == "somewhere/kafka/data"


def test_the_pom_pins_every_jar_it_names() -> None:
    root = ET.fromstring(kafka.pom())  # noqa: S314 - our own file
    versions = {
        d.findtext("m:artifactId", "", SPACE): d.findtext("m:version", "", SPACE)
        for d in root.iterfind(".//m:dependency", SPACE)
    }
    assert versions["kafka_2.13"] == versions["kafka-tools"] == "${kafka.version}"
    assert all(versions.values())
    assert re.fullmatch(r"\d+\.\d+\.\d+", kafka.version())


def fake_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_missing_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="Java is missing"):
        kafka.require_java()


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.20"])
def test_java_that_is_too_old_is_named_with_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    fake_program(tmp_path, "java", f"echo 'openjdk version \"{version}\"' >&2")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=f"needs Java 17 or newer.*{re.escape(version)}"):
        kafka.require_java()


@pytest.mark.parametrize("version", ["17.0.15", "21", "25.0.1"])
def test_java_that_is_new_enough_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    fake_program(tmp_path, "java", f"echo 'openjdk version \"{version}\"' >&2")
    monkeypatch.setenv("PATH", str(tmp_path))
    kafka.require_java()


def prepare(home: Path) -> None:
    (home / "logs").mkdir()
    kafka.prepare(home / "kafka", home / "logs", PORTS, lambda _: None)


def test_missing_maven_is_named_when_the_jars_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(tmp_path, "java", "echo 'openjdk version \"17.0.15\"' >&2")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="Maven is missing"):
        prepare(tmp_path)


def test_a_failed_fetch_names_its_log_and_leaves_no_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(tmp_path, "java", "echo 'openjdk version \"17.0.15\"' >&2")
    fake_program(tmp_path, "mvn", "echo no network; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=r"Maven could not fetch Kafka; .*maven\.log says why"):
        prepare(tmp_path)
    assert (tmp_path / "logs" / "maven.log").read_text() == "no network\n"
    assert not (tmp_path / "kafka" / "libs").exists()


def test_of_three_brokers_each_has_its_own_place_and_all_know_the_others() -> None:
    ports, folder = Ports.from_base(31000, brokers=3), Path("somewhere/kafka")
    texts = [server_properties(folder, ports, name) for name in ports.brokers]
    found = [dict(line.split("=", 1) for line in text.splitlines() if line and line[0] != "#") for text in texts]
    assert [one["node.id"] for one in found] == ["1", "2", "3"]
    assert len({one["log.dirs"] for one in found}) == 3
    assert {one["controller.quorum.voters"] for one in found} == {
        "1@127.0.0.1:31001,2@127.0.0.1:31008,3@127.0.0.1:31010"
    }


def test_three_brokers_keep_every_internal_record_three_times_and_need_two_to_take_it() -> None:
    text = server_properties(Path("somewhere/kafka"), Ports.from_base(31000, brokers=3), "kafka-2")
    assert set(re.findall(r"(?m)^\S+\.replication\.factor=(.*)$", text)) == {"3"}
    assert set(re.findall(r"(?m)^\S+\.min\.isr=(.*)$", text)) == {"2"}
