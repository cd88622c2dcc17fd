"""Rules about deadlines are dated data, each value with its source and certainty."""

from datetime import date, datetime, time

import pytest
from pydantic import BaseModel

from domain.rules import RulesError, Setting, load_rule_sets
from domain.rules.load import _SHIPPED
from domain.worktime import ZONE, Limit

SHIPPED = load_rule_sets()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def load(tmp_path):
    def load(old, new):
        text = _SHIPPED.read_text(encoding="utf-8")
        assert old in text
        file = tmp_path / "rules.yaml"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_rule_sets(file)

    return load


@pytest.mark.parametrize(
    ("received", "name"),
    [
        ("2010-10-01T09:00", "ND61"),  # older than both: imported history
        ("2018-06-21T09:00", "ND61"),
        ("2025-06-30T23:59:59", "ND61"),
        ("2025-07-01T00:00", "ND118"),
        ("2026-03-02T09:00", "ND118"),
    ],
)
def test_a_dossier_has_the_rules_of_the_day_it_was_received_in_vietnam(received, name):
    assert SHIPPED.on(at(received)).name == name
    assert SHIPPED.on(at(received).astimezone(tz=None)).name == name


def settings_of(model, path=""):
    """Every setting below a model, by its place."""
    if isinstance(model, Setting):
        yield path, model
    elif isinstance(model, BaseModel):
        for name in type(model).model_fields:
            yield from settings_of(getattr(model, name), f"{path}.{name}")
    elif isinstance(model, dict):
        for name, value in model.items():
            yield from settings_of(value, f"{path}.{name}")


@pytest.mark.parametrize("name", ["ND61", "ND118"])
def test_every_number_names_its_source_and_how_sure_it_is(name):
    found = dict(settings_of(SHIPPED.by_name[name]))
    assert len(found) >= 24
    assert all(setting.source and setting.certainty for setting in found.values())


def test_what_a_wait_does_depends_on_its_cause_and_on_the_clock():
    rules = SHIPPED.by_name["ND118"]
    effects = {cause: (rules.effect(cause, "dossier"), rules.effect(cause, "step")) for cause in rules.waits}
    assert effects == {
        "supplement": ("restarts", "pauses"),
        "payment": ("pauses", "pauses"),
        "consultation": ("nothing", "nothing"),
        "force-majeure": ("pauses", "pauses"),
    }
    assert rules.effect("a cause nobody ruled on", "dossier") == "pauses"


def test_rungs_come_in_the_order_of_their_delays(load):
    rules = load(
        "{one-stop-head: 0, agency-head: 8, level-above: 24}", "{level-above: 24, one-stop-head: 0, agency-head: 8}"
    )
    assert [rung for rung, _ in rules.by_name["ND61"].ladder("dossier")] == [
        "one-stop-head",
        "agency-head",
        "level-above",
    ]


def test_an_operator_may_correct_a_value(load):
    corrected = load("""value: 3 working-days, source: "Where no""", """value: 5 working-days, source: "Where no""")
    assert corrected.by_name["ND61"].form_04.new_date.value == Limit.parse("5wd")
    assert load('value: "15:00"', 'value: "16:30"').by_name["ND118"].same_day_until.value == time(16, 30)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("value: 8 working-hours, source", "value: -8 working-hours, source", "is no time limit"),
        ("value: 8 working-hours, source", "value: 8 calendar-days, source", "is no working time"),
        ("{one-stop-head: 0, agency-head: 8, level-above: 24}", "{one-stop-head: -1}", "greater than or equal to 0"),
        ("{one-stop-head: 0, agency-head: 8, level-above: 24}", "{mayor: 0}", "Input should be"),
        ("value: restarts,", "value: forgets,", "Input should be"),
        ('value: "15:00"', 'value: "25:00"', "hour must be"),
        ("certainty: press}", "certainty: sure}", "Input should be"),
        ("times: {value: 1,", "times: {value: 2,", "less than or equal to 1"),
        ("received_from: 2025-07-01", "received_from: 2018-06-21", "does not begin after ND61"),
        ("      payment:\n", "      paiement:\n", "says nothing of payment"),
        ("law: Nghị định 61/2018/NĐ-CP", "lawful: yes", "Field required"),
        ("rule_sets:", "rules:", "Field required"),
    ],
)
def test_a_broken_file_is_named_with_place_and_remedy(load, old, new, problem):
    with pytest.raises(RulesError, match=problem) as caught:
        load(old, new)
    assert (caught.value.file, bool(caught.value.place), bool(caught.value.remedy)) == ("rules.yaml", True, True)


def test_the_sets_begin_when_their_decrees_came_into_force():
    assert [one.received_from for one in SHIPPED.by_name.values()] == [date(2018, 6, 21), date(2025, 7, 1)]
