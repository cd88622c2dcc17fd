"""The state of one submission (hồ sơ), from the application to the handing over of the result."""

from dataclasses import dataclass
from datetime import datetime

from chassis.core.changeable import Changeable
from contracts import claims, routing
from domain.worktime import Lines


@dataclass(frozen=True)
class CitizenAction:
    """Something the citizen did after applying.

    Attributes:
        event: id of the event that reports it.
        at: the moment since which it counts.
        components: the checklist items that were handed in.
        amount: the money that was paid, in đồng.
        channel: how the result was handed over.
    """

    event: str
    at: datetime
    components: tuple[str, ...] = ()
    amount: int = 0
    channel: claims.Channel = "counter"


@dataclass(frozen=True)
class Wait:
    """Routing stopped the clock, because the agency needs something from the citizen.

    Attributes:
        event: id of the `dossier.suspended`.
        cause: supplement or payment.
        since: when the clock stopped.
        missing: the checklist items that the agency asked for.
        reason: the agency's words.
        amount: the money that the agency asked for, in đồng.
    """

    event: str
    cause: routing.PauseCause
    since: datetime
    missing: tuple[str, ...] = ()
    reason: str = ""
    amount: int = 0


@dataclass(frozen=True, order=True)
class ErasureRequest:
    """A request to erase the applicant's personal data. Requests sort by their moment.

    Attributes:
        at: when it was made.
        event: id of the event that makes it.
        reference: of the applicant.
        by: who asks, as a code.
        basis: the law or the request it follows.
    """

    at: datetime
    event: str
    reference: str
    by: str
    basis: str


@dataclass(frozen=True)
class State(Changeable):
    """One submission.

    Attributes:
        submission: its id, which all that follows carries as correlation id.
        timeline: the clock that its times are told by.
        application: the application that counts; None before there is one.
        applied_at: when it was lodged.
        applied_by: id of the event that lodged it.
        applied_from: the source of that event.
        taken_in: when the bus took that event in, where that bounds what it may claim.
        from_import: true if an import lodged it. Imports alone bring history, on timelines of their own.
        code: the dossier code (mã hồ sơ); empty until the dossier is accepted.
        appointment: the date that was given (ngày hẹn trả); None before the receipt, and for history without one.
        outcome: new, supplement-requested, received, refused, withdrawn or delivered; for queries.
        reason: why it was refused, or what is asked for.
        missing: the items that the last supplement request listed.
        supplements, payments, withdrawals, collections: what the citizen did, by the moment since which it counts.
        waits: what routing asked for, in fold order.
        completed_at: when the result was signed.
        working_out: why the appointment date is what it is.
        ended_at: since when the matter is over: delivered, withdrawn or refused, whichever came first.
        erasure_requests: who wanted the applicant's data erased, by time.
        erased: references of applicants whose data is gone.
        told_of_submission: something was told of the submission under its own id, which is no dossier code.
    """

    submission: str = ""
    timeline: str = ""
    application: claims.Application | None = None
    applied_at: datetime | None = None
    applied_by: str = ""
    applied_from: str = ""
    taken_in: datetime | None = None
    from_import: bool = True
    code: str = ""
    appointment: datetime | None = None
    outcome: str = "new"
    reason: str = ""
    missing: tuple[str, ...] = ()
    supplements: tuple[CitizenAction, ...] = ()
    payments: tuple[CitizenAction, ...] = ()
    withdrawals: tuple[CitizenAction, ...] = ()
    collections: tuple[CitizenAction, ...] = ()
    waits: tuple[Wait, ...] = ()
    completed_at: datetime | None = None
    working_out: Lines | None = None
    ended_at: datetime | None = None
    erasure_requests: tuple[ErasureRequest, ...] = ()
    erased: tuple[str, ...] = ()
    told_of_submission: bool = False

    @property
    def components(self) -> frozenset[str]:
        """Everything handed in so far."""
        first = self.application.components if self.application else ()
        return frozenset(first).union(*(supplement.components for supplement in self.supplements))


INITIAL = State()
