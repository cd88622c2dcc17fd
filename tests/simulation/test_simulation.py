import pytest

from tests.simulation.broken import BROKEN
from tests.simulation.run import run_seed
from tests.simulation.world import Variant

SEEDS = 200
ENOUGH = 200
"""Every broken loop is found within so many seeds."""


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_no_law_is_broken_whatever_happens(first: int) -> None:
    for seed in range(first, first + 50):
        run_seed(seed)


@pytest.mark.parametrize("variant", BROKEN, ids=lambda variant: variant.name)
def test_a_broken_loop_is_found(variant: Variant) -> None:
    assert any(breaks(seed, variant) for seed in range(ENOUGH)), f"{variant.name} went unnoticed"


def breaks(seed: int, variant: Variant) -> bool:
    try:
        run_seed(seed, variant)
    except AssertionError:
        return True
    return False


def test_a_seed_is_the_same_run_again() -> None:
    broken = BROKEN[-1]
    assert complaint(3, broken) == complaint(3, broken)


def complaint(seed: int, variant: Variant) -> str:
    with pytest.raises(AssertionError, match=f"seed {seed}, {variant.name}") as found:
        run_seed(seed, variant)
    return str(found.value)
