"""Events that routing owns."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.claims import Reason
from contracts.envelope import Code, Count, Money, Payload
from contracts.json_schema import open_values
from contracts.moments import Instant
from contracts.refused import RecordPlace

MAY_GROW = Field(json_schema_extra=open_values)
"""Marks a list of values that others may be added to: readers have to expect some that they do not know."""

PauseCause = Annotated[Literal["supplement", "payment", "force-majeure"], MAY_GROW]
"""Bổ sung, nghĩa vụ tài chính, bất khả kháng. The first two end with the citizen, the last when an agency says so."""

Movement = Annotated[Literal["onward", "return", "forward", "recall"], MAY_GROW]
"""How it came: the route went on; an earlier step has to be done again; another agency takes over this step; or the
receiving unit took the dossier back (thu hồi)."""


SignedBy = Annotated[Code | None, Field(description="The key that signed the report (`kid`), where it was signed")]
"""Left out of the answer to a report that nobody signed."""


class StepAttempt(BaseModel):
    """One attempt at a step."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    step: Code
    attempt: Count = Field(ge=1)


class Accepted(Payload):
    """An event that accepts an agency's report, named in `causationid`, and counts from its own `time`.

    A report that came late (by its `time`, or `occurred_at`) counts from when it says it happened, within the tolerance
    of the rules. Beyond it, or where the dossier was not there yet at that moment, it counts later and says so.
    """

    backdated: bool = Field(default=False, description="Whether the report claims an earlier moment than counts")
    claimed_at: Instant | None = Field(default=None, description="The moment the report claims, where it is backdated")
    signed_by: SignedBy = None


class DossierTransferred(Accepted):
    """`dossier.transferred`: handed over for a step (form 06 of TT 03/2025, phiếu kiểm soát)."""

    TYPE: ClassVar[str] = "dossier.transferred"
    step: Code
    attempt: Count = Field(ge=1, description="How often this step was begun: 1, and one more after every return")
    from_agency: Code
    to_agency: Code
    movement: Movement = "onward"
    from_step: Code | None = Field(
        default=None, description="The step whose attempt ended by a return, a forward or a recall"
    )
    from_attempt: Count = Field(default=0, description="Which attempt at `from_step` that was")
    also_ended: tuple[StepAttempt, ...] = Field(
        default=(), max_length=60, description="Further attempts that a recall ended, on other branches"
    )
    limit: str = Field(
        default="", max_length=40, description="Time for the step, for example `3 working-days`; none on a free route"
    )
    clock_since: Instant | None = Field(
        default=None,
        description="When the step's time began, where that is not this event's time: a forward gives no more time",
    )
    deadline: Instant | None = Field(
        default=None, description="When the step is due by the plain calendar, without pauses; none on a free route"
    )


class DossierAcknowledged(Accepted):
    """`dossier.acknowledged`: the agency holds it (custody taken)."""

    TYPE: ClassVar[str] = "dossier.acknowledged"
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code
    officer: Code | None = None


class DossierStepCompleted(Accepted):
    """`dossier.step-completed`: a step is done. Also the acceptance of the report named in `causationid`."""

    TYPE: ClassVar[str] = "dossier.step-completed"
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code
    officer: Code | None = None
    order: Count = Field(
        default=0, description="The how-manieth step of the dossier to be finished; tells two of one moment apart"
    )
    next_agency: Code | None = Field(
        default=None, description="Who does what follows on the route, where that is not who is planned"
    )


class DossierSuspended(Accepted):
    """`dossier.suspended`: waits for the citizen, or for the end of what nobody can help; the clock stands."""

    TYPE: ClassVar[str] = "dossier.suspended"
    cause: PauseCause
    step: Code
    agency: Code
    missing: tuple[Code, ...] = Field(default=(), max_length=100)
    amount: Money = Field(default=0, description="Where a payment is awaited")
    reason: str = Field(default="", max_length=1000)


class DossierResumed(Accepted):
    """`dossier.resumed`: goes on; the clock runs again."""

    TYPE: ClassVar[str] = "dossier.resumed"
    cause: PauseCause
    suspended_by: str = Field(default="", max_length=120, description="Id of the report that suspended it")


class DossierCompleted(Accepted):
    """`dossier.completed`: the result is signed (state 9, đã giải quyết)."""

    TYPE: ClassVar[str] = "dossier.completed"
    outcome: Literal["granted", "denied"]
    agency: Code
    officer: Code | None = None


class DelayExplained(Accepted):
    """`delay.explained`: an agency's explanation of a late step was accepted (giải trình)."""

    TYPE: ClassVar[str] = "delay.explained"
    step: Code
    agency: Code
    cause: Reason
    owner: Code
    plan: Reason
    target: Instant


class ConsultationRequested(Accepted):
    """`consultation.requested`: another agency's opinion was asked for (lấy ý kiến); the dossier stays where it is."""

    TYPE: ClassVar[str] = "consultation.requested"
    consultation: Code = Field(description="Names this consultation; follows from the report that asked")
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code = Field(description="Who is asked")
    asked_by: Code
    limit: str = Field(max_length=40, description="Time for it from this event on, for example `3 working-days`")
    question: Reason


class ConsultationAnswered(Accepted):
    """`consultation.answered`: the opinion was given."""

    TYPE: ClassVar[str] = "consultation.answered"
    consultation: Code
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code = Field(description="Whose opinion it is")
    asked_by: Code
    officer: Code | None = None
    opinion: Reason


RejectionCode = Annotated[
    Literal[
        "unknown-dossier",
        "not-the-holder",
        "unknown-step",
        "step-not-open",
        "dossier-finished",
        "suspended",
        "route-fixed",
        "not-yet-happened",
        "target-in-the-past",
        "target-too-far",
        "unknown-agency",
        "bad-limit",
        "not-asked",
        "not-suspended",
        "not-the-receiving-unit",
        "nothing-to-recall",
        "malformed",
        "bad-signature",
        "personal-data",
        "unknown-officer",
    ],
    MAY_GROW,
]


class ReportRejected(Payload):
    """`report.rejected`: an agency's claim is impossible; `causationid` names it.

    `malformed` speaks of a record that is no report: it does not fit its schema, or may not say what it says. Whatever
    else was said under that id stands.

    `bad-signature` speaks of a record in the agency's name that lacks the agency's signature. The record counts for
    nothing, and what the agency signed under that id stands. Its `subject` is the agency's code, and no dossier: nobody
    knows who sent it. Who reported compares `record` with the place that the bus acknowledged: another place is
    somebody else's record.
    """

    TYPE: ClassVar[str] = "report.rejected"
    report_id: str = Field(max_length=120)
    agency: Code
    code: RejectionCode
    reason: Reason
    signed_by: SignedBy = None
    record: RecordPlace = None
