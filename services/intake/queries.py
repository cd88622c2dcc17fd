"""The questions that are asked of intake's stored states. No other module names a path of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

INDEXES: tuple[tuple[str, ...], ...] = (("code",),)
"""The fields that are searched: citizens ask by the code on their receipt. Each index costs every save."""

Query = Mapping[str, Any]


class Progress(NamedTuple):
    """The progress of a submission, as its stored state tells.

    Attributes:
        outcome: new, supplement-requested, received, refused, withdrawn or delivered.
        code: the dossier code; empty until it is accepted.
        appointment: RFC 3339 in UTC; None before the receipt, and for history without one.
        working_out: why the appointment date is what it is.
        missing: checklist items that have to be brought.
        reason: why it was refused, or what is asked for; empty otherwise.
        submission: its id.
        unit: code of the one-stop unit that took it in; empty before the application is known.
        reference: to the applicant; empty where nobody is known.
    """

    outcome: str
    code: str
    appointment: str | None
    working_out: Any
    missing: tuple[str, ...]
    reason: str
    submission: str
    unit: str
    reference: str

    @property
    def judged(self) -> bool:
        """Intake has answered the application."""
        return self.outcome != "new"


def progress(state: Mapping[str, Any]) -> Progress:
    """Read a stored state."""
    application = state["application"] or {}
    return Progress(
        outcome=state["outcome"],
        code=state["code"],
        appointment=state["appointment"],
        working_out=state.get("working_out"),
        missing=tuple(state["missing"]),
        reason=state["reason"],
        submission=state["submission"],
        unit=application.get("receiving_unit", ""),
        reference=application.get("applicant_ref") or "",
    )


def applicant_of(state: Mapping[str, Any]) -> str | None:
    """The reference of the applicant; None where they gave no personal data."""
    application = state.get("application") or {}
    reference: str | None = application.get("applicant_ref")
    return reference


def of_submission(submission: str) -> Query:
    """The one document of a submission."""
    return {"_id": submission}


def of_code(code: str) -> Query:
    """The document of the dossier with this code; the index serves it."""
    return {"state.code": code}


def received(timeline: str) -> Query:
    """Dossiers that were accepted."""
    return {"state.timeline": timeline, "state.code": {"$gt": ""}}


def delivered(timeline: str) -> Query:
    """Dossiers whose result was handed over."""
    return {"state.timeline": timeline, "state.outcome": "delivered"}
