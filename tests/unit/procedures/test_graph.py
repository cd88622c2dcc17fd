import random

from hypothesis import given
from hypothesis import strategies as st

from domain.procedures import Step, Text, flaws
from domain.worktime import Limit

NAME = Text(vi="Bước", en="Step")


def step(number, after=()):
    befores = tuple(f"s{before}" for before in sorted(after))
    return Step(id=f"s{number}", name=NAME, role="tax", limit=Limit(value=1, unit="working-days"), after=befores)


@st.composite
def workflows(draw):
    size = draw(st.integers(1, 12))
    steps = [step(i, draw(st.sets(st.integers(0, i - 1), max_size=4)) if i else ()) for i in range(size)]
    return draw(st.permutations(steps))


@given(workflows())
def test_a_workflow_without_cycle_is_sound_in_whatever_order_it_is_written(steps):
    assert list(flaws(steps)) == []


@given(workflows(), st.randoms(use_true_random=False))
def test_a_step_waiting_for_its_own_successor_is_a_cycle(steps, chance):
    linked = [one for one in steps if one.after]
    if not linked:
        return
    later = chance.choice(linked)
    earlier = chance.choice(later.after)
    broken = [one.model_copy(update={"after": (*one.after, later.id)}) if one.id == earlier else one for one in steps]
    found = {flaw.step: flaw.problem for flaw in flaws(broken)}
    assert {earlier, later.id} <= {name for name, problem in found.items() if "cycle" in problem}


@given(workflows(), st.integers(0, 11))
def test_every_predecessor_must_exist(steps, index):
    victim = steps[index % len(steps)]
    broken = [*(one for one in steps if one is not victim), victim.model_copy(update={"after": ("gone",)})]
    assert [(flaw.step, "gone" in flaw.problem) for flaw in flaws(broken)] == [(victim.id, True)]


@given(workflows(), st.integers(0, 11))
def test_an_id_given_twice_is_found(steps, index):
    twin = steps[index % len(steps)]
    assert [flaw.step for flaw in flaws([*steps, twin])] == [twin.id]


def test_no_steps_at_all():
    assert [flaw.problem for flaw in flaws([])] == ["the workflow has no steps"]


def test_the_steps_of_a_cycle_and_those_behind_it_are_told_apart():
    steps = [step(0), step(1, {0, 2}), step(2, {1}), step(3, {2}), step(4, {0})]
    found = {flaw.step: flaw.problem.split(":")[0] for flaw in flaws(steps)}
    assert found == {
        "s1": "the step waits for itself (a cycle)",
        "s2": "the step waits for itself (a cycle)",
        "s3": "the step is unreachable",
    }


def test_the_order_of_writing_does_not_change_what_is_found():
    steps = [step(0), step(1, {0, 2}), step(2, {1}), step(3, {2, 9})]
    expected = sorted(flaws(steps))
    for seed in range(20):
        shuffled = random.Random(seed).sample(steps, len(steps))
        assert sorted((flaw.step, flaw.problem) for flaw in flaws(shuffled)) == [one[:2] for one in expected]
