"""Claims: what others tell Liên Thông. A claim is no fact until its service accepts it; every one gets an answer."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Code, Payload
from contracts.moments import Instant
from contracts.watermarks import ClockTicked as ClockTicked  # noqa: PLC0414 - published here once

Channel = Literal["counter", "online", "post"]
"""Trực tiếp, trực tuyến, bưu chính công ích."""

Attribute = Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=-(10**12), le=10**12)] | bool
"""A declared circumstance that eligibility depends on."""

Reason = Annotated[str, Field(min_length=1, max_length=1000)]
"""Said to other agencies and to the citizen; never names or addresses."""

SubmissionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$")]
"""Chosen by who submits; a UUID is a good one."""


class Claim(BaseModel):
    """Base of all claims: frozen, readers ignore what they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Application(Claim):
    """Nộp hồ sơ: a citizen asks for a procedure."""

    kind: Literal["application"] = "application"
    procedure: Code = Field(description="Code of the procedure in the national catalogue, for example 1.001193")
    channel: Channel
    receiving_unit: Code = Field(description="Code of the one-stop unit (Bộ phận Một cửa) that takes it in")
    competent_agency: Code | None = Field(
        default=None,
        description="The commune the matter belongs to, where that is not the receiving unit's: a citizen may file "
        "anywhere in the province (Decree 118/2025)",
    )
    components: tuple[Code, ...] = Field(default=(), max_length=100, description="Ids of the checklist items handed in")
    attributes: dict[Code, Attribute] = Field(
        default_factory=dict, max_length=50, description="What eligibility is judged by; never personal data"
    )
    applicant_ref: str | None = Field(default=None, max_length=64, description="Reference to a person, kept by intake")
    language: Literal["vi", "en"] = "vi"
    historic_code: SubmissionId | None = Field(
        default=None,
        description="Imported history only: the code the dossier already has; must equal the submission id",
    )
    historic_appointment: Instant | None = Field(
        default=None,
        description="Imported history only: the appointment date already given to the citizen; without it, none was",
    )


class Supplement(Claim):
    """Bổ sung hồ sơ: the citizen brings what was missing."""

    kind: Literal["supplement"] = "supplement"
    components: tuple[Code, ...] = Field(min_length=1, max_length=100, description="Ids of the items handed in now")


class Payment(Claim):
    """Nộp phí, lệ phí: the citizen has paid what was asked."""

    kind: Literal["payment"] = "payment"
    amount: int = Field(gt=0, le=10**12, description="Vietnamese đồng")


class Withdrawal(Claim):
    """Rút hồ sơ: the citizen takes the dossier back."""

    kind: Literal["withdrawal"] = "withdrawal"


class Collection(Claim):
    """Trả kết quả: the result was handed over, with its proof kept at the unit."""

    kind: Literal["collection"] = "collection"
    channel: Channel


class IntakeSubmitted(Payload):
    """`intake.submitted`: a portal, a counter or a post office says that a citizen did something.

    Keyed by the submission's id, which stays the correlation id of all that follows. Answered with `dossier.received`,
    `dossier.supplement-requested`, `dossier.refused`, `dossier.supplemented`, `dossier.paid`, `dossier.withdrawn` or
    `dossier.delivered`.
    """

    TYPE: ClassVar[str] = "intake.submitted"
    submission_id: SubmissionId
    claim: Annotated[Application | Supplement | Payment | Withdrawal | Collection, Field(discriminator="kind")]


class TookCustody(Claim):
    """Đã nhận hồ sơ: the agency confirms that it holds the dossier for a step."""

    kind: Literal["took-custody"] = "took-custody"
    step: Code


class FinishedStep(Claim):
    """Hoàn thành bước: the step is done.

    With `next_agency`, the steps that follow it on the route are done by that agency instead of the planned one; nobody
    checks whether it plays the planned role. Where branches join, the last one to be finished with a name decides.
    A step that is begun again by a return goes to its planned agency. On a free route the dossier is forwarded to
    `next_agency`; without one it stays where it is.
    """

    kind: Literal["finished-step"] = "finished-step"
    step: Code
    next_agency: Code | None = Field(default=None, description="Who does what follows, where it is not as planned")


