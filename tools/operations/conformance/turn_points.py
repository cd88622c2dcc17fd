"""The points of the unusual turns: what is looked at in one turn alone. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from tools.operations.conformance.journal import Course, has, taken_in
from tools.operations.conformance.verdict import ENDS, GRACE, Verdict, verdict


def _nothing_after(course: Course, point: str, since: datetime, until: datetime | None, *kinds: str) -> Verdict:
    """Nothing of these kinds (of none: nothing at all) when a program can know better."""
    late = [
        said
        for said in course.said
        if said.at > since + GRACE and (until is None or said.at < until) and (not kinds or said.kind in kinds)
    ]
    seconds = (late[0].at - since).total_seconds() if late else 0.0
    return verdict(course, point, f"{late[0].kind or 'a record'} {seconds:.1f} s after it" if late else "")


def _repeat(course: Course) -> Iterator[Verdict]:
    if course.before_repeat is not None:
        fresh = [said for said in course.said if said.id not in course.before_repeat]
        yield verdict(course, "repeat", f"{fresh[0].kind} under a new id" if fresh else "")


def _again(course: Course) -> Iterator[Verdict]:
    for hand_over in course.hand_overs[1:]:
        said = [report for report in course.during(hand_over) if report.kind in ENDS]
        used = {report.id for report in course.said if report.at < taken_in(hand_over)}
        came = "" if said else f"nothing that ends attempt {hand_over.data.attempt}"
        if said and said[0].id in used:
            came = f"{said[0].kind} under the id of the first attempt, so it counts as a repeat of that"
        yield verdict(course, "again", came)


def _recall(course: Course) -> Iterator[Verdict]:
    for event in course.events("dossier.transferred"):
        if event.data.movement == "recall":
            at = taken_in(event)
            again = min((taken_in(other) for other in course.hand_overs if taken_in(other) > at), default=None)
            yield _nothing_after(course, "recall", at, again)


def _suspended(course: Course) -> Iterator[Verdict]:
    for event in course.events("dossier.suspended"):
        at = taken_in(event)
        resumed = min((taken_in(other) for other in course.events("dossier.resumed")), default=None)
        yield _nothing_after(course, "suspended", at, resumed, *ENDS)
        if resumed is not None:
            done = course.answered("dossier.step-completed") or course.answered("dossier.transferred")
            yield verdict(course, "suspended", "" if done else "nothing that ends the step after dossier.resumed")


def _withdrawn(course: Course) -> Iterator[Verdict]:
    for event in course.events("dossier.withdrawn"):
        yield _nothing_after(course, "withdrawn", taken_in(event), None)


def _done(point: str) -> Callable[[Course], Iterable[Verdict]]:
    """The dossier is worked on like any other."""

    def judged(course: Course) -> Iterator[Verdict]:
        for hand_over in course.hand_overs:
            said = course.during(hand_over)
            done = has(said, "took-custody") and has(said, *ENDS)
            yield verdict(course, point, "" if done else "it was not taken and finished")

    return judged


OF_TURN: dict[str, Callable[[Course], Iterable[Verdict]]] = {
    "plain": _repeat,
    "interleaved": _done("interleaved"),
    "repeat": _repeat,
    "again": _again,
    "recall": _recall,
    "suspended": _suspended,
    "payment": _done("payment"),
    "withdrawn": _withdrawn,
    "unknown": _done("unknown"),
}
"""What is looked at in one turn alone."""
