"""docs/tour.md prints what the services say: the same play, through the same services, in memory."""

from pathlib import Path

import pytest

from contracts.envelope import AnyEvent
from contracts.topics import OF_DOSSIERS
from tests.unit.simulator.harness import Harness
from tools.operations.dossier_history import history_lines
from tools.operations.late_dossier import play_late_dossier

TOUR = Path(__file__).parents[3] / "docs" / "tour.md"
CUT = "…"


class Listening(Harness):
    async def said(self, topic: str) -> list[AnyEvent]:
        return self.events(topic)


@pytest.fixture(scope="module")
async def told() -> tuple[Harness, str, list[AnyEvent]]:
    harness = Listening()
    code = await play_late_dossier(harness, "tour-in-memory")
    return harness, code, [event for topic in OF_DOSSIERS for event in harness.events(topic)]


def test_the_tour_is_what_the_services_say(told: tuple[Harness, str, list[AnyEvent]]) -> None:
    harness, code, events = told
    printed = TOUR.read_text().partition(f"$ lienthong dossier show {code}\n")[2].partition("```")[0].splitlines()
    assert not harness.dead_letters
    lines = list(history_lines(events, "en"))
    assert [line for line in lines if "dossier.overdue: deadline dossier" in line]
    place = 0
    for number, line in enumerate(printed):
        if line.strip() == CUT:
            while not _same(printed[number + 1], lines[place]) and place < len(lines) - 1:
                place += 1
            continue
        assert _same(line, lines[place]), f"the tour has {line!r}, the services say {lines[place]!r}"
        place += 1
    assert place == len(lines)


def _same(printed: str, line: str) -> bool:
    return line.startswith(printed.removesuffix(CUT).rstrip()) if printed.endswith(CUT) else line == printed


def test_a_history_does_not_depend_on_the_order_in_which_its_events_are_read(
    told: tuple[Harness, str, list[AnyEvent]],
) -> None:
    _, _, events = told
    assert list(history_lines(reversed([*events, *events]), "vi")) == list(history_lines(events, "vi"))
    assert "           Đến hạn: 09:00 ngày 05/03/2026" in history_lines(events, "vi")
