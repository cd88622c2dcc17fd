import pytest

from domain.procedures import EligibilityRule, Text

REASON = Text(vi="Không đủ điều kiện", en="Not eligible")


def rule(**condition):
    return EligibilityRule(id="rule", attribute="it", reason=REASON, **condition)


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"at_least": 18}, 18, True),
        ({"at_least": 18}, 17, False),
        ({"at_least": 18}, 17.5, False),
        ({"at_most": 0}, 0, True),
        ({"at_most": 0}, 1, False),
        ({"at_least": 18}, "many", False),
        ({"at_least": 1}, True, False),
        ({"one_of": ["single", "widowed"]}, "single", True),
        ({"one_of": ["single", "widowed"]}, "married", False),
        ({"one_of": [False]}, False, True),
        ({"one_of": [False]}, True, False),
    ],
)
def test_a_declared_attribute(condition, value, holds):
    assert rule(**condition).holds({"it": value}) is holds


def test_an_absent_attribute_fails_only_where_it_is_required():
    assert rule(at_least=18).holds({})
    assert not rule(at_least=18, required=True).holds({"other": 20})
