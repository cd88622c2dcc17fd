"""A real log of 1,434 dossiers, with every service killed once on the way: same totals, and replay equals the store."""

from pathlib import Path

import pytest

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.streams import records
from contracts.topics import SERVICES
from domain.worktime import Limit, due_at, load_calendar
from tests.receipt import LOG, closed_cases
from tools.importer import load_mapping, play
from tools.operations.environment import store_of
from tools.operations.history_bus import HistoryBus
from tools.operations.registry import all_services
from tools.operations.replay import compare, read_facts
from tools.operations.status import figures

NEW_DATE = Limit.parse("3 working-days")
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not here; set LIENTHONG_DATA to the folder that has it"),
]


class KillingBus(HistoryBus):
    """Kills a service with SIGKILL, and starts it again, after each of the first chunks of the log."""

    def __init__(self, shop, *rest) -> None:
        super().__init__(*rest)
        self._shop = shop
        self.to_kill = list(SERVICES)

    async def publish(self, messages) -> None:
        await super().publish(messages)
        if self.to_kill:
            name = self.to_kill.pop()
            self._shop.kill(name)
            self._shop.start(name)


@pytest.fixture(scope="module")
async def imported(shop):
    publisher = Publisher(shop.settings.bus)
    try:
        async with Admin(shop.settings.bus) as admin:
            bus = KillingBus(shop, shop.settings, admin, publisher)
            mapping = load_mapping(ROOT / "examples" / "receipt.yaml")
            report = await play(LOG, mapping, bus, shop.settings.home / "imports")
        assert not bus.to_kill, "every service was to be killed once"
        await shop.settled()
        return report
    finally:
        await publisher.stop()


async def test_the_totals_are_those_of_the_log(shop, imported):
    found = await figures(shop.settings, "receipt")
    again = sum(case.end > due_at(load_calendar(), case.deadline, NEW_DATE) for case in closed_cases() if case.late)
    assert found["dossiers"]["received"] == 1434
    assert found["dossiers"]["overdue"] == 416
    assert found["dossiers"]["completed"] == 1329
    assert found["dossiers"]["open"] == 105
    assert again == 260, "closed after the new date as well, three working days later"
    assert found["letters"] == 416 + again + 37, "37 cases of the 416 were still open after the new date"
    assert found["dead_letters"] == 0
    assert not any(found["lag"].values())


async def test_every_closed_case_has_the_verdict_of_the_logs_own_dates(shop, imported):
    store = store_of(shop.settings, "sla")
    try:
        ended = {code.removeprefix("RECEIPT."): state async for code, state in store.states({"state.phase": "ended"})}
    finally:
        store.close()
    late = {case.name: case.late for case in closed_cases()}
    assert {name: state["deadlines"][0]["verdict"] == "late" for name, state in ended.items()} == late
    assert {name: state["overdue"] for name, state in ended.items()} == late
    assert len(late) == 1329


async def test_every_event_of_the_log_is_accepted_or_rejected(shop, imported):
    answers = {"dossier.step-completed": set(), "report.rejected": set()}
    async for record in records(shop.settings.bus, list(answers)):
        answers[record.topic].add(record.value)
    accepted, rejected = (len(values) for values in answers.values())
    assert accepted + rejected == 8577
    assert rejected == 180, "exactly the events after their case's end"


@pytest.mark.parametrize("name", SERVICES)
async def test_replay_equals_the_store(shop, imported, name):
    service, store = all_services(shop.settings)[name], store_of(shop.settings, name)
    try:
        facts = await read_facts(shop.settings.bus, service, None, lambda _: None)
        found = await compare(service, facts, store)
    finally:
        store.close()
    assert found.same, found
    assert found.equal == 1434
