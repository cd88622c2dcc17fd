"""Verdicts, and the measures that all points share."""

from datetime import timedelta
from typing import NamedTuple

from tools.operations.conformance.journal import Course

GRACE = timedelta(seconds=3)
"""How long after an event a program may still say what the event makes impossible, because it has not read it yet.
Programs read within a second. With less, a slow one is blamed for what it could not know; with more, one that never
looks passes."""

ENDS = ("finished-step", "forwards", "sent-back", "has-result")
"""The claims that end an agency's work on a step."""


class Verdict(NamedTuple):
    """One judgement.

    Attributes:
        point: a key of `points.POINTS`.
        right: whether it was as expected.
        came: what came; empty where it was right.
        dossier: where it was seen.
    """

    point: str
    right: bool
    came: str
    dossier: str


def verdict(course: Course, point: str, came: str = "") -> Verdict:
    """The verdict on one point of a course: right where nothing came that should not have."""
    return Verdict(point, not came, came, course.code)
