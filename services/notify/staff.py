"""What agencies are told of their deadlines, and which post (chức danh) of which agency it is told."""

from dataclasses import replace

from contracts.envelope import LIVE, AnyEvent
from contracts.notify import Template
from contracts.sla import DossierDueSoon, DossierEscalated, ExplanationRequired
from domain.procedures import Post
from services.notify.dossier import Desk, Details, Message, State, Status, tells_more

TO_AGENCIES: tuple[Template, ...] = ("due-soon", "escalation", "explanation-required")


def told_to_agencies(event: AnyEvent) -> tuple[Desk, Template, Details] | None:
    """Whom to tell of an event, by which text. Nobody at an office acts on history: only the live timeline is told."""
    if event.timeline != LIVE or not tells_more(event.time):
        return None
    match event.data:
        case DossierDueSoon() as data:
            return Desk(data.agency, "office"), "due-soon", _details(data.deadline, due=data.due, agency=data.agency)
        case DossierEscalated() as data:
            post: Post = "one-stop-head" if data.rung == "one-stop-head" else "head"
            told = _details(data.deadline, due=data.due, agency=data.agency, reason=data.reason)
            return Desk(data.to_agency, post), "escalation", told
        case ExplanationRequired() as data:
            told = _details(data.deadline, due=data.due, agency=data.agency, new_date=data.by)
            return Desk(data.agency, "head"), "explanation-required", told
        case _:
            return None


def _details(deadline: str, **given: object) -> Details:
    return replace(Details(deadline=deadline), **given)  # type: ignore[arg-type]


def with_agencies(state: State) -> State:
    """Do not tell an agency of a lateness that was taken back before its letter went out."""
    if not state.taken_back:
        return state
    return replace(state, messages=tuple(_dropped_if_taken_back(state, one) for one in state.messages))


def _dropped_if_taken_back(state: State, message: Message) -> Message:
    cause, details = message.cause, message.details
    if message.template not in TO_AGENCIES or cause is None or message.status not in {"pending", "dropped"}:
        return message
    over = any(
        (one.deadline, one.due) == (details.deadline, details.due) and one.at >= cause.time for one in state.taken_back
    )
    status: Status = "dropped" if over else "pending"
    return replace(message, status=status)
