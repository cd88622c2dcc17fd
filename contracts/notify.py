"""Events that notify owns."""

from typing import ClassVar, Literal

from pydantic import Field

from contracts.envelope import Code, Count, Instant, Payload

Template = Literal[
    "receipt", "supplement-request", "refusal", "payment-request", "due-soon", "completion", "apology", "withdrawal"
]
Medium = Literal["email", "sms", "counter"]
"""`counter`: no address is known, the notice lies ready at the receiving unit."""


class NotificationSent(Payload):
    """`notification.sent`: a message to the citizen was handed to its carrier."""

    TYPE: ClassVar[str] = "notification.sent"
    message_id: str = Field(max_length=120)
    template: Template
    medium: Medium
    attempt: Count = Field(ge=1)


class NotificationFailed(Payload):
    """`notification.failed`: an attempt failed; another follows unless `final`."""

    TYPE: ClassVar[str] = "notification.failed"
    message_id: str = Field(max_length=120)
    template: Template
    medium: Medium
    attempt: Count = Field(ge=1)
    error: str = Field(max_length=300, description="Kind of failure; never an address or a name")
    final: bool


class LetterIssued(Payload):
    """`letter.issued`: a letter of apology (thư xin lỗi) exists as a record, linked to its overdue event."""

    TYPE: ClassVar[str] = "letter.issued"
    letter: Literal["apology"]
    message_id: str = Field(max_length=120)
    overdue_id: str = Field(max_length=120)
    agency: Code
    due: Instant
