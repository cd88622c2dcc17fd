"""Events that routing owns."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.claims import Reason
from contracts.compatibility import OPEN_VALUES
from contracts.envelope import Code, Count, Instant, Money, Payload

MAY_GROW = Field(json_schema_extra={OPEN_VALUES: True})
"""Marks a list of values that others may be added to: readers have to expect some that they do not know."""

PauseCause = Annotated[Literal["supplement", "payment"], MAY_GROW]
Movement = Annotated[Literal["onward", "return", "forward"], MAY_GROW]
"""Onward: the route goes on. Return: an earlier step is done again. Forward: another agency takes over this step."""


class DossierTransferred(Payload):
    """`dossier.transferred`: handed over for a step (form 06 of TT 03/2025, phiếu kiểm soát)."""

    TYPE: ClassVar[str] = "dossier.transferred"
    step: Code
    attempt: Count = Field(ge=1, description="How often this step was begun: 1, and one more after every return")
    from_agency: Code
    to_agency: Code
    movement: Movement = "onward"
    from_step: Code | None = Field(default=None, description="The step whose attempt ended by a return or a forward")
    from_attempt: Count = Field(default=0, description="Which attempt at `from_step` that was")
    deadline: Instant | None = Field(default=None, description="When the step is due; none on a free route")


class DossierAcknowledged(Payload):
    """`dossier.acknowledged`: the agency holds it (custody taken)."""

    TYPE: ClassVar[str] = "dossier.acknowledged"
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code
    officer: Code | None = None


class DossierStepCompleted(Payload):
    """`dossier.step-completed`: a step is done. Also the acceptance of the report named in `causationid`."""

    TYPE: ClassVar[str] = "dossier.step-completed"
    step: Code
    attempt: Count = Field(ge=1)
    agency: Code
    officer: Code | None = None


class DossierSuspended(Payload):
    """`dossier.suspended`: waits for the citizen; the clock stands."""

    TYPE: ClassVar[str] = "dossier.suspended"
    cause: PauseCause
    step: Code
    agency: Code
    missing: tuple[Code, ...] = Field(default=(), max_length=100)
    amount: Money = Field(default=0, description="Where a payment is awaited")
    reason: str = Field(default="", max_length=1000)


class DossierResumed(Payload):
    """`dossier.resumed`: goes on; the clock runs again."""

    TYPE: ClassVar[str] = "dossier.resumed"
    cause: PauseCause


class DossierCompleted(Payload):
    """`dossier.completed`: the result is signed (state 9, đã giải quyết)."""

    TYPE: ClassVar[str] = "dossier.completed"
    outcome: Literal["granted", "denied"]
    agency: Code
    officer: Code | None = None


class DelayExplained(Payload):
    """`delay.explained`: an agency's explanation of a late step was accepted (giải trình)."""

    TYPE: ClassVar[str] = "delay.explained"
    step: Code
    agency: Code
    cause: Reason
    owner: Code
    plan: Reason
    target: Instant


RejectionCode = Annotated[
    Literal[
        "unknown-dossier",
        "not-the-holder",
        "unknown-step",
        "step-not-open",
        "dossier-finished",
        "suspended",
        "route-fixed",
    ],
    MAY_GROW,
]


class ReportRejected(Payload):
    """`report.rejected`: an agency's claim is impossible; `causationid` names it."""

    TYPE: ClassVar[str] = "report.rejected"
    report_id: str = Field(max_length=120)
    agency: Code
    code: RejectionCode
    reason: Reason
