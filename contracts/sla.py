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
