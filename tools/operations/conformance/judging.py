"""The judge: what an agency said in each course, held against the points. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.envelope import AnyEvent
from tools.operations.conformance.journal import Course, Said, has, taken_in

GRACE = timedelta(seconds=3)
"""How long after an event a program may still say what the event makes impossible, because it has not read it yet.
Programs read within a second. With less, a slow one is blamed for what it could not know; with more, one that never
looks passes."""

EXCUSED = frozenset({"dossier-finished", "step-not-open", "not-the-holder", "suspended"})
"""Why a report is rejected that was under way when a dossier was recalled, withdrawn or suspended."""

ENDS = ("finished-step", "forwards", "sent-back", "has-result")
"""The claims that end an agency's work on a step."""

MOST_AGAIN = 2
"""How often the same may be claimed anew after it was rejected. More is a loop."""

ENDED_EARLY = ("recall", "withdrawn")
"""The turns in which a program may hear the end of a hand-over before it has begun with it."""


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


def judge(courses: Sequence[Course], *, signs: bool) -> list[Verdict]:
    """Everything that can be said of an agency after a play.

    Args:
        courses: what was played.
        signs: whether reports have to be signed.
    """
    found: list[Verdict] = []
    for course in courses:
        for said in course.said:
            found += _of_record(course, said, signs=signs)
        for judged in (_work, _others, _ids, _rejected, _accepted, _opinion, _explanation):
            found += judged(course)
        if special := OF_TURN.get(course.turn):
            found += special(course)
    return found


def _verdict(course: Course, point: str, came: str = "") -> Verdict:
    return Verdict(point, not came, came, course.code)


def _of_record(course: Course, said: Said, *, signs: bool) -> Iterator[Verdict]:
    """Key, form, source, correlation and signature of one record."""
    if said.event is None:
        yield _verdict(course, "form", said.fault)
    else:
        yield _verdict(course, "form")
    key = "no key" if said.key is None else f"key {said.key.decode(errors='replace')[:80]!r}"
    yield _verdict(course, "key", "" if said.key == course.code.encode() else key)
    wanted = f"/agency/{course.agency}"
    named = said.event.data.agency if said.event else course.agency
    wrong = "" if (said.source, named) == (wanted, course.agency) else f"source {said.source}, data.agency {named}"
    yield _verdict(course, "source", wrong)
    right = said.correlation == course.submission
    yield _verdict(course, "correlation", "" if right else f"correlationid {said.correlation or 'is missing'}")
    if signs:
        yield _verdict(course, "signature", "" if said.signed else "no header lt-signature")


def _work(course: Course) -> Iterator[Verdict]:
    """Custody, order and end of each hand-over."""
    last = len(course.hand_overs) - 1
    for number, hand_over in enumerate(course.hand_overs):
        said = course.during(hand_over)
        whole = f"step {hand_over.data.step}, attempt {hand_over.data.attempt}"
        # What a recall or a withdrawal ended, a program need not have begun.
        wanted = course.turn not in ENDED_EARLY or number == last > 0
        took = next((place for place, one in enumerate(said) if one.kind == "took-custody"), None)
        ended = next((place for place, one in enumerate(said) if one.kind in ENDS), None)
        if wanted:
            yield _verdict(course, "custody", "" if took is not None else f"no took-custody for {whole}")
            yield _verdict(course, "finish", "" if ended is not None else f"nothing that ends {whole}")
        if ended is not None:
            early = took is None or took > ended
            yield _verdict(course, "order", f"{said[ended].kind} before took-custody for {whole}" if early else "")


def _others(course: Course) -> Iterator[Verdict]:
    """Nothing about steps that the agency was not given."""
    given = {event.data.step for event in course.hand_overs}
    asked = {event.data.step for event in course.opinions_asked}
    for said in course.said:
        if said.event is None:
            continue
        own = said.kind == "gives-opinion" and bool(asked)
        own = own or (said.step in given if said.step else bool(given))
        yield _verdict(course, "others", "" if own else f"{said.kind} for step {said.step or '–'}, which is another's")


def _ids(course: Course) -> Iterator[Verdict]:
    """One id, one report; one report, one id."""
    by_id: dict[str, set[str]] = defaultdict(set)
    by_content: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in course.said:
        if said.event is not None:
            by_id[said.id].add(said.event.data.model_dump_json())
            by_content[said.kind, said.event.data.model_dump_json()].add(said.id)
    for name, contents in by_id.items():
        yield _verdict(course, "id", f"id {name} for {len(contents)} different reports" if len(contents) > 1 else "")
    for (kind, _), ids in by_content.items():
        most = _occasions(course, kind)
        yield _verdict(course, "id", f"{kind} was sent under {len(ids)} ids" if len(ids) > most else "")


