import pytest

from contracts.topics import SERVICES
from deploy.embedded import Ports
from deploy.embedded.endpoints import StackFile, save
from tools.operations.environment import environment

BASE = 31000


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("KAFKA", "MONGO", "PORT_BASE", "HTTP_PORTS", "OPERATOR_PORTS", "INTAKE_URL", "ROUTING_URL"):
        monkeypatch.delenv(f"LIENTHONG_{name}", raising=False)
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    return tmp_path


def stands(home):
    ports = Ports.from_base(BASE)
    http, operators = dict(ports.http), dict(ports.operators)
    mongo = dict.fromkeys(SERVICES, "mongodb://x")
    save(home, StackFile(kafka="127.0.0.1:31000", mongo=mongo, http=http, operators=operators))


def test_services_of_a_stack_listen_where_its_base_puts_them_whoever_starts_them(home):
    stands(home)
    settings = environment()
    assert [settings.port_of(name) for name in SERVICES] == list(range(BASE + 11, BASE + 16))
    assert [settings.operator_port_of(name) for name in SERVICES] == list(range(BASE + 16, BASE + 21))


def test_services_ask_each_other_within_their_own_stack(home):
    stands(home)
    assert environment().address_of_intake == f"http://127.0.0.1:{BASE + 16}"
    assert environment().address_of_routing == f"http://127.0.0.1:{BASE + 17}"


def test_an_address_of_intake_that_is_set_counts(home, monkeypatch):
    stands(home)
    monkeypatch.setenv("LIENTHONG_INTAKE_URL", "http://intake:8201/")
    assert environment().address_of_intake == "http://intake:8201"


def test_a_base_moves_http_where_bus_and_stores_are_given(home, monkeypatch):
    monkeypatch.setenv("LIENTHONG_KAFKA", "kafka:9092")
    monkeypatch.setenv("LIENTHONG_MONGO", "mongodb://mongo")
    assert environment().port_of("intake") == 8101
    monkeypatch.setenv("LIENTHONG_PORT_BASE", str(BASE))
    assert environment().port_of("intake") == BASE + 11


def test_a_single_port_that_is_set_by_hand_moves_that_service_alone(home, monkeypatch):
    stands(home)
    monkeypatch.setenv("LIENTHONG_HTTP_PORTS", '{"sla": 9000}')
    assert (environment().port_of("sla"), environment().port_of("intake")) == (9000, BASE + 11)
