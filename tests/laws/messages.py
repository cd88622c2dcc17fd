"""What has to be true of messages to citizens and agencies, by what was said of them and what notify keeps."""

from collections.abc import Iterator

from contracts import notify, sla
from contracts.envelope import LIVE, AnyEvent, event_id
from contracts.notify import Template
from services.notify.folding_agencies import TO_AGENCIES
from services.notify.rules import PATIENT
from tests.laws.findings import Findings

_TELLING: dict[type, Template] = {
    sla.DossierDueSoon: "due-soon",
    sla.DossierEscalated: "escalation",
    sla.ExplanationRequired: "explanation-required",
}
"""What agencies are told of, and by which message."""


def every_message_comes_to_an_end(found: Findings) -> Iterator[str]:
    for key, doc in found.documents("notify").items():
        for message in doc.state["messages"]:
            if message["status"] not in _told(found, message["id"]):
                yield f"{message['template']} of {key}: {message['status']}"


def _told(found: Findings, message: str) -> set[str]:
    """How a message may stand in the end by what was said of it: where carriers disagree, the better word counts."""
    if message in _ids(found, notify.NotificationSent):
        return {"sent"}
    ends = {"dropped"}
    for event in found.of(notify.NotificationFailed):
        if event.data.message_id == message and event.data.final:
            ends.add("unaddressed" if event.data.unaddressed else "failed")
    return ends | ({"doubtful"} if message in _ids(found, notify.NotificationDoubtful) else set())


def _ids(found: Findings, payload: type) -> set[str]:
    return {event.data.message_id for event in found.of(payload)}


def who_was_refused_by_one_medium_is_told_by_the_next(found: Findings) -> Iterator[str]:
    """A citizen whom no carrier reaches finds the message at the counter."""
    for event in found.of(notify.NotificationFailed):
        data = event.data
        if data.final and data.template not in TO_AGENCIES and data.medium != "counter":
            yield f"{data.template} of {event.subject}, by {data.medium}"


def what_may_have_arrived_is_not_repeated(found: Findings) -> Iterator[str]:
    """Without its carrier's answer, and without anybody's asking."""
    for event in found.of(notify.NotificationDoubtful):
        data = event.data
        answered = [
            one
            for one in found.of(notify.NotificationFailed)
            if (one.data.message_id, one.data.attempt) == (data.message_id, data.attempt)
        ]
        later = [
            one
            for one in (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
            if one.data.message_id == data.message_id and one.data.attempt > data.attempt
        ]
        if later and not answered:
            yield f"{data.template} of {event.subject}"


def who_wants_a_message_again_gets_it_once_more(found: Findings) -> Iterator[str]:
    """As one message of its own, however often that was asked for."""
    for event in found.of(notify.ResendRequested):
        messages = found.documents("notify")[event.subject].state["messages"]
        if [one["repeats"] for one in messages].count(event.data.message_id) != 1:
            yield f"{event.data.message_id} of {event.subject}"


def an_apology_for_nothing_is_withdrawn(found: Findings) -> Iterator[str]:
    """Unless another date was missed in its place: then the apology stands for that one."""
    out = _ids(found, notify.NotificationSent) | _ids(found, notify.NotificationDoubtful)
    standing = {event.subject for event in found.standing if _counts(event)}
    for overdue in found.of(sla.DossierOverdue):
        if not _counts(overdue) or overdue.id not in found.taken_back or overdue.subject in standing:
            continue
        apology = event_id("message", overdue.subject, "apology", overdue.id)
        withdrawal = event_id("message", overdue.subject, "apology-withdrawn", found.taken_back[overdue.id].id)
        if (apology in out) != (withdrawal in out | _ids(found, notify.NotificationFailed)):
            yield f"{overdue.subject}: apology {apology in out}"


def _counts(overdue: AnyEvent) -> bool:
    return overdue.data.deadline in (sla.WHOLE, sla.NEW_DATE)


def agencies_are_told_of_their_deadlines(found: Findings) -> Iterator[str]:
    """Once for each event on the live timeline, or it is on record that they take no letters."""
    ended = [
        event.data.message_id
        for event in (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
        if event.type == "notification.sent" or event.data.final
    ]
    known = set(ended) | _ids(found, notify.NotificationDoubtful)
    dropped = {
        message["id"]
        for doc in found.documents("notify").values()
        for message in doc.state["messages"]
        if message["status"] == "dropped"
    }
    for payload, template in _TELLING.items():
        for event in found.of(payload):
            message = event_id("message", event.subject, template, event.id)
            if event.timeline == LIVE and message not in known | dropped:
                yield f"{template} of {event.subject}"
            if event.timeline != LIVE and message in known:
                yield f"{template} of {event.subject}, which is history"


def no_message_is_tried_again_too_early(found: Findings) -> Iterator[str]:
    outcomes = (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
    tried = {(event.data.message_id, event.data.attempt): event for event in outcomes}
    for (message, attempt), event in tried.items():
        before = [tried[message, n] for n in range(1, attempt) if (message, n) in tried]
        moved = max((n for n, one in enumerate(before, 1) if one.data.moves_on), default=0)
        asked = sum(not one.data.ours for one in before[moved:])
        pause = PATIENT.backoff[min(asked or len(before) or 1, len(PATIENT.backoff)) - 1]
        if before[moved:] and event.time < before[-1].time + (pause if asked else min(pause, PATIENT.outage)):
            yield f"{message}, attempt {attempt}"


MESSAGES = (
    who_wants_a_message_again_gets_it_once_more,
    what_may_have_arrived_is_not_repeated,
    no_message_is_tried_again_too_early,
)

IN_THE_END = (
    every_message_comes_to_an_end,
    who_was_refused_by_one_medium_is_told_by_the_next,
    an_apology_for_nothing_is_withdrawn,
    agencies_are_told_of_their_deadlines,
)
"""Laws of a run in which nothing is due any more."""
