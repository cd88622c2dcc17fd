"""A dossier as notify sees it: whom to tell, what to say, which letters of apology there are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contracts.notify import Medium, Template
from contracts.sla import Rung
from contracts.worktime import Lines

Language = Literal["vi", "en"]
Status = Literal["pending", "sent", "failed", "dropped"]


@dataclass(frozen=True)
class Cause:
    """The event that made a message necessary, as far as the outcome has to repeat it."""

    id: str
    subject: str
    time: datetime
    correlationid: str
    timeline: str


@dataclass(frozen=True)
class Recipient:
    """Whom to tell (người nộp), by reference only: the address stays with intake."""

    applicant_ref: str | None
    language: Language
    receiving_unit: str
    procedure: str
    received: datetime | None = None


@dataclass(frozen=True)
class Details:
    """What the text of a message needs beyond the recipient; which of it depends on the template.

    Attributes:
        reason: in words; of a pause that is over, its cause as a code; `reason_en` in English, where there is that.
        due: the date it speaks of; of a new date and of an apology, the old one.
        new_date: what takes its place.
        taken_back: of a new date: whether an announcement was taken back, and so an earlier date holds again.
        overdue_id: of a new date: the lateness that the old one, or this one, was given for.
        signer: whose head signs an apology; `in_person`: whether he has to apologise in person as well.
        working_out: why the date, or the new one, is what it is.
    """

    reason: str = ""
    reason_en: str = ""
    missing: tuple[str, ...] = ()
    amount: int = 0
    due: datetime | None = None
    agency: str = ""
    outcome: str = ""
    new_date: datetime | None = None
    overdue_id: str = ""
    taken_back: bool = False
    signer: Rung = "agency-head"
    in_person: bool = False
    working_out: Lines = field(default_factory=Lines)


@dataclass(frozen=True)
class Message:
    """One message to the citizen.

    Attributes:
        id: follows from the dossier, the template and the causing event.
        template: which text.
        cause: why; None as long as only an outcome is known.
        details: for the text.
        status: `dropped` is for apologies that are not owed (any more).
        attempts: how many were made; `ours` of them no carrier was asked in, as our own service did not answer.
        tried_at: when the last one failed, by the wall clock.
        medium: how the last one went out.
    """

    id: str
    template: Template
    cause: Cause | None = None
    details: Details = field(default_factory=Details)
    status: Status = "pending"
    attempts: int = 0
    ours: int = 0
    tried_at: datetime | None = None
    medium: Medium | None = None

    @property
    def asked(self) -> int:
        """How often a carrier was asked: only so many attempts count."""
        return self.attempts - self.ours


@dataclass(frozen=True)
class NewDate:
    """A new date given for lateness (hẹn lại), by the event that gave it.

    Attributes:
        id: of the `dossier.rescheduled`.
        overdue_id: of the lateness; empty if the old date had not passed yet.
    """

    id: str
    overdue_id: str
    old: datetime
    new: datetime
    cause: str
    cause_en: str
    signer: Rung
    in_person: bool
    working_out: Lines


@dataclass(frozen=True)
class Letter:
    """A letter of apology (thư xin lỗi) on record: the date it is for, and the new date's event, if it tells one."""

    due: datetime
    rescheduled_id: str


@dataclass(frozen=True)
class State:
    """A dossier (or, before acceptance, a submission) as notify sees it.

    Attributes:
        recipient: whom to tell; until it is known, messages wait.
        messages: by the moment of their cause.
        retracted: ids of overdue events that no longer hold.
        promised: ids of overdue events whose new date comes with an event of its own.
        new_dates: given for lateness.
        lettered: letters of apology on record.
        sent: how many messages were sent; `pending`, `failed` and `letters` likewise.
    """

    recipient: Recipient | None = None
    messages: tuple[Message, ...] = ()
    retracted: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()
    new_dates: tuple[NewDate, ...] = ()
    lettered: tuple[Letter, ...] = ()
    sent: int = 0
    pending: int = 0
    failed: int = 0
    letters: int = 0


INITIAL = State()
