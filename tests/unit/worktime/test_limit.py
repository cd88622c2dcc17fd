from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from domain.worktime import Limit, LimitError, Unit


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("8wh", "8 working-hours"),
        ("3wd", "3 working-days"),
        ("10d", "10 calendar-days"),
        ("2m", "2 months"),
        ("3 working-days", "3 working-days"),
        ("1 working-day", "1 working-days"),
        (" 15  calendar-days ", "15 calendar-days"),
    ],
)
def test_short_and_long_forms(text, long):
    assert str(Limit.parse(text)) == long


@pytest.mark.parametrize("text", ["", "3", "wd", "3 weeks", "-1wd", "1.5wd", "3 Working-Days", "٣wd", "9999999wd"])
def test_what_is_no_limit(text):
    with pytest.raises(LimitError, match="is no time limit"):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["0wd", "10001d"])
def test_a_limit_out_of_range(text):
    with pytest.raises(LimitError, match="out of range"):
        Limit.parse(text)


class _Model(BaseModel):
    limit: Limit


def test_a_model_takes_the_text_or_the_parts():
    assert _Model.model_validate({"limit": "3wd"}) == _Model.model_validate(
        {"limit": {"value": 3, "unit": "working-days"}}
    )


def test_a_model_refuses_what_is_no_limit():
    with pytest.raises(ValidationError, match="is no time limit"):
        _Model.model_validate({"limit": "soon"})
    with pytest.raises(ValidationError):
        Limit(value=0, unit="months")


def test_a_limit_is_frozen_and_hashable():
    limit = Limit.parse("3wd")
    assert hash(limit) == hash(Limit.parse("3 working-days"))
    with pytest.raises(ValidationError):
        limit.value = 4


EVERY = [Limit(value=value, unit=unit) for unit in get_args(Unit) for value in ((1,) if unit == "same-day" else (1, 3))]


@pytest.mark.parametrize("limit", EVERY, ids=str)
def test_every_form_that_is_printed_is_read(limit):
    for text in (str(limit), limit.spelled.vi, limit.spelled.en):
        assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("3 working days", "3 working-days"),
        ("1 working day", "1 working-days"),
        ("8 giờ làm việc", "8 working-hours"),
        ("8 gio\u031b\u0300 la\u0300m vie\u0323\u0302c", "8 working-hours"),  # the marks as characters of their own
        ("10\u00a0ngày", "10 calendar-days"),
        ("2 tháng", "2 months"),
        ("trong ngày", "1 same-day"),
        ("the same day", "1 same-day"),
    ],
)
def test_what_people_are_told_is_read(text, long):
    assert str(Limit.parse(text)) == long
