"""Events that intake owns."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.claims import Channel, Reason, SubmissionId
from contracts.envelope import Code, Count, Money, Payload
from contracts.json_schema import open_values
from contracts.moments import Instant
from contracts.refused import RecordPlace
from contracts.text import Lines

NO_APPOINTMENT = datetime(2199, 12, 31, tzinfo=UTC)
"""Stands in `appointment_date` where there is none: the field has always been there, and readers rely on it. A reader
that does not know `appointed` waits for this day and calls nothing late; a nearer one would accuse somebody."""


class RouteStep(BaseModel):
    """One step (khâu/bước) of the dossier's route, pinned at receipt so that a later change of data changes nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Code
    agency: Code = Field(description="Who does it")
    limit: str = Field(max_length=40, description="Time for it, for example `3 working-days`")
    after: tuple[Code, ...] = Field(default=(), max_length=20, description="Steps that must be done first")


class DossierReceived(Payload):
    """`dossier.received`: accepted, with receipt and appointment date (form 01, giấy tiếp nhận và hẹn trả kết quả)."""

    TYPE: ClassVar[str] = "dossier.received"
    submission_id: SubmissionId
    procedure: Code
    procedure_version: Count = Field(description="Version of the procedure's data that the route was taken from")
    channel: Channel
    receiving_unit: Code
    competent_agency: Code = Field(description="The agency that decides; not always the one that received")
    applicant_ref: str | None = Field(default=None, max_length=64)
    language: Literal["vi", "en"] = "vi"
    fee: Money = 0
    limit: str = Field(max_length=40, description="Whole time for it, for example `10 working-days`; empty for history")
    appointment_date: Instant = Field(
        description="Ngày hẹn trả: when the result is due; where `appointed` is false it means nothing, and never comes"
    )
    route: tuple[RouteStep, ...] = Field(
        default=(), max_length=60, description="Empty: a free route, the agencies forward as they see fit"
    )
    due_soon: str | None = Field(
        default=None, max_length=40, description="How long before the date it is due soon; without it, by the rule set"
    )
    working_out: Lines | None = Field(default=None, description="Why the appointment date is what it is, line by line")
    appointed: bool = Field(default=True, description="False: imported history, and no appointment date is known of it")

    @property
    def appointment(self) -> datetime | None:
        """The appointment date, if there is one: what readers go by."""
        return self.appointment_date if self.appointed else None


class DossierSupplementRequested(Payload):
    """`dossier.supplement-requested`: incomplete (form 02, phiếu yêu cầu bổ sung), listing exactly what is missing."""

    TYPE: ClassVar[str] = "dossier.supplement-requested"
    submission_id: SubmissionId
    missing: tuple[Code, ...] = Field(min_length=1, max_length=100)
    reason: Reason
    procedure: Code
    receiving_unit: Code
    applicant_ref: str | None = Field(default=None, max_length=64)
    language: Literal["vi", "en"] = "vi"


class DossierSupplemented(Payload):
    """`dossier.supplemented`: an accepted dossier that waited for documents has them now."""

    TYPE: ClassVar[str] = "dossier.supplemented"
    components: tuple[Code, ...] = Field(max_length=100)


class DossierPaid(Payload):
    """`dossier.paid`: the citizen has paid what the dossier waited for."""

    TYPE: ClassVar[str] = "dossier.paid"
    amount: Money


class DossierRefused(Payload):
    """`dossier.refused`: not accepted (form 03, phiếu từ chối tiếp nhận), with the reason."""

    TYPE: ClassVar[str] = "dossier.refused"
    submission_id: SubmissionId
    code: Literal["not-eligible", "unknown-procedure", "channel-not-offered", "unknown-unit", "day-full"]
    reason: Reason
    procedure: Code
    receiving_unit: Code
    applicant_ref: str | None = Field(default=None, max_length=64)
    language: Literal["vi", "en"] = "vi"


class DossierWithdrawn(Payload):
    """`dossier.withdrawn`: the citizen took it back; the clock stops.

    What follows the type is told of a submission alone, which nobody received: else nobody would know whom to answer.
    """

    TYPE: ClassVar[str] = "dossier.withdrawn"
    procedure: Code | None = None
    receiving_unit: Code | None = None
    applicant_ref: str | None = Field(default=None, max_length=64)
    language: Literal["vi", "en"] = "vi"


class DossierDelivered(Payload):
    """`dossier.delivered`: the result was handed over."""

    TYPE: ClassVar[str] = "dossier.delivered"
    channel: Channel


class SubmissionRejected(Payload):
    """`submission.rejected`: a record on `intake.submitted` is no submission. For the portal that sent it.

    No citizen is refused by it: that is `dossier.refused` (form 03). Whatever else was said under that id stands.

    `bad-signature` speaks of a record in an agency's name that lacks the agency's signature; `subject` is the agency's
    code then, and no submission.
    """

    TYPE: ClassVar[str] = "submission.rejected"
    record_id: Code = Field(description="Id of the record's event, as its sender named it")
    sender: Code = Field(description="The record's `source`")
    code: Annotated[
        Literal["malformed", "bad-signature", "personal-data", "undeclared"], Field(json_schema_extra=open_values)
    ]
    reason: Reason
    record: RecordPlace = None


class ErasureRequested(Payload):
    """`applicant.erasure-requested`: an applicant's personal data has to be erased (yêu cầu xóa dữ liệu cá nhân).

    Said by operators, keyed by the submission's id. A second request for the same applicant changes nothing.
    """

    TYPE: ClassVar[str] = "applicant.erasure-requested"
    reference: Code = Field(max_length=64, description="The applicant, as `applicant_ref` of the dossier names them")
    by: Code = Field(description="Who asks: a code, never a name")
    basis: str = Field(min_length=1, max_length=200, description="The law or the request it follows; no names")


class ApplicantErased(Payload):
    """`applicant.erased`: names and addresses of an applicant, and the key that opened them, are gone for good.

    It is said once they are gone: of the submission, and of the dossier too where there is one. Whoever has kept
    something of the person forgets it now. A store that was restored from a copy applies all of these again.
    """

    TYPE: ClassVar[str] = "applicant.erased"
    submission_id: SubmissionId
    reference: Code = Field(max_length=64, description="The applicant, as `applicant_ref` of the dossier named them")
    reason: Annotated[Literal["request", "retention"], Field(json_schema_extra=open_values)] = Field(
        description="Somebody asked for it, or the time for which the data may be kept is over"
    )
    basis: str = Field(min_length=1, max_length=300, description="The law or the request it follows; no names")
    by: Code = Field(description="Who asked: a code, never a name; where the time is over, the service")
