"""The relay gives every agency all records of its dossiers, in whatever order they are read, and whoever dies."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from chassis.runtime.bus.record import STRUCTURED, Message
from contracts.envelope import AnyEvent, Payload
from contracts.intake import DossierPaid
from contracts.routing import DossierTransferred, ReportRejected
from tests.given import at, fact, received, step, suppose
from tests.unit.chassis.records import STAMP, Sent
from tools.operations.access_plan import RELAYED
from tools.operations.relay.concerns import concern
from tools.operations.relay.copying import Copying, place_of
from tools.operations.relay.memory import Memory, Place

UNIT, TAX, OTHER = "H29.16", "H29.30", "H29.13"
NEW_DOSSIER = "H29.16-260302-0002"


class Died(Exception):  # noqa: N818 - no error of the relay's
    """The process dies at a publish, before or after the bus has the records."""


class Bus:
    """Records by where they stand, and inboxes by agency."""

    def __init__(self, events: Sequence[AnyEvent]) -> None:
        self.records = [on_the_bus(event, offset) for offset, event in enumerate(events)]
        self.inboxes: dict[str, list[Message]] = {}
        self.dies = lambda: ""

    async def publish(self, messages: Sequence[Message]) -> None:
        how = self.dies()
        if how == "before":
            raise Died
        for message in messages:
            self.inboxes.setdefault(message.topic, []).append(message)
        if how == "after":
            raise Died

    async def read_back(self, places: Iterable[Place]) -> Mapping[Place, Any]:
        wanted = set(places)
        return {place: record for record in self.records if (place := place_of(record)) in wanted}

    def of(self, agency: str) -> set[Place]:
        """Where the records stand that this agency was given."""
        found = set()
        for message in self.inboxes.get(f"agency.{agency}.inbox", []):
            told = dict(message.headers)
            place = (told["lt-topic"], told["lt-partition"], told["lt-offset"])
            found.add(Place(place[0].decode(), int(place[1]), int(place[2])))
        return found


def on_the_bus(event: AnyEvent, offset: int) -> Sent:
    stamp = int(STAMP.timestamp() * 1000) + offset
    value = event.to_json().encode()
    return Sent(event.type, value, event.subject.encode(), STRUCTURED, offset % 3, offset, stamp)


def handed_over(to: str, n: int, **envelope: Any) -> AnyEvent:
    data = DossierTransferred(step="tax", attempt=n, from_agency=UNIT, to_agency=to)
    return fact(data, at(3), n, **envelope)


def relay(bus: Bus, memory: Memory, *inboxes: str) -> Copying:
    copying = Copying(memory, bus.publish, bus.read_back)
    copying.serve(frozenset(inboxes))
    return copying


def memory() -> Memory:
    return Memory(":memory:", RELAYED)


async def test_a_copy_is_the_record_and_says_where_it_stands():
    bus = Bus([received(at(2), step("take", UNIT))])
    await relay(bus, memory(), UNIT).take(bus.records, {})
    [message] = bus.inboxes[f"agency.{UNIT}.inbox"]
    record = bus.records[0]
    assert (message.key, message.value, message.partition) == (record.key, record.value, record.partition)
    assert message.headers[: len(record.headers)] == record.headers
    assert message.headers[-3:] == (("lt-topic", b"dossier.received"), ("lt-partition", b"0"), ("lt-offset", b"0"))


async def test_an_agency_that_joins_late_gets_the_earlier_records_too():
    bus = Bus([received(at(2), step("take", UNIT)), fact(DossierPaid(amount=5), at(2)), handed_over(OTHER, 1)])
    copying = relay(bus, memory(), UNIT, OTHER)
    for record in bus.records:
        await copying.take([record], {})
    assert len(bus.of(OTHER)) == len(bus.of(UNIT)) == 3


async def test_an_agency_keeps_getting_what_concerns_it():
    bus = Bus([handed_over(OTHER, 1), handed_over(TAX, 2), fact(DossierPaid(amount=5), at(9))])
    copying = relay(bus, memory(), OTHER)
    for record in bus.records:
        await copying.take([record], {})
    assert len(bus.of(OTHER)) == 3
    assert not bus.of(TAX)  # it has no inbox


async def test_nobody_gets_anothers_dossier():
    bus = Bus([handed_over(OTHER, 1), handed_over(TAX, 1, subject=NEW_DOSSIER)])
    await relay(bus, memory(), OTHER, TAX).take(bus.records, {})
    assert [place.offset for place in bus.of(OTHER)] == [0]
    assert [place.offset for place in bus.of(TAX)] == [1]


async def test_without_an_inbox_nothing_is_published_at_all():
    bus = Bus([handed_over(OTHER, 1)])
    bus.dies = lambda: "before"
    await relay(bus, memory()).take(bus.records, {})


async def test_a_report_about_anothers_dossier_opens_nothing():
    answer = ReportRejected(report_id="r1", agency=OTHER, code="not-the-holder", reason="H29.30 holds it")
    bus = Bus([handed_over(TAX, 1), fact(answer, at(3)), fact(DossierPaid(amount=5), at(4))])
    copying = relay(bus, memory(), OTHER, TAX)
    await copying.take(bus.records, {})
    assert {place.topic for place in bus.of(OTHER)} == {"report.rejected"}
    assert {place.topic for place in bus.of(TAX)} == {"dossier.transferred", "dossier.paid"}


async def test_an_inbox_that_is_new_gets_all_that_was():
    bus = Bus([handed_over(OTHER, 1), fact(DossierPaid(amount=5), at(4))])
    copying = relay(bus, memory())
    await copying.take(bus.records, {})
    assert not await copying.settle()
    copying.serve(frozenset({OTHER}))
    assert await copying.settle()
    assert not await copying.settle()
    assert len(bus.of(OTHER)) == 2


async def test_an_agency_that_was_cut_off_and_is_back_has_missed_nothing():
    bus, known = (
        Bus([handed_over(OTHER, 1), fact(DossierPaid(amount=5), at(4)), fact(DossierPaid(amount=6), at(5))]),
        memory(),
    )
    for record, inboxes in zip(bus.records, ([OTHER], [], [OTHER]), strict=True):
        copying = relay(bus, known, *inboxes)
        await copying.take([record], {})
    assert len(bus.of(OTHER)) == 3


async def test_a_record_that_is_no_event_is_passed_over(caplog):
    bus = Bus([handed_over(OTHER, 1)])
    broken = Sent("dossier.paid", b"{", b"x", STRUCTURED, 0, 9, bus.records[0].timestamp)
    empty = Sent("dossier.paid", None, None, (), 0, 10, bus.records[0].timestamp)
    other = Sent("dossier.paid", bus.records[0].value, None, STRUCTURED, 0, 11, bus.records[0].timestamp)
    await relay(bus, memory(), OTHER).take([broken, empty, other, *bus.records], {})
    assert [place.offset for place in bus.of(OTHER)] == [0]


async def test_positions_are_kept_with_what_was_given_or_not_at_all():
    bus, known = Bus([handed_over(OTHER, 1)]), memory()
    copying = relay(bus, known, OTHER)
    bus.dies = lambda: "after"
    try:
        await copying.take(bus.records, {("dossier.transferred", 0): 1})
    except Died:
        assert not known.positions()
    bus.dies = lambda: ""
    await copying.take(bus.records, {("dossier.transferred", 0): 1})
    assert known.positions() == {("dossier.transferred", 0): 1}


AGENCIES = (UNIT, "H29.05", TAX, OTHER)


def lives(dice: Random) -> list[AnyEvent]:
    """What services say of a few dossiers."""
    events = []
    for n in range(dice.randint(1, 4)):
        subject = f"H29.16-260302-{n:04}"
        told: list[Payload] = [
            DossierPaid(amount=dice.randint(1, 9)),
            DossierTransferred(step="a", attempt=1, from_agency=dice.choice(AGENCIES), to_agency=dice.choice(AGENCIES)),
            ReportRejected(report_id="r", agency=dice.choice(AGENCIES), code="suspended", reason="no"),
        ]
        events += [fact(data, at(3), n, at_once, subject=subject) for at_once in range(2) for data in told]
        if dice.random() < 0.5:
            events.append(received(at(2), step("take", dice.choice(AGENCIES)), key=str(n), subject=subject))
    dice.shuffle(events)
    return events


def wanted(bus: Bus, agency: str) -> set[Place]:
    """The law in its own words: all records of the dossiers whose records name the agency, and the answers to it."""
    events = {place_of(record): event_of(record) for record in bus.records}
    answers = {place for place, event in events.items() if event.type == "report.rejected"}
    told = {place: event for place, event in events.items() if place not in answers}
    mine = {event.subject for event in told.values() if agency in concern(event).draws}
    followed = {place for place, event in told.items() if event.subject in mine}
    return followed | {place for place in answers if events[place].data.agency == agency}


def event_of(record: Sent) -> AnyEvent:
    from contracts.topics import read_event  # noqa: PLC0415

    return read_event(record.topic, record.value or b"")


@suppose(seed=st.integers(0, 2**32))
def test_every_inbox_holds_every_record_of_its_agencys_dossiers_and_no_other(seed):
    dice = Random(seed)
    bus, known = Bus(lives(dice)), memory()
    bus.dies = lambda: dice.choice(("before", "after")) if dice.random() < 0.2 else ""
    asyncio.run(_lived_through(bus, known, dice))
    for agency in AGENCIES:
        assert bus.of(agency) == wanted(bus, agency), agency


async def _lived_through(bus: Bus, known: Memory, dice: Random) -> None:
    """Batches of any size; inboxes appear one by one; who dies begins anew with what was kept."""
    given, inboxes = 0, list[str]()
    while given < len(bus.records):
        copying = relay(bus, known, *inboxes)
        batch = bus.records[given : given + dice.randint(1, 4)]
        try:
            await copying.take(batch, {("all", 0): given + len(batch)})
            given = known.positions()[("all", 0)]
            while await copying.settle():
                pass
        except Died:
            continue
        if dice.random() < 0.5:
            inboxes = dice.sample(AGENCIES, dice.randint(0, len(AGENCIES)))
    await _settled(bus, known)


async def _settled(bus: Bus, known: Memory) -> None:
    bus.dies = lambda: ""
    while await relay(bus, known, *AGENCIES).settle():
        pass
