import socket

import pytest

from deploy.embedded import Ports, StackError
from deploy.embedded.ports import BASE_VARIABLE, HOST, require_free


def test_the_usual_ports_are_the_documented_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BASE_VARIABLE, raising=False)
    ports = Ports.from_env()
    assert (ports.kafka, ports.controller) == (19092, 19093)
    assert ports.stores == {"intake": 27201, "routing": 27202, "sla": 27203, "rating": 27204, "notify": 27205}


def test_a_base_moves_all_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_VARIABLE, "31000")
    ports = Ports.from_env()
    assert (ports.kafka, ports.controller, *ports.stores.values()) == tuple(range(31000, 31007))


@pytest.mark.parametrize("text", ["many", "80", "65530", "-1"])
def test_an_impossible_base_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(BASE_VARIABLE, text)
    with pytest.raises(StackError, match=f"{BASE_VARIABLE}={text} is no port to start from"):
        Ports.from_env()


def test_free_ports_are_all_different() -> None:
    ports = Ports.free()
    assert len({ports.kafka, ports.controller, *ports.stores.values()}) == 7


@pytest.mark.parametrize(("name", "what"), [("kafka", "Kafka"), ("sla", "the store of sla")])
def test_a_taken_port_is_named_with_its_purpose_and_the_way_out(name: str, what: str) -> None:
    ports = Ports.free()
    port = ports.of(name)[-1]
    with socket.create_server((HOST, port)), pytest.raises(StackError) as refusal:
        require_free(ports, name)
    assert f"port {port}, meant for {what}, is taken" in str(refusal.value)
    assert BASE_VARIABLE in str(refusal.value)


def test_a_port_is_free_again_at_once_after_its_listener_ended() -> None:
    ports = Ports.free()
    with socket.create_server((HOST, ports.kafka)) as server:
        client = socket.create_connection((HOST, ports.kafka))
        served, _ = server.accept()
        served.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    require_free(ports, "kafka")
