"""The parts of the documents that follow from the code are what the code says."""

import re

import pytest

from chassis.runtime.settings import HTTP_PORTS, Settings
from contracts.topics import OWNER_OF, PAYLOADS, SERVICES
from docs import generate
from tools.operations.registry import all_services

README = (generate.ROOT / "README.md").read_text(encoding="utf-8")
SERVICE_SPECS = all_services(Settings())


@pytest.mark.parametrize("name", generate.PARTS)
def test_a_generated_part_is_current(name: str) -> None:
    document, part = generate.PARTS[name]
    text = (generate.ROOT / document).read_text(encoding="utf-8")
    assert generate.with_part(text, name, part()) == text, f"{document} is not current: run `{generate.COMMAND}`"


def test_the_picture_has_an_arrow_for_every_subscription_and_no_other() -> None:
    picture = README.partition("sequenceDiagram")[2].partition("```")[0]
    drawn = {
        (owner, topic, reader)
        for owner, reader, topics in re.findall(r"(\w+) ->> (\w+): (.+)", picture)
        for topic in topics.split("<br/>")
    }
    assert drawn == {
        (OWNER_OF[payload.TYPE], payload.TYPE, name) for name in SERVICES for payload in SERVICE_SPECS[name].consumes
    }


def test_the_table_of_services_tells_port_and_database_of_each() -> None:
    for name in SERVICES:
        row, _ = re.findall(rf"^\| \*\*{name}\*\* .*$", README, flags=re.MULTILINE)
        assert row.endswith(f"| {HTTP_PORTS[name]} | `lienthong_{name}` |")


def test_every_topic_has_its_line() -> None:
    lines = (generate.ROOT / "docs" / "topics.md").read_text(encoding="utf-8").splitlines()
    listed = [line.partition("`")[2].partition("`")[0] for line in lines if line.startswith("| [`")]
    assert listed == list(PAYLOADS)
    assert not [line for line in lines if line.startswith("| [`") and line.endswith("|  |")]


def test_a_document_without_a_place_for_a_part_says_which_lines_it_needs() -> None:
    with pytest.raises(ValueError, match="needs one line <!-- services"):
        generate.with_part("# Another document\n", "services", "| a |")
