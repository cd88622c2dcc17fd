"""What has to be true of deadlines: of lateness and its ladder nothing too much, too early or missing; dates that move.

Judged by an oracle that works it all out from the facts alone, see `oracle.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from chassis.core.document import Document, Fact
from contracts import sla
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.envelope import AnyEvent
from tests.laws.findings import Findings
from tests.laws.oracle import OVERDUE, Oracle, Step


def nothing_is_missing_on_the_ladder(found: Findings) -> Iterator[str]:
    """By all that is known at rest: every missed moment, and every rung whose instant came before the end."""
    for doc in found.documents("sla").values():
        said, now = {_step(event) for event in doc.events}, found.present(doc.timeline)
        for step, at in found.oracle(doc).expected.items():
            if step not in said and at < now:
                yield f"{doc.key}: {step} since {at}"


def the_overdues_that_stand_are_true(found: Findings) -> Iterator[str]:
    """By all that is known at rest. So nothing that was kept, or answered in time, is held against anybody."""
    for doc in found.documents("sla").values():
        back = {event.data.overdue_id for event in doc.events if isinstance(event.data, sla.DossierOverdueRetracted)}
        expected = found.oracle(doc).expected
        for event in doc.events:
            if isinstance(event.data, sla.DossierOverdue) and event.id not in back and _step(event) not in expected:
                yield f"{doc.key}: {_step(event)}"


def nothing_was_said_of_lateness_that_was_not_so(found: Findings) -> Iterator[str]:
    """By all that was known when it was said, and not before its instant."""
    for doc in found.documents("sla").values():
        for version, facts in _said_by_save(doc).items():
            oracle = _known_at(doc, version)
            for step, event in facts:
                at = oracle.expected_of(step.deadline).get(step)
                if at != event.time:
                    yield f"{doc.key}: {step} of {event.time}, by the facts {at}"


def _said_by_save(doc: Document) -> dict[int, list[tuple[Step, AnyEvent]]]:
    found: dict[int, list[tuple[Step, AnyEvent]]] = defaultdict(list)
    for fact in doc.facts.values():
        if (step := _step(fact.event)) is not None:
            found[fact.version].append((step, fact.event))
    return found


def _step(event: AnyEvent) -> Step | None:
    match event.data:
        case sla.DossierOverdue() as data:
            return Step(data.deadline, data.due, OVERDUE, OVERDUE)
        case sla.DossierEscalated() as data:
            return Step(data.deadline, data.due, data.rung, data.reason)
        case _:
            return None


def _known_at(doc: Document, version: int) -> Oracle:
    """What was known when a save put something on record."""
    return Oracle(fact.event for fact in doc.facts.values() if fact.version <= version)


def a_moved_date_is_told_once(found: Findings) -> Iterator[str]:
    """Every announcement that moves an appointment, as all that is known says, and no other, as was known then.

    Once to each date: what comes to be known later may show that the same announcement moves it to another.
    """
    for doc in found.documents("sla").values():
        told = [fact.event for fact in doc.facts.values() if _tells_of_calendar(fact.event)]
        for (cause, date), times in Counter((event.causationid, event.data.new_date) for event in told).items():
            if times > 1:
                yield f"{doc.key}: {cause} moves it to {date}, {times} times"
        announced = {event.causationid for event in told}
        for event in doc.events:
            if isinstance(event.data, ANNOUNCED) and event.id not in announced and _moves(doc, event):
                yield f"{doc.key}: {event.data.reason} of {event.time} is not told"
        for fact in doc.facts.values():
            if _tells_of_calendar(fact.event) and not _moves(doc, _cause(doc, fact), fact.version):
                yield f"{doc.key}: {fact.event.id}, but nothing moved"


ANNOUNCED = (CalendarChanged, CalendarRetracted)


def _tells_of_calendar(event: AnyEvent) -> bool:
    return isinstance(event.data, sla.DossierRescheduled) and event.data.kind == "calendar"


def _cause(doc: Document, fact: Fact) -> AnyEvent:
    return next(event for event in doc.events if event.id == fact.event.causationid)


def _moves(doc: Document, announcement: AnyEvent, version: int | None = None) -> bool:
    """Whether an announcement moved the appointment of what was under way, by what was known at a save."""
    known = [one.event for one in doc.facts.values() if version is None or one.version <= version]
    place = announcement.time, announcement.identity
    birth = Oracle(known).birth
    earlier = [event for event in known if event is birth or (event.time, event.identity) < place]
    before, after = Oracle(earlier), Oracle([*earlier, announcement])
    if birth is None or before.over is not None:
        return False
    old, new = (oracle.due(oracle.main) for oracle in (before, after))
    return old is not None and new is not None and old != new


def who_has_a_new_date_is_told(found: Findings) -> Iterator[str]:
    """Of every new date there is a message, or a letter that tells it; what did not go out in time may give way.

    To a later date, or because there was no lateness whose new date it moved.
    """
    moved = [event for event in found.of(sla.DossierRescheduled) if event.data.kind != "late"]
    moved = [event for event in moved if event.data.deadline == sla.WHOLE]
    for event in moved:
        messages = found.documents("notify")[event.subject].state["messages"]
        told = [one for one in messages if one["cause"] and one["cause"]["id"] == event.id and not one["repeats"]]
        [status] = [one["status"] for one in told] or [""]
        later = any(_is_later(one, event) for one in moved if one.subject == event.subject)
        gives_way = later or event.data.overdue_id in found.taken_back
        if status not in {"sent", "doubtful", "failed", *(["dropped"] if gives_way else [])}:
            yield f"{event.subject}: {event.data.kind} from {event.data.old_date} to {event.data.new_date}"


def _is_later(one: AnyEvent, other: AnyEvent) -> bool:
    """Whether one tells of a later date, or takes an announcement back, or was told after that."""
    taken_back = (one.data.taken_back or other.data.taken_back) and one.time >= other.time and one is not other
    return taken_back or one.data.new_date > other.data.new_date


def a_complaint_has_one_date(found: Findings) -> Iterator[str]:
    """What rating goes by is what the watch goes by: days off that are announced move both."""
    watched = found.documents("sla")
    for key, doc in found.documents("rating").items():
        feedback = doc.state["feedback"]
        if feedback and feedback["category"] and feedback["answered"] is None:
            due = watched[key].state["deadlines"][0]["due"]
            if due != feedback["due"]:
                yield f"{key}: {feedback['due']}, watched for {due}"


DEADLINES = (
    nothing_is_missing_on_the_ladder,
    the_overdues_that_stand_are_true,
    nothing_was_said_of_lateness_that_was_not_so,
    a_moved_date_is_told_once,
    a_complaint_has_one_date,
)

IN_THE_END = (who_has_a_new_date_is_told,)
"""A law of a run in which nothing is due any more."""
