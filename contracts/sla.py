"""Events that sla owns. A deadline is `dossier` (the whole) or `step:<id>#<attempt>`."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.envelope import Code, Instant, Payload

DeadlineKey = Annotated[
    str, Field(min_length=1, max_length=140, description="`dossier` (the whole) or `step:<id>#<attempt>`")
]
WHOLE: DeadlineKey = "dossier"
"""The deadline of the whole dossier: its appointment date."""


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


class DossierOverdueRetracted(Payload):
    """`dossier.overdue-retracted`: a late truth shows that the deadline was kept, or moved."""

    TYPE: ClassVar[str] = "dossier.overdue-retracted"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    overdue_id: str = Field(max_length=120, description="Id of the `dossier.overdue` that no longer holds")


Rung = Literal["one-stop-head", "agency-head", "level-above"]


class DossierEscalated(Payload):
    """`dossier.escalated`: somebody higher has to know (người đứng đầu Bộ phận Một cửa, cơ quan, cấp trên)."""

    TYPE: ClassVar[str] = "dossier.escalated"
    deadline: DeadlineKey
    due: Instant = Field(description="The moment it was or is due, UTC")
    rung: Rung
    agency: Code = Field(description="Who is late")
    to_agency: Code = Field(description="Whose head, or which level above, has to act")


class DossierRescheduled(Payload):
    """`dossier.rescheduled`: a new appointment date (form 04, hẹn lại), at most once for lateness."""

    TYPE: ClassVar[str] = "dossier.rescheduled"
    old_date: Instant
    new_date: Instant
    cause: str = Field(min_length=1, max_length=200)
    agency: Code


class ExplanationRequired(Payload):
    """`explanation.required`: the agency has to explain its delay (giải trình) by a date."""

    TYPE: ClassVar[str] = "explanation.required"
    deadline: DeadlineKey
    agency: Code
    by: Instant
