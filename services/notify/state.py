"""The state of a dossier as notify sees it: whom to tell, what to say, which letters of apology are on record."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contracts.notify import Medium, Template
from contracts.sla import Rung
from domain.procedures import Post
from domain.worktime import Lines

Language = Literal["vi", "en"]
Status = Literal["pending", "sent", "doubtful", "failed", "dropped", "unaddressed"]


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
    """The citizen who is told (người nộp), by reference only: name and address stay with intake."""

    applicant_ref: str | None
    language: Language
    receiving_unit: str
    procedure: str
    received: datetime | None = None


@dataclass(frozen=True)
class Details:
    """The facts that the text of a message needs beyond the recipient. Each template needs some of them.

    Attributes:
        reason: in words; for a pause that is over, its cause as a code.
        reason_en: the same in English, where that is known.
        due: the date that the message speaks of; in a notice of a new date and in an apology, the old date.
        new_date: the date that takes its place.
        taken_back: in a notice of a new date: an announcement was taken back, so that an earlier date holds again.
        overdue_id: of a new date: the lateness that the old one, or this one, was given for; of an apology, and of
            what withdraws one: the lateness that it is for.
        deadline: in a message to an agency: the deadline's key, as sla names it.
        signer: whose head signs an apology.
        in_person: the signer has to apologise in person as well.
        working_out: why the date, or the new one, is what it is, line by line.
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
    deadline: str = ""


@dataclass(frozen=True)
class Desk:
    """The post at an agency that is told. The directory knows its address."""

    agency: str
    post: Post


@dataclass(frozen=True)
class Message:
    """One message to the citizen, or to an agency.

    Attributes:
        id: follows from the dossier, the template and the event that the message is about.
        template: the text.
        cause: the event that made it necessary; None as long as only an outcome is known.
        details: what the text needs.
        status: `dropped` is for what is not owed (any more); `doubtful`, for what a carrier took and never answered
            for; `unaddressed`, for an agency that has no address.
        attempts: how many were made; `asked` of them a carrier was asked in, since the last change of medium.
        answered: number of the last attempt that a carrier said had failed; 0: none. A doubt about an attempt that no
            carrier answered stands, whatever failed on our own side meanwhile.
        tried_at: when the last one failed or stayed without an answer, by the wall clock.
        medium: how the last one went out.
        given_up: media that are not tried any more.
        desk: the post at an agency that is told; None: the citizen is.
        repeats: id of the message that it sends once more.
    """

    id: str
    template: Template
    cause: Cause | None = None
    details: Details = field(default_factory=Details)
    status: Status = "pending"
    attempts: int = 0
    asked: int = 0
    answered: int = 0
    tried_at: datetime | None = None
    medium: Medium | None = None
    given_up: tuple[Medium, ...] = ()
    desk: Desk | None = None
    repeats: str = ""

    @property
    def is_out(self) -> bool:
        """It reached its reader, or may have."""
        return self.status in {"sent", "doubtful"}


@dataclass(frozen=True)
class Apology:
    """An apology that sla found to be owed, as far as its message does not hold it.

    Attributes:
        overdue_id: of the lateness; it tells apologies apart.
        rescheduled_id: of the `dossier.rescheduled` whose new date it tells; empty if it tells none.
        covered_by: the `overdue_id` of an earlier apology that stands for this date too; empty if none does.
    """

    overdue_id: str
    rescheduled_id: str
    covered_by: str


@dataclass(frozen=True)
class NewDate:
    """A new date given for lateness (hẹn lại), by the event that gave it.

    Attributes:
        id: of the `dossier.rescheduled`.
        overdue_id: of the lateness; empty if the old date had not passed yet.
        given_later: it was not given at the moment that was missed, so no apology tells it.
    """

    id: str
    overdue_id: str
    given_later: bool


@dataclass(frozen=True)
class Letter:
    """A letter of apology (thư xin lỗi) on record: the missed date, and the id of the event of its new date, if any."""

    due: datetime
    rescheduled_id: str


@dataclass(frozen=True)
class TakenBack:
    """A lateness that was retracted: the deadline's key, its moment, and since when the retraction is true."""

    deadline: str
    due: datetime
    at: datetime


@dataclass(frozen=True, order=True)
class Erased:
    """The applicant is erased since this moment, as this event says, by this reference. Erasures sort by moment."""

    at: datetime
    event: str
    reference: str


@dataclass(frozen=True)
class State:
    """A dossier (or, before acceptance, a submission) as notify sees it.

    Attributes:
        timeline: the clock it is on; for figures.
        recipient: whom to tell; until it is known, messages wait.
        messages: by the moment of their cause.
        retracted: ids of overdue events that no longer hold.
        taken_back: the same, as agencies are told of them.
        resends: ids of messages that are to be sent once more.
        apologies: all that sla ever found to be owed.
        withdrawn: overdue ids of the apologies that were for nothing.
        new_dates: given for lateness.
        lettered: letters of apology on record.
        sent: how many messages were sent; `pending`, `doubtful`, `failed`, `unaddressed` and `letters` likewise.
        unreached: how many of those sent could only be left at the counter, as all other media had to be given up.
        erased: the applicant is erased; None as long as he is not.
        forgotten: ids of the messages of which nothing is kept any more.
    """

    timeline: str = ""
    recipient: Recipient | None = None
    messages: tuple[Message, ...] = ()
    retracted: tuple[str, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    resends: tuple[str, ...] = ()
    apologies: tuple[Apology, ...] = ()
    withdrawn: tuple[str, ...] = ()
    new_dates: tuple[NewDate, ...] = ()
    lettered: tuple[Letter, ...] = ()
    sent: int = 0
    pending: int = 0
    doubtful: int = 0
    failed: int = 0
    unaddressed: int = 0
    unreached: int = 0
    letters: int = 0
    erased: Erased | None = None
    forgotten: tuple[str, ...] = ()


INITIAL = State()
