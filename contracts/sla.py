"""Events that sla owns.

A deadline is `dossier` (the whole), `new-date` (of form 04), `step:<id>#<attempt>`, `consultation:<consultation>` as
`consultation.requested` names it, or `feedback`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.compatibility import open_values
from contracts.envelope import Code, Payload
from contracts.moments import Instant
from contracts.text import Lines

DeadlineKey = Annotated[
    str, Field(min_length=1, max_length=140, description="`dossier` (the whole) or `step:<id>#<attempt>`")
]
WHOLE: DeadlineKey = "dossier"
"""The deadline of the whole dossier: its appointment date."""
NEW_DATE: DeadlineKey = "new-date"
"""The date that form 04 gave instead, for who is missing that one as well."""
FEEDBACK: DeadlineKey = "feedback"
"""The deadline of the answer to a complaint or suggestion (phản ánh, kiến nghị)."""


class DossierDueSoon(Payload):
    """`dossier.due-soon`: a deadline comes near (sắp đến hạn)."""

    TYPE: ClassVar[str] = "dossier.due-soon"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    agency: Code


class DossierOverdue(Payload):
    """`dossier.overdue`: a deadline passed (quá hạn). True since `due`, the event's time."""

    TYPE: ClassVar[str] = "dossier.overdue"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    agency: Code = Field(description="Who held it when the deadline passed")
    officer: Code | None = None
    rescheduled: bool = Field(
        default=False, description="`dossier.rescheduled` gives a new date for it at the same moment: wait for that"
    )
    working_out: Lines | None = Field(default=None, description="Why that was the date, line by line")


class DossierOverdueRetracted(Payload):
    """`dossier.overdue-retracted`: a late truth shows that the deadline was kept, or moved."""

    TYPE: ClassVar[str] = "dossier.overdue-retracted"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    overdue_id: str = Field(max_length=120, description="Id of the `dossier.overdue` that no longer holds")


Rung = Literal["one-stop-head", "agency-head", "level-above"]
Grievance = Literal["overdue", "explanation-missing", "second-breach"]
"""What a rung of the ladder is climbed for: a missed deadline, a missing explanation, the new date missed as well."""


class DossierEscalated(Payload):
    """`dossier.escalated`: somebody higher has to know (người đứng đầu Bộ phận Một cửa, cơ quan, cấp trên)."""

    TYPE: ClassVar[str] = "dossier.escalated"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    rung: Rung
    agency: Code = Field(description="Who is late")
    to_agency: Code = Field(description="Whose head, or which level above, has to act")
    reason: Grievance = Field(default="overdue", description="What for")


class DossierRescheduled(Payload):
    """`dossier.rescheduled`: a new appointment date (hẹn lại): form 04, once; another calendar; the end of a pause.

    Each pause and announcement says once what date it led to; a second time only where a late truth led it to another.
    """

    TYPE: ClassVar[str] = "dossier.rescheduled"
    old_date: Instant
    new_date: Instant
    cause: str = Field(min_length=1, max_length=200, description="In Vietnamese, or in the agency's own words")
    cause_en: str = Field(default="", max_length=200, description="In English, where nobody worded it but this system")
    agency: Code = Field(
        description="Who caused it; of a changed calendar, who is competent; of a pause, who asked for it"
    )
    kind: Literal["late", "calendar", "pause"] = Field(
        default="late",
        description="Late: form 04, with an apology; pause: what was waited for came, and the clock runs again",
        json_schema_extra=open_values,
    )
    deadline: DeadlineKey = Field(default=WHOLE, description="`feedback`: the date of an answer, not an appointment")
    taken_back: bool = Field(
        default=False, description="An announcement was taken back: the date before it holds again, an earlier one"
    )
    waited_for: str = Field(default="", max_length=40, description="Of a pause: its cause, for example payment")
    officer: Code | None = Field(default=None, description="Who held it when the deadline passed")
    signer: Rung | None = Field(default=None, description="Whose head signs form 04")
    in_person: bool = Field(default=False, description="Whether an apology in person is due")
    overdue_id: str = Field(
        default="",
        max_length=120,
        description="Id of the `dossier.overdue`, of form 04 and of a pause that moved the date form 04 gave",
    )
    working_out: Lines | None = Field(default=None, description="Why the new date is what it is, line by line")


class ExplanationRequired(Payload):
    """`explanation.required`: the agency has to explain its delay (giải trình) by a date."""

    TYPE: ClassVar[str] = "explanation.required"
    deadline: DeadlineKey
    agency: Code
    by: Instant
    due: Instant | None = Field(default=None, description="The missed moment that has to be explained")


class ApologyRequired(Payload):
    """`apology.required`: the citizen is owed an apology for a missed appointment (thư xin lỗi, Mẫu 04), told in full.

    Said once for each `dossier.overdue` of the whole dossier or of its new date, true since the missed moment. Whoever
    writes the letter needs no other event of a deadline. A new date that is given later, or that moves, is told by
    `dossier.rescheduled` alone.
    """

    TYPE: ClassVar[str] = "apology.required"
    overdue_id: str = Field(max_length=120, description="Id of the `dossier.overdue` that it is owed for")
    due: Instant = Field(description="The moment that was missed, UTC")
    agency: Code = Field(description="Who caused the delay: who held it when the deadline passed")
    officer: Code | None = None
    rescheduled_id: str = Field(
        default="",
        max_length=120,
        description="Id of the `dossier.rescheduled` that gave the new date at the same moment; empty: none was given",
    )
    new_date: Instant | None = Field(default=None, description="None: no new date is given")
    cause: str = Field(default="", max_length=200, description="Why it is late; empty: not known yet")
    cause_en: str = Field(default="", max_length=200, description="In English, where nobody worded it but this system")
    signer: Rung | None = Field(default=None, description="Whose head signs form 04; None: no form is given")
    in_person: bool = Field(default=False, description="Whether an apology in person is due")
    working_out: Lines | None = Field(default=None, description="Why the new date is what it is, line by line")
    covered_by: str = Field(
        default="",
        max_length=120,
        description="The `overdue_id` of an earlier apology that stands for this date too, because a late truth put "
        "this date in the place of that one: no second letter is written, only the new date is news",
    )


class ApologyWithdrawn(Payload):
    """`apology.withdrawn`: an apology was for nothing, as no missed date stands in the place of the one it was for.

    It stands for no other date any more: who is late again is owed an apology anew.
    """

    TYPE: ClassVar[str] = "apology.withdrawn"
    overdue_id: str = Field(max_length=120, description="The `overdue_id` of the `apology.required` that is withdrawn")
    due: Instant = Field(description="The moment that it said was missed, UTC")
    agency: Code = Field(description="The agency that it named")
    new_date: Instant | None = Field(default=None, description="The new date that it told, which holds no longer")
    signer: Rung | None = Field(default=None, description="Whose head signed it")
