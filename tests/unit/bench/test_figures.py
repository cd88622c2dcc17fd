import pytest

from bench.figures import Figure, Spread, percentile


def test_the_middle_of_several_rounds_counts() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_a_ratio_is_taken_round_by_round() -> None:
    assert Spread.of_ratios([10.0, 40.0, 90.0], [10.0, 20.0, 30.0]) == Spread(2.0, 1.0, 3.0)


def test_a_round_that_one_of_the_two_did_not_run_is_no_pair() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Spread.of_ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def figure(middle: float, sense: str, bound: float | None = 10.0) -> Figure:
    return Figure("x", Spread(middle, 0.0, 100.0), "ms", bound, sense)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("middle", "sense", "verdict"),
    [(10, "at least", "yes"), (9, "at least", "no, by 10%"), (10, "at most", "yes"), (15, "at most", "no, by 50%")],
)
def test_a_missed_target_says_by_how_much(middle: float, sense: str, verdict: str) -> None:
    assert figure(middle, sense).verdict == verdict


def test_what_has_no_target_is_only_stated() -> None:
    assert (figure(1, "at most", None).verdict, figure(1, "at most", None).reached) == ("stated", None)
