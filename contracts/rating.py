"""Events that rating owns."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.envelope import Code, DossierCode, Payload
from contracts.moments import Instant

RatingChannel = Literal["counter-device", "web", "phone", "post"]
Indicator = Literal["4", "5", "6", "7", "8", "9"]
"""Indicators 4 to 9 of the nine of Decree 61/2018: agencies contacted, one-stop compliance, publication, attitude,
explanation, online service. Indicators 1 to 3 are computed from the dossier, never asked."""
Points = Annotated[int, Field(ge=0, le=2)]


class RatingSubmitted(Payload):
    """`rating.submitted`: a citizen rates what they got. Counted once per dossier and holder."""

    TYPE: ClassVar[str] = "rating.submitted"
    channel: RatingChannel
    holder: str = Field(min_length=1, max_length=64, description="Opaque token of who rates: one receipt, one holder")
    agency: Code
    officer: Code | None = None
    answers: dict[Indicator, Points] = Field(min_length=1, description="Points 0, 1 or 2 by indicator")


class RatingCounted(Payload):
    """`rating.counted`: this rating counts. It names the dossier, so it is for rating itself and for auditors."""

    TYPE: ClassVar[str] = "rating.counted"
    rating_id: str = Field(max_length=120, description="Id of the `rating.submitted` that counts")


class RatingPublished(Payload):
    """`rating.published`: a rating that counts, for the public. The rated officer cannot tell who it was.

    It says neither holder nor dossier: `subject` and `correlationid` are its own random id. The ratings of a month are
    published together when the month is over, all with that moment as their `time`.
    """

    TYPE: ClassVar[str] = "rating.published"
    rating_id: str = Field(
        max_length=120,
        description="Its own random id; before 28 November 2026 the id of the `rating.submitted` that counts",
    )
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="Month of the rating in Vietnam")
    channel: RatingChannel
    agency: Code
    officer: Code | None = None
    points: int = Field(ge=0, le=12)
    of: int = Field(ge=2, le=12, description="Most points that the answered indicators could give")


class FeedbackSubmitted(Payload):
    """`feedback.submitted`: a complaint or a suggestion (phản ánh, kiến nghị); its words stay with rating.

    The event's `subject` is the feedback's own id, so that it has a document of its own everywhere.
    """

    TYPE: ClassVar[str] = "feedback.submitted"
    category: Code
    agency: Code
    text_ref: str = Field(max_length=64)
    limit: str | None = Field(
        default=None, max_length=40, description="Time for the answer, for example `2 working-hours`, by its category"
    )
    due: Instant | None = Field(default=None, description="The moment until which an answer is in time, UTC")
    dossier: DossierCode | None = Field(default=None, description="The dossier it is about, if it is about one")


class FeedbackAnswered(Payload):
    """`feedback.answered`: the agency has answered; its words stay with rating, for the citizen to read."""

    TYPE: ClassVar[str] = "feedback.answered"
    feedback_id: str = Field(max_length=120, description="The feedback's id, which is also the event's `subject`")
    agency: Code
    answered_at: Instant


class FeedbackErased(Payload):
    """`feedback.erased`: the words of feedback about an erased applicant's dossier, and of its answers, are gone.

    What was counted of it stays: category, agency, and whether it was answered in time.
    """

    TYPE: ClassVar[str] = "feedback.erased"
    reference: Code = Field(max_length=64, description="The applicant, as `applicant.erased` names them")