def _occasions(course: Course, kind: str) -> int:
    """How often the same claim may be made with reason: once for each event that asks for it."""
    asked = {"gives-opinion": course.opinions_asked, "explains-delay": course.explanations_asked}
    resumed = len(list(course.events("dossier.resumed")))
    return max(1, len(asked.get(kind, course.hand_overs))) + len(course.rejections) + resumed


def _rejected(course: Course) -> Iterator[Verdict]:
    """What was rejected is not simply sent again."""
    for rejection in course.rejections:
        name, at = rejection.data.report_id, taken_in(rejection)
        again = [one for one in course.said if one.id == name and one.at > at + GRACE]
        yield _verdict(course, "rejected", f"{again[0].kind} under its rejected id again" if again else "")
    refused = {event.data.report_id for event in course.rejections}
    claims = Counter((one.kind, one.step) for one in course.said if one.id in refused)
    for (kind, step), times in claims.items():
        came = f"{kind} for step {step} was rejected {times} times" if times > MOST_AGAIN else ""
        yield _verdict(course, "rejected", came)


def _accepted(course: Course) -> Iterator[Verdict]:
    """No rejection but of what was under way when the dossier took its turn."""
    said = {one.id: one for one in course.said}
    turned = [taken_in(event) for event in course.heard if _turns(event)]
    for rejection in course.rejections:
        one, code = said[rejection.data.report_id], rejection.data.code
        if code == "bad-signature":
            yield _verdict(course, "signature", rejection.data.reason)
            continue
        under_way = code in EXCUSED and any(at - GRACE <= one.at <= at + GRACE for at in turned)
        came = f"{one.kind or 'a record'} was rejected, {code}: {rejection.data.reason}"
        yield _verdict(course, "accepted", "" if under_way else came)
    if course.said and not course.rejections:
        yield _verdict(course, "accepted")


def _turns(event: AnyEvent) -> bool:
    recalls = event.type == "dossier.transferred" and event.data.movement == "recall"
    return recalls or event.type in ("dossier.withdrawn", "dossier.suspended")


def _opinion(course: Course) -> Iterator[Verdict]:
    for event in course.opinions_asked:
        given = course.answered("consultation.answered")
        came = "gives-opinion, which was not accepted" if has(course.said, "gives-opinion") else "no gives-opinion"
        yield _verdict(course, "opinion", "" if given else f"{came} for {event.data.consultation}")


def _explanation(course: Course) -> Iterator[Verdict]:
    if course.explanations_asked:
        given = course.answered("delay.explained")
        came = "explains-delay, which was not accepted" if has(course.said, "explains-delay") else "no explains-delay"
        yield _verdict(course, "explains", "" if given else came)


def _nothing_after(course: Course, point: str, since: datetime, until: datetime | None, *kinds: str) -> Verdict:
    """Nothing of these kinds (of none: nothing at all) when a program can know better."""
    late = [
        one
        for one in course.said
        if one.at > since + GRACE and (until is None or one.at < until) and (not kinds or one.kind in kinds)
    ]
    seconds = (late[0].at - since).total_seconds() if late else 0.0
    return _verdict(course, point, f"{late[0].kind or 'a record'} {seconds:.1f} s after it" if late else "")


def _repeat(course: Course) -> Iterator[Verdict]:
    if course.before_repeat is not None:
        fresh = [one for one in course.said if one.id not in course.before_repeat]
        yield _verdict(course, "repeat", f"{fresh[0].kind} under a new id" if fresh else "")


def _again(course: Course) -> Iterator[Verdict]:
    for hand_over in course.hand_overs[1:]:
        done = has(course.during(hand_over), *ENDS)
        yield _verdict(course, "again", "" if done else f"nothing that ends attempt {hand_over.data.attempt}")


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
            yield _verdict(course, "suspended", "" if done else "nothing that ends the step after dossier.resumed")


def _withdrawn(course: Course) -> Iterator[Verdict]:
    for event in course.events("dossier.withdrawn"):
        yield _nothing_after(course, "withdrawn", taken_in(event), None)


def _done(point: str) -> Callable[[Course], Iterable[Verdict]]:
    """The dossier is worked on like any other."""

    def judged(course: Course) -> Iterator[Verdict]:
        for hand_over in course.hand_overs:
            said = course.during(hand_over)
            done = has(said, "took-custody") and has(said, *ENDS)
            yield _verdict(course, point, "" if done else "it was not taken and finished")

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
