"""How the product speaks to the bus: one place that makes clients, one publisher, only what is committed, and nothing
that tells the state of a group."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKER = "chassis/runtime/bus/connection.py"
"""The only file that makes Kafka clients: with what it makes goes who we are, and whom we believe."""

STRANGERS = ("bench/contenders/", "interop/python/")
"""Programs that are not ours: rivals of a benchmark, and agencies that hold nothing of the product."""

EVERYWHERE = [
    path
    for folder in ("contracts", "domain", "chassis", "services", "tools", "deploy", "bench", "interop", "tests", "docs")
    for path in (ROOT / folder).rglob("*.py")
    if not path.relative_to(ROOT).as_posix().startswith(STRANGERS)
]
SOURCES = [path for folder in ("chassis", "services", "deploy") for path in (ROOT / folder).rglob("*.py")]


def calls(name):
    """Every call of this name, with the file that it stands in."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield path.relative_to(ROOT).as_posix(), node


def made_clients(source):
    """Every class of aiokafka's clients that is called in this text, or handed to something that will call it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for one in (node.func, *node.args, *(keyword.value for keyword in node.keywords)):
                name = getattr(one, "id", getattr(one, "attr", ""))
                if name.startswith("AIOKafka"):
                    yield name


def test_clients_are_made_in_one_place():
    makers = {path.relative_to(ROOT).as_posix() for path in EVERYWHERE if any(made_clients(path.read_text()))}
    assert makers == {MAKER}, "take a client from `Bus`, which knows who we are: settings.bus.consumer(…)"


@pytest.mark.parametrize(
    "planted",
    [
        "AIOKafkaProducer(bootstrap_servers=address)",
        "aiokafka.AIOKafkaConsumer()",
        "partial(AIOKafkaConsumer, enable_auto_commit=False)",
    ],
)
def test_a_client_that_is_made_elsewhere_is_found(planted):
    assert list(made_clients(planted))


def test_everything_that_is_published_goes_through_one_publisher():
    # An idempotent producer is of no use after a refused record: only the publisher begins anew.
    assert [path for path, _ in calls("producer")] == ["chassis/runtime/bus/publisher.py"]


def test_whoever_reads_reads_what_is_committed():
    # A gauge reads nothing: it asks where partitions end, with what is not committed yet.
    made = list(calls("consumer"))
    assert made
    for path, call in made:
        levels = [one.value.value for one in call.keywords if one.arg == "isolation_level"]
        assert levels == ["read_committed"] or made_by(path, call) == "gauge_consumer", path


def made_by(path, call):
    """The function that a call stands in."""
    functions = [one for one in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(one, ast.FunctionDef)]
    return next((one.name for one in functions if one.lineno <= call.lineno <= one.end_lineno), "")


@pytest.mark.parametrize("question", ["describe_consumer_groups", "list_consumer_groups"])
def test_nobody_asks_for_the_state_of_a_group(question):
    # A group of the newer protocol is described as dead while it is at work. Lag says what an operator has to know.
    assert not list(calls(question))
