"""Events that notify owns."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.compatibility import open_values
from contracts.envelope import Code, Count, Payload
from contracts.moments import Instant
from contracts.sla import Rung

Template = Literal[
    "receipt",
    "supplement-request",
    "refusal",
    "payment-request",
    "due-soon",
    "completion",
    "apology",
    "rescheduled",
    "resumption",
    "withdrawal",
]
MAY_GROW = Field(json_schema_extra=open_values)
Medium = Literal["email", "sms", "counter"]
"""`counter`: no address is known, the notice lies ready at the receiving unit."""


class NotificationSent(Payload):
    """`notification.sent`: a message to the citizen was handed to its carrier."""

    TYPE: ClassVar[str] = "notification.sent"
    message_id: str = Field(max_length=120)
    template: Annotated[Template, MAY_GROW]
    medium: Medium
    attempt: Count = Field(ge=1)


class NotificationFailed(Payload):
    """`notification.failed`: an attempt failed; another follows unless `final`."""

    TYPE: ClassVar[str] = "notification.failed"
    message_id: str = Field(max_length=120)
    template: Annotated[Template, MAY_GROW]
    medium: Medium
    attempt: Count = Field(ge=1)
    error: str = Field(max_length=300, description="Kind of failure; never an address or a name")
    final: bool
    ours: bool = Field(default=False, description="Our own service did not answer: no carrier was asked, it never ends")


class LetterIssued(Payload):
    """`letter.issued`: a letter of apology (thư xin lỗi, form 04) exists as a record, linked to its overdue event.

    No digest of the printed letter: it holds the applicant's name, and a digest would let names be tried out against it
    after the name was erased.
    """

    TYPE: ClassVar[str] = "letter.issued"
    letter: Literal["apology"]
    message_id: str = Field(max_length=120)
    overdue_id: str = Field(max_length=120)
    agency: Code = Field(description="Who caused the delay")
    due: Instant = Field(description="The moment that was missed, UTC")
    rescheduled_id: str = Field(default="", max_length=120, description="Id of the `dossier.rescheduled` it tells")
    new_date: Instant | None = Field(default=None, description="None: no new date is given")
    cause: str = Field(default="", max_length=200, description="Empty: not known yet")
    cause_en: str = Field(default="", max_length=200, description="As the translation says it; empty: the same words")
    signer: Rung = Field(default="agency-head", description="Whose head signs")
    in_person: bool = Field(default=False, description="Whether an apology in person is due")
