"""Run seeds: `python -m tests.simulation.run --seeds 5000` prints the first that breaks a law."""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from tests.simulation.checks import check
from tests.simulation.world import SOUND, Variant, World


def run_seed(seed: int, variant: Variant = SOUND) -> None:
    """Run one world to its end and judge it.

    Raises:
        AssertionError: a law is broken; says which seed.
    """
    with silent():
        try:
            world = World(seed, variant)
            world.run()
            check(world)
        except Exception as error:
            raise AssertionError(f"seed {seed}, {variant.name}: {type(error).__name__}: {error}") from error


@contextmanager
def silent() -> Iterator[None]:
    """Dead letters and failures are part of the game: nobody has to read of them."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def main() -> int:
    """Run seeds one after the other until one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    options = parser.parse_args()
    for seed in range(options.first, options.first + options.seeds):
        try:
            run_seed(seed)
        except AssertionError as error:
            print(f"{error}\nagain with: python -m tests.simulation.run --first {seed} --seeds 1")  # noqa: T201
            return 1
    print(f"{options.seeds} seeds, no law broken")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
