"""Which stage of a tick may follow, from what is known: examples, and a shop of services that can not get stuck."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.core.stream_time import INSTANT, Timeline, Told, latest, may_act, may_digest, may_pass_on, whose_turn
from chassis.runtime.settings import Settings
from contracts.topics import OWNER_OF
from contracts.watermarks import MARKS, Upstream, upstream
from tools.operations.registry import all_services

FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)
SECOND, THIRD = FIRST + timedelta(minutes=30), FIRST + timedelta(hours=1)
NOBODY = Upstream(frozenset(), frozenset())
AFTER_INTAKE = Upstream(frozenset({"intake"}), frozenset())
HEARS_ROUTING = Upstream(frozenset(), frozenset({"routing"}))


def test_a_tick_waits_for_those_upstream() -> None:
    told = Timeline(ticks=frozenset({FIRST}))
    assert may_digest(told, 0, NOBODY) == FIRST
    assert may_digest(told, 0, AFTER_INTAKE) is None
    assert may_digest(Timeline(ticks=frozenset({FIRST}), passed={"intake": FIRST}), 0, AFTER_INTAKE) == FIRST


def test_who_begins_waits_for_what_the_others_made_of_the_tick_before() -> None:
    ticks = frozenset({FIRST, SECOND})
    assert may_digest(Timeline(ticks), 0, HEARS_ROUTING) == FIRST
    assert may_digest(Timeline(ticks, acted={0: FIRST}), 0, HEARS_ROUTING) is None
    assert may_digest(Timeline(ticks, passed={"routing": FIRST}, acted={0: FIRST}), 0, HEARS_ROUTING) == SECOND


def test_a_partition_acts_when_all_have_digested_and_those_before_it_have_acted() -> None:
    ticks = frozenset({FIRST})
    assert may_act(Timeline(ticks, digested={0: FIRST}), 0, 2) is None
    digested = {0: FIRST, 1: FIRST}
    assert may_act(Timeline(ticks, digested=digested), 0, 2) == FIRST
    assert may_act(Timeline(ticks, digested=digested), 1, 2) is None
    assert may_act(Timeline(ticks, digested=digested, acted={0: FIRST}), 1, 2) == FIRST


def test_partitions_of_one_instance_that_follow_each_other_act_together() -> None:
    told = Timeline(frozenset({FIRST}), digested=dict.fromkeys(range(4), FIRST))
    assert whose_turn(told, [0, 1, 3], 4) == {0: FIRST, 1: FIRST}
    assert whose_turn(told, [2, 3], 4) == {}
    assert whose_turn(replaced(told, acted={0: FIRST, 1: FIRST}), [2, 3], 4) == {2: FIRST, 3: FIRST}


def test_a_tick_is_passed_on_when_all_partitions_have_acted() -> None:
    ticks = frozenset({FIRST, SECOND})
    assert may_pass_on(Timeline(ticks, acted={0: SECOND}), 2) is None
    assert may_pass_on(Timeline(ticks, acted={0: SECOND, 1: FIRST}), 2) == FIRST
    assert may_pass_on(Timeline(ticks, acted={0: SECOND, 1: SECOND}, passed_on=FIRST), 2) == SECOND


def test_no_tick_is_left_out_and_none_is_acted_on_twice() -> None:
    told = Timeline(frozenset({THIRD, FIRST, SECOND}), acted={0: FIRST})
    assert told.next(0) == SECOND
    assert Timeline(frozenset({FIRST}), acted={0: SECOND}).next(0) is None


def test_what_arrives_late_waits_for_the_next_tick() -> None:
    assert Timeline().not_before(FIRST) == FIRST
    assert Timeline(acted={0: SECOND, 1: FIRST}).not_before(FIRST) == SECOND + INSTANT
    assert Timeline(acted={0: SECOND}).not_before(THIRD) == THIRD


def test_what_is_told_is_kept_by_timeline() -> None:
    told = [Told("a", SECOND, "intake"), Told("a", FIRST, "intake"), Told("a", FIRST), Told("b", FIRST)]
    assert latest(told) == {"a": ({FIRST}, {"intake": SECOND}), "b": ({FIRST}, {})}


def test_every_service_that_answers_another_one_acts_before_it_but_for_routing_and_intake() -> None:
    """The order of the marks has to fit what the services say; a new service may not close another circle."""
    services = all_services(Settings())
    said_by = {payload.TYPE: one.name for one in services.values() for payload in one.emits}
    order = list(MARKS)
    backwards = {
        (said_by[payload.TYPE], one.name)
        for one in services.values()
        for payload in one.consumes
        if payload.TYPE in said_by and order.index(said_by[payload.TYPE]) >= order.index(one.name)
    }
    assert backwards == {("routing", "intake")}


def test_who_is_upstream_follows_from_what_is_read() -> None:
    assert upstream("intake", ["intake.submitted", "dossier.completed"], OWNER_OF) == HEARS_ROUTING
    assert upstream("routing", ["dossier.received", "agency.reported"], OWNER_OF) == AFTER_INTAKE
    assert upstream("notify", ["dossier.overdue"], OWNER_OF) == Upstream(frozenset({"sla"}), frozenset())


PARTITIONS = 2
UPSTREAM = {name: one.upstream for name, one in all_services(Settings()).items()}
Step = tuple[str, str, int]


def follow(shop: dict[str, Timeline], name: str, stage: str, partition: int) -> bool:
    """Let one service do one thing, if it may; those that hear it are told at once."""
    mine = shop[name]
    match stage:
        case "digest":
            tick = may_digest(mine, partition, UPSTREAM[name])
            if tick:
                shop[name] = replaced(mine, digested={**mine.digested, partition: tick})
        case "act":
            tick = may_act(mine, partition, PARTITIONS)
            if tick:
                shop[name] = replaced(mine, acted={**mine.acted, partition: tick})
        case _:
            tick = may_pass_on(mine, PARTITIONS)
            if tick:
                shop[name] = replaced(mine, passed_on=tick)
                for other, one in shop.items():
                    shop[other] = replaced(one, passed={**one.passed, name: tick})
    return tick is not None


def replaced(timeline: Timeline, **parts: object) -> Timeline:
    return Timeline(**{**vars(timeline), **parts})  # type: ignore[arg-type]


STEPS = [(name, stage, p) for name in MARKS for stage in ("digest", "act", "pass on") for p in range(PARTITIONS)]


@settings(deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=60), st.sets(st.sampled_from([FIRST, SECOND, THIRD]), min_size=1))
def test_whatever_happens_first_every_tick_is_passed_by_all(early: list[Step], ticks: set[datetime]) -> None:
    shop = {name: Timeline(frozenset(ticks)) for name in MARKS}
    for name, stage, partition in early:
        follow(shop, name, stage, partition)
        for one in shop.values():
            for service, passed in one.passed.items():
                assert all(shop[service].acted[p] >= passed for p in range(PARTITIONS))
    while any(follow(shop, *step) for step in STEPS):
        pass
    assert {one.passed_on for one in shop.values()} == {max(ticks)}
