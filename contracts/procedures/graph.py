from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contracts.procedures.models import Step


class Flaw(NamedTuple):
    """Something wrong with a workflow, at one step, and how to mend it."""

    step: str
    problem: str
    remedy: str


def flaws(steps: Sequence[Step]) -> Iterator[Flaw]:
    """Everything that keeps a workflow from running to its end; nothing for a sound one.

    Checks, in this order: that there are steps, that no id is given twice, that every predecessor exists, and that
    every step can begin once its predecessors are done (no cycle, and no step behind one).
    """
    ids = [step.id for step in steps]
    if not steps:
        yield Flaw("steps", "the workflow has no steps", "add at least one step")
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield Flaw(twice, "the step id is given twice", "rename one of the two steps")
    for step in steps:
        for before in sorted(set(step.after) - set(ids)):
            yield Flaw(step.id, f"its predecessor {before} does not exist", f"choose from {', '.join(ids)}")
    yield from _stuck(steps)


def _stuck(steps: Sequence[Step]) -> Iterator[Flaw]:
    waiting = {step.id: set(step.after) & {other.id for other in steps} for step in steps}
    while ready := {step for step, before in waiting.items() if not before}:
        waiting = {step: before - ready for step, before in waiting.items() if step not in ready}
    for step in waiting:
        if _waits_for_itself(step, waiting):
            yield Flaw(step, "the step waits for itself (a cycle)", "take one step of the cycle out of `after`")
        else:
            yield Flaw(step, "the step is unreachable: it waits for a cycle", "mend the cycle before it")


def _waits_for_itself(step: str, waiting: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    frontier = set(waiting[step])
    while frontier:
        seen |= frontier
        frontier = {before for other in frontier for before in waiting[other]} - seen
    return step in seen