class SentBack(Claim):
    """Trả lại bước trước: an earlier step must be done again."""

    kind: Literal["sent-back"] = "sent-back"
    step: Code
    to_step: Code
    reason: Reason


class NeedsSupplement(Claim):
    """Yêu cầu bổ sung: something is missing that the counter did not see."""

    kind: Literal["needs-supplement"] = "needs-supplement"
    step: Code
    missing: tuple[Code, ...] = Field(min_length=1, max_length=100)
    reason: Reason


class NeedsPayment(Claim):
    """Nghĩa vụ tài chính: the citizen must pay before work goes on."""

    kind: Literal["needs-payment"] = "needs-payment"
    step: Code
    amount: int = Field(gt=0, le=10**12, description="Vietnamese đồng")


class Forwards(Claim):
    """Chuyển tiếp: another agency has to do this step; on a free route, has to go on."""

    kind: Literal["forwards"] = "forwards"
    step: Code
    to_agency: Code


class AsksOpinion(Claim):
    """Lấy ý kiến: another agency is asked for its opinion; the dossier and its clock stay where they are."""

    kind: Literal["asks-opinion"] = "asks-opinion"
    step: Code
    of_agency: Code
    question: Reason
    limit: str = Field(max_length=40, description="Time for the opinion, for example `3 working-days`")


class GivesOpinion(Claim):
    """Cho ý kiến: the opinion that was asked for; without `consultation`, the first one that is still owed.

    Named by `consultation`, or by `step` where that is easier to know.
    """

    kind: Literal["gives-opinion"] = "gives-opinion"
    consultation: Code | None = None
    step: Code | None = None
    opinion: Reason


class Recalls(Claim):
    """Thu hồi hồ sơ: the receiving unit takes the dossier back. Every open step ends; one begins again at the unit."""

    kind: Literal["recalls"] = "recalls"
    to_step: Code | None = Field(default=None, description="The step that begins again; by default the route's first")
    reason: Reason


class Suspends(Claim):
    """Tạm dừng: work is impossible for a cause that nobody can help. By the step's holder, or the receiving unit."""

    kind: Literal["suspends"] = "suspends"
    step: Code
    cause: Literal["force-majeure"] = "force-majeure"
    reason: Reason


class Resumes(Claim):
    """Tiếp tục: what `suspends` told of is over; by the agency that said so, or the receiving unit."""

    kind: Literal["resumes"] = "resumes"
    cause: Literal["force-majeure"] = "force-majeure"


class HasResult(Claim):
    """Có kết quả: the result is signed; ends a free route."""

    kind: Literal["has-result"] = "has-result"
    outcome: Literal["granted", "denied"] = "granted"


class ExplainsDelay(Claim):
    """Giải trình: why a step is late, who owns it, what will be done by when."""

    kind: Literal["explains-delay"] = "explains-delay"
    step: Code
    cause: Reason
    owner: Code = Field(description="Code of the officer or post that answers for it")
    plan: Reason
    target: Instant = Field(description="When it will be done; lies ahead")


AgencyClaim = Annotated[
    TookCustody
    | FinishedStep
    | SentBack
    | NeedsSupplement
    | NeedsPayment
    | Forwards
    | AsksOpinion
    | GivesOpinion
    | Recalls
    | Suspends
    | Resumes
    | HasResult
    | ExplainsDelay,
    Field(discriminator="kind"),
]
"""The claims that an agency can make."""


class AgencyReported(Payload):
    """`agency.reported`: what an agency says it did with a dossier. Accepted, or answered with `report.rejected`.

    The event's `time` is when the report was made. A claim about something earlier says so in `occurred_at`.
    """

    TYPE: ClassVar[str] = "agency.reported"
    agency: Code = Field(description="Who reports, for example H29.13")
    officer: Code | None = Field(default=None, description="Service code of the officer, never a name")
    occurred_at: Instant | None = Field(
        default=None, description="When it happened, where that is before the report's own `time`"
    )
    claim: AgencyClaim
