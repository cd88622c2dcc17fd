"""The routes for what happens after lodging: supplements, payment, withdrawal, the handing over of the result."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Response

from chassis.runtime.http.access import Caller, allowed
from chassis.runtime.http.keys import KeyReusedError
from contracts import claims
from services.intake.adapters.answers import Outcome, Pending
from services.intake.adapters.lodging_http import (
    NOT_FOUND,
    PENDING,
    REUSED,
    Key,
    SubmissionId,
    answer,
    pending,
    require_may,
    reused,
)
from services.intake.adapters.submissions import CollectionBody, PaymentBody, SubmissionService, SupplementBody


def following_router(submissions: SubmissionService) -> APIRouter:
    """The routes."""
    router = APIRouter(
        prefix="/v1/submissions/{submission}", tags=["submissions"], responses={**NOT_FOUND, **REUSED, **PENDING}
    )
    _by_citizens(router, submissions)
    _by_others(router, submissions)
    return router


def _by_citizens(router: APIRouter, submissions: SubmissionService) -> None:
    @router.post("/supplements", response_model=Outcome)
    async def supplement(
        submission: SubmissionId,
        body: SupplementBody,
        caller: Annotated[Caller, allowed("counter", receipt=True)],
        key: Key = None,
    ) -> Outcome | Response:
        """Bring what is missing (bổ sung hồ sơ)."""
        await _require_judged(submissions, caller, submission)
        await _act(submissions, submission, body, key)
        brought = await submissions.until(submission, lambda progress: not set(progress.missing) & set(body.components))
        return answer(brought, submission)

    @router.post("/withdrawal", response_model=Outcome)
    async def withdraw(
        submission: SubmissionId, caller: Annotated[Caller, allowed(receipt=True)], key: Key = None
    ) -> Outcome | Response:
        """Take the dossier back (rút hồ sơ). Only who has the receipt may: a unit could hide its delay by it."""
        await _require_judged(submissions, caller, submission)
        await _act(submissions, submission, claims.Withdrawal(), key, "withdrawal")
        gone = await submissions.until(submission, lambda progress: progress.outcome == "withdrawn")
        return answer(gone, submission)


def _by_others(router: APIRouter, submissions: SubmissionService) -> None:
    @router.post("/payments", status_code=202)
    async def pay(
        submission: SubmissionId,
        body: PaymentBody,
        caller: Annotated[Caller, allowed("payment")],
        key: Key = None,
    ) -> Pending:
        """Tell that the citizen has paid what the dossier waits for (nghĩa vụ tài chính)."""
        await _require_judged(submissions, caller, submission)
        await _act(submissions, submission, body, key)
        return pending(submission)

    @router.post("/collection", response_model=Outcome)
    async def collect(
        submission: SubmissionId,
        body: CollectionBody,
        caller: Annotated[Caller, allowed("counter")],
        key: Key = None,
    ) -> Outcome | Response:
        """Hand over the result (trả kết quả)."""
        await _require_judged(submissions, caller, submission)
        await _act(submissions, submission, body, key, "collection")
        over = await submissions.until(submission, lambda progress: progress.outcome == "delivered")
        return answer(over, submission)


async def _require_judged(submissions: SubmissionService, caller: Caller, submission: str) -> None:
    """Refuse what is not the caller's business, and what was not judged yet.

    Raises:
        HTTPException: 404.
    """
    progress = await submissions.progress(submission)
    require_may(caller, submission, progress)
    if progress is None or not progress.judged:
        raise HTTPException(404, f"no submission {submission} was judged yet")


async def _act(
    submissions: SubmissionService, submission: str, claim: claims.Claim, key: str | None, usual: str = ""
) -> None:
    """Publish the claim.

    Raises:
        HTTPException: 409, the key stands for another action.
    """
    try:
        await submissions.act(submission, claim, key, usual)
    except KeyReusedError as error:
        raise reused(error) from None
