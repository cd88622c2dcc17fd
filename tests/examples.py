"""How many examples Hypothesis tries of each property: all of them in CI, fewer where somebody waits for the answer."""

import os

from hypothesis import settings

SHARE = 0.2
"""Of the examples that CI tries. Less, and a property is hardly tried; more, and nobody runs the tests any more."""

LEAST = 5
USUAL = 100
"""Hypothesis's own number, for properties that name none."""

ALL = os.environ.get("LIENTHONG_EXAMPLES", "") == "all"
"""Whether all examples are wanted: `.ci/run` says so."""


def examples(number: int) -> int:
    """So many examples in CI, a share of them elsewhere."""
    return number if ALL else max(LEAST, round(number * SHARE))


def load_profile() -> None:
    """Have the properties that name no number of examples take it from here."""
    settings.register_profile("few", max_examples=examples(USUAL))
    settings.register_profile("all", max_examples=examples(USUAL), print_blob=True)
    settings.load_profile("all" if ALL else "few")
