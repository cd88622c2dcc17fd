"""The judge: what an agency said in each course, held against the points. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from contracts.envelope import AnyEvent
from tools.operations.conformance.journal import Course, Said, has, taken_in
from tools.operations.conformance.turn_points import OF_TURN
from tools.operations.conformance.verdict import ENDS, GRACE, Verdict, verdict

EXCUSED = frozenset({"dossier-finished", "step-not-open", "not-the-holder", "suspended"})
"""Why a report is rejected that was under way when a dossier was recalled, withdrawn or suspended."""

MOST_AGAIN = 2
"""How often the same may be claimed anew after it was rejected. More is a loop."""

ENDED_EARLY = ("recall", "withdrawn")
"""The turns in which a program may hear the end of a hand-over before it has begun with it."""


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


def _of_record(course: Course, said: Said, *, signs: bool) -> Iterator[Verdict]:
    """Key, form, source, correlation and signature of one record."""
    if said.event is None:
        yield verdict(course, "form", said.fault)
    else:
        yield verdict(course, "form")
    key = "no key" if said.key is None else f"key {said.key.decode(errors='replace')[:80]!r}"
    yield verdict(course, "key", "" if said.key == course.code.encode() else key)
    wanted = f"/agency/{course.agency}"
    named = said.event.data.agency if said.event else course.agency
    wrong = "" if (said.source, named) == (wanted, course.agency) else f"source {said.source}, data.agency {named}"
    yield verdict(course, "source", wrong)
    right = said.correlation == course.submission
    yield verdict(course, "correlation", "" if right else f"correlationid {said.correlation or 'is missing'}")
    if signs:
        yield verdict(course, "signature", "" if said.signed else "no header lt-signature")


def _work(course: Course) -> Iterator[Verdict]:
    """Custody, order and end of each hand-over."""
    last = len(course.hand_overs) - 1
    for number, hand_over in enumerate(course.hand_overs):
        said = course.during(hand_over)
        whole = f"step {hand_over.data.step}, attempt {hand_over.data.attempt}"
        # What a recall or a withdrawal ended, a program need not have begun.
        wanted = course.turn not in ENDED_EARLY or number == last > 0
        took = next((place for place, report in enumerate(said) if report.kind == "took-custody"), None)
        ended = next((place for place, report in enumerate(said) if report.kind in ENDS), None)
        if wanted:
            yield verdict(course, "custody", "" if took is not None else f"no took-custody for {whole}")
            yield verdict(course, "finish", "" if ended is not None else f"nothing that ends {whole}")
        if ended is not None:
            early = took is None or took > ended
            yield verdict(course, "order", f"{said[ended].kind} before took-custody for {whole}" if early else "")


def _others(course: Course) -> Iterator[Verdict]:
    """Nothing about steps that the agency was not given."""
    given = {event.data.step for event in course.hand_overs}
    asked = {event.data.step for event in course.opinions_asked}
    for said in course.said:
        if said.event is None:
            continue
        own = said.kind == "gives-opinion" and bool(asked)
        own = own or (said.step in given if said.step else bool(given))
        yield verdict(course, "others", "" if own else f"{said.kind} for step {said.step or '–'}, which is another's")


def _ids(course: Course) -> Iterator[Verdict]:
    """One id, one report; one report, one id."""
    by_id: dict[str, set[str]] = defaultdict(set)
    by_content: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in course.said:
        if said.event is not None:
            by_id[said.id].add(said.event.data.model_dump_json())
            by_content[said.kind, said.event.data.model_dump_json()].add(said.id)
    for name, contents in by_id.items():
        yield verdict(course, "id", f"id {name} for {len(contents)} different reports" if len(contents) > 1 else "")
    for (kind, _), ids in by_content.items():
        most = _occasions(course, kind)
        yield verdict(course, "id", f"{kind} was sent under {len(ids)} ids" if len(ids) > most else "")


def _occasions(course: Course, kind: str) -> int:
    """How often the same claim may be made with reason: once for each event that asks for it."""
    asked = {"gives-opinion": course.opinions_asked, "explains-delay": course.explanations_asked}
    resumed = len(list(course.events("dossier.resumed")))
    return max(1, len(asked.get(kind, course.hand_overs))) + len(course.rejections) + resumed


def _rejected(course: Course) -> Iterator[Verdict]:
    """What was rejected is not simply sent again."""
    for rejection in course.rejections:
        name, at = rejection.data.report_id, taken_in(rejection)
        again = [said for said in course.said if said.id == name and said.at > at + GRACE]
        yield verdict(course, "rejected", f"{again[0].kind} under its rejected id again" if again else "")
    refused = {event.data.report_id for event in course.rejections}
    claims = Counter((said.kind, said.step) for said in course.said if said.id in refused)
    for (kind, step), times in claims.items():
        came = f"{kind} for step {step} was rejected {times} times" if times > MOST_AGAIN else ""
        yield verdict(course, "rejected", came)


def _accepted(course: Course) -> Iterator[Verdict]:
    """No rejection but of what was under way when the dossier took its turn."""
    by_id = {said.id: said for said in course.said}
    turned = [taken_in(event) for event in course.heard if _turns(event)]
    for rejection in course.rejections:
        said, code = by_id[rejection.data.report_id], rejection.data.code
        if code == "bad-signature":
            yield verdict(course, "signature", rejection.data.reason)
            continue
        under_way = code in EXCUSED and any(at - GRACE <= said.at <= at + GRACE for at in turned)
        came = f"{said.kind or 'a record'} was rejected, {code}: {rejection.data.reason}"
        yield verdict(course, "accepted", "" if under_way else came)
    if course.said and not course.rejections:
        yield verdict(course, "accepted")


def _turns(event: AnyEvent) -> bool:
    recalls = event.type == "dossier.transferred" and event.data.movement == "recall"
    return recalls or event.type in ("dossier.withdrawn", "dossier.suspended")


def _opinion(course: Course) -> Iterator[Verdict]:
    for event in course.opinions_asked:
        given = course.answered("consultation.answered")
        came = "gives-opinion, which was not accepted" if has(course.said, "gives-opinion") else "no gives-opinion"
        yield verdict(course, "opinion", "" if given else f"{came} for {event.data.consultation}")


def _explanation(course: Course) -> Iterator[Verdict]:
    if course.explanations_asked:
        given = course.answered("delay.explained")
        came = "explains-delay, which was not accepted" if has(course.said, "explains-delay") else "no explains-delay"
        yield verdict(course, "explains", "" if given else came)
