"""The report of a play: point by point what was right or wrong, for people and for programs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.operations.conformance.points import POINTS
from tools.operations.conformance.verdict import Verdict

WRONG, RIGHT, UNTRIED = "wrong", "right", "not tried"

MOST_SHOWN = 3
"""Findings that are shown of one point. The first tells what is wrong; more of them tell the same."""


@dataclass(frozen=True)
class Outcome:
    """What was found about one point.

    Attributes:
        point: key of `POINTS`.
        state: WRONG, RIGHT, or UNTRIED where no dossier gave occasion to it.
        findings: what was wrong.
    """

    point: str
    state: str
    findings: tuple[Verdict, ...]


def outcomes(verdicts: Sequence[Verdict]) -> list[Outcome]:
    """Put the verdicts together by point, in the order of the points."""
    found = []
    for point in POINTS:
        mine = [verdict for verdict in verdicts if verdict.point == point]
        wrong = tuple(dict.fromkeys(verdict for verdict in mine if not verdict.right))
        found.append(Outcome(point, WRONG if wrong else RIGHT if mine else UNTRIED, wrong))
    return found


def is_right(found: Sequence[Outcome]) -> bool:
    """Tell whether nothing is wrong, and something was tried."""
    states = {outcome.state for outcome in found}
    return WRONG not in states and RIGHT in states


def as_text(agency: str, found: Sequence[Outcome]) -> Iterator[str]:
    """The report for people, a line a point, and what to do about each that is wrong."""
    yield f"{agency}: {summary(found)}"
    for outcome in found:
        point = POINTS[outcome.point]
        yield f"{outcome.state:>9}  {point.en} ({point.vi})"
        if outcome.state == WRONG:
            yield f"           expected: {point.expected}"
            for finding in outcome.findings[:MOST_SHOWN]:
                yield f"           came:     {finding.came} ({finding.dossier})"
            if len(outcome.findings) > MOST_SHOWN:
                yield f"           and {len(outcome.findings) - MOST_SHOWN} more like it"
            yield f"           to mend:  {point.mend}"


def summary(found: Sequence[Outcome]) -> str:
    """The result in one line."""
    states = [outcome.state for outcome in found]
    return f"{states.count(RIGHT)} points right, {states.count(WRONG)} wrong, {states.count(UNTRIED)} not tried"


def as_json(agency: str, found: Sequence[Outcome]) -> str:
    """The report for programs."""
    points = {
        outcome.point: {
            "state": outcome.state,
            "expected": POINTS[outcome.point].expected,
            "found": [{"came": finding.came, "dossier": finding.dossier} for finding in outcome.findings],
            "mend": POINTS[outcome.point].mend if outcome.state == WRONG else "",
        }
        for outcome in found
    }
    return json.dumps({"agency": agency, "right": is_right(found), "points": points}, ensure_ascii=False, indent=1)
