"""The topics' half of docs/access.md: who may write and read which topic, as the plan of rights says."""

# ruff: noqa: INP001 - a part of docs/generate.py

from chassis.runtime.settings import Settings
from contracts.topics import PAYLOADS, SERVICES, dead_letter_topic
from tools.operations.access_plan import HOUSE, Plan, agency_principal, inbox_topic, plan
from tools.operations.registry import all_services

CODE = "<code>"
"""The place of an agency's code: all agencies have the same rights, each on its own inbox."""

LETTERS = {(True, False): "w", (False, True): "r", (True, True): "wr"}
NOTHING = "–"


def columns() -> tuple[str, ...]:
    """Every principal but the administrator, who may do everything."""
    return (*HOUSE, agency_principal(CODE))


def topics_table() -> str:
    """Every topic and every principal: `w` where it writes, `r` where it reads."""
    rights = plan(all_services(Settings()), Settings().group_prefix, [CODE])
    topics = (*PAYLOADS, *map(dead_letter_topic, SERVICES), inbox_topic(CODE))
    rows = [[f"`{topic}`", *(_cell(rights, who, topic) for who in columns())] for topic in topics]
    lines = [["topic", *columns()], ["---"] * (len(columns()) + 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def groups_table() -> str:
    """Every right that is about no single topic."""
    rights = plan(all_services(Settings()), Settings().group_prefix, [CODE])
    others = sorted(right for right in rights if right.resource != "topic" or right.name == "*")
    rows = [
        [right.principal, right.operation, right.resource, f"`{right.name}{'…' if right.prefixed else ''}`"]
        for right in others
    ]
    lines = [["principal", "may", "on", "name"], ["---"] * 4, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(rights: Plan, who: str, topic: str) -> str:
    about = [right for right in rights if (right.principal, right.resource, right.name) == (who, "topic", topic)]
    found = {right.operation for right in about}
    return LETTERS.get(("write" in found, "read" in found), NOTHING)
