from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.procedures.models import Condition, Step


class Flaw(NamedTuple):
    """Something wrong with a workflow, at one step, and how to mend it."""

    step: str
    problem: str
    remedy: str


def applicable(steps: Sequence[Step], declared: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a dossier that declares this, in the order given.

    One whose condition is not met is left out; what comes after it follows what came before it.
    """
    left_out = {step.id: step.after for step in steps if step.when is not None and not step.when.met(declared)}

    def kept(before: Iterable[str]) -> Iterator[str]:
        for earlier in before:
            yield from kept(left_out[earlier]) if earlier in left_out else (earlier,)

    return tuple(
        step.model_copy(update={"after": tuple(dict.fromkeys(kept(step.after)))})
        for step in steps
        if step.id not in left_out
    )


def flaws(steps: Sequence[Step], eligibility: Sequence[Condition] = ()) -> Iterator[Flaw]:
    """Everything that keeps a workflow from running to its end; nothing for a sound one.

    Checks, in this order: that there are steps, that no id is given twice, that every predecessor exists, that every
    step can begin once its predecessors are done (no cycle, and no step or join behind one), that some step is done
    whatever the dossier declares, and that no step is meant for dossiers that are not eligible.
    """
    ids = [step.id for step in steps]
    if not steps:
        yield Flaw("steps", "the workflow has no steps", "add at least one step")
    for twice in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        yield Flaw(twice, "the step id is given twice", "rename one of the two steps")
    for step in steps:
        for before in sorted(set(step.after) - set(ids)):
            yield Flaw(step.id, f"its predecessor {before} does not exist", f"choose from {', '.join(ids)}")
    yield from _stuck(steps)
    yield from _never_done(steps, eligibility)


def _never_done(steps: Sequence[Step], eligibility: Sequence[Condition]) -> Iterator[Flaw]:
    if steps and all(step.when for step in steps):
        remedy = "take `when` out of a step that every dossier needs"
        yield Flaw(steps[0].id, "every step depends on an attribute: a dossier without it would have no route", remedy)
    for step in steps:
        if step.when is not None and any(step.when.excludes(rule) for rule in eligibility):
            problem = "the step is unreachable: no eligible dossier meets its `when`"
            yield Flaw(step.id, problem, "correct the condition or the eligibility, or remove the step")


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
