"""Steps that depend on what a dossier declares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.procedures import Condition, EligibilityRule, ProcedureError, Step, Text, applicable, flaws
from domain.worktime import Limit

NAME = Text(vi="Bước", en="Step")
TALL = Condition(attribute="floors", at_least=7)


def step(name, *after, when=None):
    return Step(id=name, name=NAME, role="tax", limit=Limit(value=1, unit="working-days"), after=after, when=when)


def route(steps, **declared):
    return {one.id: one.after for one in applicable(steps, declared)}


CHAIN = (step("a"), step("b", "a", when=TALL), step("c", "b", when=TALL), step("d", "c"))
FORK = (step("a"), step("b", "a", when=TALL), step("c", "a"), step("d", "b", "c"))


def test_every_step_applies_where_the_condition_is_met():
    assert route(CHAIN, floors=7) == {"a": (), "b": ("a",), "c": ("b",), "d": ("c",)}


def test_what_follows_a_step_that_is_left_out_follows_what_came_before_it():
    assert route(CHAIN, floors=6) == {"a": (), "d": ("a",)}
    assert route(FORK, floors=6) == {"a": (), "c": ("a",), "d": ("a", "c")}


@pytest.mark.parametrize("declared", [{}, {"floors": "many"}, {"floors": True}, {"storeys": 9}])
def test_a_condition_on_what_is_not_declared_as_a_number_is_not_met(declared):
    assert route(CHAIN, **declared) == {"a": (), "d": ("a",)}


@st.composite
def workflows(draw):
    size = draw(st.integers(1, 10))
    befores = [draw(st.sets(st.integers(0, i - 1), max_size=3)) if i else set() for i in range(size)]
    conditional = [draw(st.booleans()) for _ in range(size)]
    return [
        step(f"s{i}", *(f"s{before}" for before in sorted(befores[i])), when=TALL if conditional[i] else None)
        for i in range(size)
    ]


def earlier(steps, name):
    after = {one.id: one.after for one in steps}
    return set(after[name]).union(*(earlier(steps, one) for one in after[name]))


@given(workflows())
def test_leaving_steps_out_keeps_the_order_of_the_others_and_every_join_reachable(steps):
    kept = applicable(steps, {})
    names = {one.id for one in kept}
    assert names == {one.id for one in steps if one.when is None}
    assert [flaw for flaw in flaws(kept) if kept] == []
    for one in kept:
        assert earlier(kept, one.id) == earlier(steps, one.id) & names


def test_a_workflow_needs_a_step_that_every_dossier_goes_through():
    (flaw,) = flaws([step("a", when=TALL), step("b", "a", when=TALL)])
    assert (flaw.step, flaw.problem) == (
        "a",
        "every step depends on an attribute: a dossier without it would have no route",
    )


def rule(**condition):
    return EligibilityRule(id="rule", reason=NAME, **condition)


@pytest.mark.parametrize(
    ("when", "eligible", "reachable"),
    [
        ({"at_least": 7}, {"at_most": 6}, False),
        ({"at_least": 7}, {"at_most": 7}, True),
        ({"at_most": 6}, {"at_least": 7}, False),
        ({"at_least": 7}, {"at_least": 9}, True),
        ({"one_of": ["new"]}, {"one_of": ["old", "worn"]}, False),
        ({"one_of": ["new", "old"]}, {"one_of": ["old"]}, True),
    ],
)
def test_a_step_for_dossiers_that_are_not_eligible_is_unreachable(when, eligible, reachable):
    steps = [step("a"), step("b", "a", when=Condition(attribute="it", **when))]
    found = list(flaws(steps, [rule(attribute="it", **eligible), rule(attribute="other", one_of=["x"])]))
    assert [flaw.step for flaw in found] == ([] if reachable else ["b"])
    assert all("unreachable" in flaw.problem for flaw in found)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("{attribute: floors}", "exactly one of one_of, at_least and at_most"),
        ("{attribute: floors, at_least: many}", "valid integer"),
        ("{attribute: floors, at_least: 7, one_of: [true]}", "exactly one of"),
        ("{attribute: floors, one_of: []}", "at least 1"),
        ("{attribute: floors, at_least: 7, required: true}", "Extra inputs"),
        ("{at_least: 7}", "Field required"),
        ("{attribute: age, one_of: [old]}", "the attribute age is a number in one place"),
    ],
)
def test_a_condition_must_be_well_typed(catalogue_of, field_text, when, problem):
    text = field_text.replace("after: [forward]", f"after: [forward], when: {when}")
    with pytest.raises(ProcedureError, match=problem) as caught:
        catalogue_of(testing=text)
    assert caught.value.file == "testing.yaml"


def test_a_condition_may_look_at_an_attribute_that_no_rule_knows(catalogue_of, field_text):
    text = field_text.replace("after: [forward]", "after: [forward], when: {attribute: floors, at_least: 7}")
    assert catalogue_of(testing=text)["1.000001"].steps[1].when == TALL


@pytest.mark.parametrize("text", ["-1 working-days", "0wh", "soon"])
def test_the_time_of_a_warning_is_a_limit(catalogue_of, field_text, text):
    with pytest.raises(ProcedureError) as caught:
        catalogue_of(testing=field_text.replace("    fee: 0", f"    fee: 0\n    due_soon: {text}"))
    assert caught.value.place == "procedures.1.000001.due_soon"
