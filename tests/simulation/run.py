"""Run seeds: `python -m tests.simulation.run --seeds 5000` prints figures, and the first seed that breaks a law."""

import argparse
import logging
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from unittest.mock import patch

import structlog

from services.notify import rules
from tests.simulation.acts import acts_of
from tests.simulation.broken import BROKEN
from tests.simulation.broken_records import BROKEN_RECORDS
from tests.simulation.broken_services import BROKEN_SERVICES
from tests.simulation.figures import figures
from tests.simulation.laws import check
from tests.simulation.variants import SOUND, Variant
from tests.simulation.world import World

ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Before all that a world tells of. Its second timeline begins weeks before its start: later, and rules miss it."""

AT_A_TIME = 20
"""Seeds a process of the pool takes at once."""

VARIANTS = {variant.name: variant for variant in (SOUND, *BROKEN, *BROKEN_SERVICES, *BROKEN_RECORDS)}


@dataclass
class Outcome:
    """What some seeds came to.

    Attributes:
        counts: figures.
        acts: in how many seeds each act happened.
        digest: one hash of all that happened.
        complaint: of the first that broke a law.
    """

    counts: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    complaint: str = ""

    def add(self, other: "Outcome") -> None:
        """Put the next seeds behind."""
        self.counts += other.counts
        self.acts += other.acts
        self.digest = blake2b((self.digest + other.digest).encode(), digest_size=16).hexdigest()
        self.complaint = self.complaint or other.complaint


def run_seed(seed: int, variant: Variant = SOUND, *, told: bool = False) -> Outcome:
    """Run one world to its end and judge it.

    Raises:
        AssertionError: a law is broken; says which, and how to run the seed again.
    """
    world = World(seed, variant, told=told)
    with silent(), patch.object(rules, "TELLS_MORE", ALWAYS):
        try:
            world.run()
            with world.rules():
                found = check(world)
        except Exception as error:
            raise AssertionError(
                f"seed {seed}, {variant.name}: {type(error).__name__}: {error}\n{_again(seed, variant)}"
            ) from error
        finally:
            world.close()
    acts = {act for event in found.events.values() for act in acts_of(event)}
    return Outcome(figures(world), Counter(acts), world.trace.digest)


def run_seeds(first: int, count: int, jobs: int, variant: Variant = SOUND, *, tell: bool = False) -> Outcome:
    """Run many, on some processes; ends with the first that breaks a law."""
    total, begun = Outcome(), time.monotonic()
    parts = [(n, min(AT_A_TIME, first + count - n), variant.name) for n in range(first, first + count, AT_A_TIME)]
    with ProcessPoolExecutor(min(jobs, len(parts)), multiprocessing.get_context("spawn")) as pool:
        for number, part in enumerate(pool.map(_run_part, parts), 1):
            total.add(part)
            if total.complaint:
                pool.shutdown(cancel_futures=True)
                break
            if tell and number % max(1, len(parts) // 20) == 0:
                done = min(number * AT_A_TIME, count)
                print(f"{done:>9,} of {count:,} seeds, {time.monotonic() - begun:,.0f} s", flush=True)  # noqa: T201
    return total


def _run_part(part: tuple[int, int, str]) -> Outcome:
    first, count, name = part
    total = Outcome()
    for seed in range(first, first + count):
        try:
            total.add(run_seed(seed, VARIANTS[name]))
        except AssertionError as error:
            total.complaint = str(error)
            break
    return total


def _again(seed: int, variant: Variant) -> str:
    which = "" if variant is SOUND else f" --variant '{variant.name}'"
    return f"again with: python -m tests.simulation.run --first {seed} --seeds 1{which} --story"


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
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    parser.add_argument("--variant", choices=sorted(VARIANTS), default=SOUND.name, help="which loop")
    parser.add_argument("--acts", action="store_true", help="print in how many seeds each act happened")
    parser.add_argument("--story", action="store_true", help="one after the other, and tell all that happens")
    options = parser.parse_args()
    variant, begun = VARIANTS[options.variant], time.monotonic()
    if options.story:
        try:
            for seed in range(options.first, options.first + options.seeds):
                run_seed(seed, variant, told=True)
        except AssertionError as error:
            print(error)  # noqa: T201
            return 1
        return 0
    total = run_seeds(options.first, options.seeds, options.jobs, variant, tell=True)
    for name, count in total.counts.items():
        print(f"{name:>16} {count:>14,}")  # noqa: T201
    for name, count in sorted(total.acts.items()) if options.acts else ():
        print(f"| {name} | {count:,} |")  # noqa: T201
    print(f"{'seconds':>16} {time.monotonic() - begun:>14,.0f}\n{'trace':>16} {total.digest}")  # noqa: T201
    print(total.complaint or "no law broken")  # noqa: T201
    return 1 if total.complaint else 0


if __name__ == "__main__":
    sys.exit(main())
