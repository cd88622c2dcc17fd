"""Events that notify owns."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.envelope import Code, Count, Payload
from contracts.json_schema import open_values
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
    "apology-withdrawn",
    "escalation",
    "explanation-required",
]
"""`due-soon`, `escalation` and `explanation-required` tell an agency; all others tell the citizen."""
MAY_GROW = Field(json_schema_extra=open_values)
Medium = Literal["email", "sms", "counter"]
"""`counter`: no address is known, the notice lies ready at the receiving unit."""


class NotificationSent(Payload):
    """`notification.sent`: a message to the citizen, or to an agency, was handed to its carrier."""

    TYPE: ClassVar[str] = "notification.sent"
    message_id: str = Field(max_length=120)
    template: Annotated[Template, MAY_GROW]
    medium: Medium
    attempt: Count = Field(ge=1)
    segments: Count = Field(default=0, description="Of a text message: how many the operator counts (GSM 03.38)")


class NotificationDoubtful(Payload):
    """`notification.doubtful`: the carrier has it all and has not answered, so that it may have arrived or not.

    It is not repeated by itself. Should the carrier answer later, `notification.sent` or `notification.failed` of the
    same attempt says so.
    """

    TYPE: ClassVar[str] = "notification.doubtful"
    message_id: str = Field(max_length=120)
    template: Annotated[Template, MAY_GROW]
    medium: Medium
    attempt: Count = Field(ge=1)
    error: str = Field(max_length=300, description="What was heard instead of an answer; never an address or a name")


class NotificationFailed(Payload):
    """`notification.failed`: an attempt failed; another follows unless `final`."""

    TYPE: ClassVar[str] = "notification.failed"
    message_id: str = Field(max_length=120)
    template: Annotated[Template, MAY_GROW]
    medium: Medium
    attempt: Count = Field(ge=1)
    error: str = Field(max_length=300, description="Kind of failure; never an address or a name")
    final: bool
    ours: bool = Field(
        default=False,
        description="No carrier was asked, as our own service did not answer or the line was busy: it never ends",
    )
    moves_on: bool = Field(default=False, description="This medium is given up; the next attempt takes the next one")
    unaddressed: bool = Field(default=False, description="The agency has no address in the directory: nobody was told")


class ResendRequested(Payload):
    """`notification.resend-requested`: somebody wants a message to be sent once more, as a message of its own.

    The same message is sent anew once, however often that is asked for; the new one can be asked for in its turn.
    """

    TYPE: ClassVar[str] = "notification.resend-requested"
    message_id: str = Field(max_length=120, description="Which message, by the id that `notification.…` told")
    by: Code = Field(description="Who asks: a code, never a name")
    why: str = Field(min_length=1, max_length=200, description="In words, without names and addresses")


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


class NotificationErased(Payload):
    """`notification.erased`: what notify kept of messages to an applicant who was erased is gone.

    That is mails, notices and printed letters that lay ready. What a carrier has taken is not notify's any more.
    """

    TYPE: ClassVar[str] = "notification.erased"
    reference: Code = Field(max_length=64, description="The applicant, as `applicant.erased` names them")
    message_ids: tuple[Code, ...] = Field(min_length=1, max_length=1000, description="The messages, by their ids")
