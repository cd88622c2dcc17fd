"""The bodies that intake answers with over HTTP."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.runtime.http.receipt import ReceiptSecret
from contracts.moments import Instant
from domain.procedures.models import Level
from domain.worktime import Lines, Text


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Outcome(_Answer):
    """The outcome of a submission, as far as the citizen may know it."""

    submission_id: str
    outcome: Literal["supplement-requested", "received", "refused", "withdrawn", "delivered"]
    dossier_code: str | None = Field(description="Mã hồ sơ; null until it is accepted")
    appointment_date: Instant | None = Field(description="Ngày hẹn trả kết quả, in UTC")
    working_out: Lines | None = Field(description="Why the date is what it is")
    missing: tuple[str, ...] = Field(description="Checklist items that have to be brought")
    reason: str | None = Field(description="Why it was refused, or what is asked for")


class Lodged(Outcome):
    """The outcome of a submission that was just lodged, with its receipt."""

    receipt: ReceiptSecret


class Pending(_Answer):
    """The submission was taken in; its outcome is not known yet."""

    submission_id: str
    outcome: Literal["pending"] = "pending"
    look_at: str = Field(description="Path under which it will be known")


class LodgedPending(Pending):
    """A submission that was just lodged: its outcome is not known yet, its receipt is."""

    receipt: ReceiptSecret


class ProcedureListed(_Answer):
    """A procedure (thủ tục hành chính) in the list."""

    code: str
    name: Text
    field: str
    level: Level


class ContactTold(_Answer):
    """The applicant, for the services that write to people."""

    name: str
    email: str | None
    phone: str | None
    language: str
