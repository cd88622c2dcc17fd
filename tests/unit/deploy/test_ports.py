import socket

import pytest

from chassis.runtime.settings import HTTP_PORTS, ISSUER_PORT, OPERATOR_PORTS
from deploy.embedded import Ports, StackError
from deploy.embedded.ports import BASE_VARIABLE, HIGHEST_BASE, HOST, require_free


def test_the_usual_ports_are_the_documented_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BASE_VARIABLE, raising=False)
    ports = Ports.from_env()
    assert (ports.kafka, ports.controller) == (19092, 19093)
    assert ports.stores == {"intake": 27201, "routing": 27202, "sla": 27203, "rating": 27204, "notify": 27205}


def test_a_base_moves_all_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE_VARIABLE, "31000")
    ports = Ports.from_env()
    assert (ports.kafka, ports.controller, *ports.stores.values()) == tuple(range(31000, 31007))
    assert list(ports.http.values()) == list(range(31011, 31016))
    assert list(ports.operators.values()) == list(range(31016, 31021))


def test_the_usual_http_ports_are_those_that_services_take_without_a_stack() -> None:
    assert (Ports.usual().http, Ports.usual().operators) == (HTTP_PORTS, OPERATOR_PORTS)
    assert Ports.usual().issuer == ISSUER_PORT


@pytest.mark.parametrize("brokers", [1, 3])
def test_no_two_servers_of_a_base_have_the_same_port(brokers: int) -> None:
    ports = Ports.from_base(31000, brokers)
    assert len(set(ports.all)) == len(ports.all) == 2 * brokers + 16


def test_the_highest_base_leaves_room_for_every_port() -> None:
    assert max(Ports.from_base(HIGHEST_BASE, 3).all) <= 65535


@pytest.mark.parametrize("text", ["many", "80", "65530", "-1"])
def test_an_impossible_base_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(BASE_VARIABLE, text)
    with pytest.raises(StackError, match=f"{BASE_VARIABLE}={text} is no port to start from"):
        Ports.from_env()


def test_free_ports_are_all_different() -> None:
    ports = Ports.free()
    assert len(set(ports.all)) == 18


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
