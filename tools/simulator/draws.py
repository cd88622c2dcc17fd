"""Chance that follows from meaning: the same question gets the same answer, in whatever order things arrive."""

import math
import random
from datetime import timedelta


def draw(seed: int, *what: object) -> random.Random:
    """The dice for one question, for example what an agency does with a dossier at a step."""
    return random.Random("|".join(map(str, (seed, *what))))  # noqa: S311 - a simulation, no secret


def about(rng: random.Random, mean: float, spread: float) -> float:
    """A positive number that is `mean` on average, with a long tail upwards."""
    return rng.lognormvariate(math.log(mean) - spread**2 / 2, spread)


def minutes(rng: random.Random, least: float, most: float) -> timedelta:
    """A time between two numbers of minutes, to the second."""
    return timedelta(seconds=round(rng.uniform(least * 60, most * 60)))


def hours(rng: random.Random, mean: float, spread: float = 0.6) -> timedelta:
    """A time of about so many hours, to the second."""
    return timedelta(seconds=round(about(rng, mean, spread) * 3600))
