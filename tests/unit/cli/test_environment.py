import pytest

from contracts.topics import SERVICES
from deploy.embedded import Ports
from deploy.embedded.endpoints import StackFile, save
from tools.operations.environment import environment

BASE = 31000


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("KAFKA", "MONGO", "PORT_BASE", "HTTP_PORTS", "INTAKE_URL"):
        monkeypatch.delenv(f"LIENTHONG_{name}", raising=False)
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    return tmp_path


def stands(home):
    http = dict(Ports.from_base(BASE).http)
    save(home, StackFile(kafka="127.0.0.1:31000", mongo=dict.fromkeys(SERVICES, "mongodb://x"), http=http))


def test_services_of_a_stack_listen_where_its_base_puts_them_whoever_starts_them(home):
    stands(home)
    settings = environment()
    assert [settings.port_of(name) for name in SERVICES] == list(range(BASE + 11, BASE + 16))


def test_notify_asks_the_intake_of_its_own_stack(home):
    stands(home)
    assert environment().address_of_intake == f"http://127.0.0.1:{BASE + 11}"


def test_an_address_of_intake_that_is_set_counts(home, monkeypatch):
    stands(home)
    monkeypatch.setenv("LIENTHONG_INTAKE_URL", "http://intake:8101/")
    assert environment().address_of_intake == "http://intake:8101"


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
