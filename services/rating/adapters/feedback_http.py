"""The HTTP side of feedback (phản ánh, kiến nghị): citizens lodge it and ask for its state, agencies answer."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Response, status
from pydantic import BaseModel
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime import clock
from chassis.runtime.http.access import Caller, allowed
from chassis.runtime.http.keys import KEY_PATTERN
from chassis.runtime.http.problem import documented
from domain.feedback import Category
from domain.worktime import Text
from services.rating.adapters.feedback import (
    AnswerBody,
    FeedbackBody,
    FeedbackLodged,
    FeedbackOutcome,
    FeedbackSubmissionService,
    TakenError,
    UnfitError,
)

Key = Annotated[
    str | SkipJsonSchema[None], Header(alias="Idempotency-Key", min_length=8, max_length=120, pattern=KEY_PATTERN)
]
PENDING: dict[int | str, dict[str, Any]] = {202: {"model": FeedbackOutcome, "description": "Taken in; look later"}}
LODGED_PENDING: dict[int | str, dict[str, Any]] = {
    202: {"model": FeedbackLodged | FeedbackOutcome, "description": "Taken in; look later"}
}
UNKNOWN: dict[int | str, dict[str, Any]] = {404: documented("No such feedback is on record")}

FeedbackId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


class CategoryShown(BaseModel):
    """A category, as a citizen sees it."""

    code: str
    name: Text
    limit: str


class Words(BaseModel):
    """The words of a feedback."""

    text: str


def feedback_router(submissions: FeedbackSubmissionService, categories: Mapping[str, Category]) -> APIRouter:
    """All published routes of feedback."""
    routes = APIRouter(prefix="/v1/feedback", tags=["feedback"])

    @routes.get("/categories", dependencies=[allowed(public=True)])
    async def feedback_categories() -> list[CategoryShown]:
        """Tell what feedback can be about, and how long an answer may take."""
        return [
            CategoryShown(code=category.code, name=category.name, limit=str(category.limit))
            for category in categories.values()
        ]

    _for_citizens(routes, submissions)
    _for_agencies(routes, submissions)
    return routes


def internal_feedback_router(submissions: FeedbackSubmissionService) -> APIRouter:
    """The words of a feedback, for who has the service token."""
    routes = APIRouter(prefix="/internal/feedback", include_in_schema=False)

    @routes.get("/{feedback_id}", dependencies=[allowed("service", guarded=True)])
    async def read(feedback_id: FeedbackId) -> Words:
        return await _words(submissions, feedback_id)

    return routes


def _for_citizens(routes: APIRouter, submissions: FeedbackSubmissionService) -> None:
    @routes.post(
        "",
        response_model=FeedbackLodged | FeedbackOutcome,
        status_code=status.HTTP_201_CREATED,
        responses={**LODGED_PENDING, 409: documented("The Idempotency-Key was used for another feedback")},
    )
    async def submit_feedback(
        body: FeedbackBody,
        response: Response,
        caller: Annotated[Caller, allowed(public=True, receipt=True)],
        key: Key = None,
    ) -> FeedbackOutcome:
        """Complain or suggest (phản ánh, kiến nghị). 202 if it is not on record yet: look at `Location` later.

        The same `Idempotency-Key` for the same agency is the same feedback. Who names a dossier shows its receipt.
        What opens the feedback later is its own receipt; where receipts carry no secret, its id: keep it to yourself.
        """
        await _require_receipt(submissions, caller, body)
        try:
            outcome = await submissions.submit(body, f"{body.agency}|{key or clock.random_reference()}")
        except UnfitError as error:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from None
        except TakenError as error:
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from None
        response.headers["Location"] = f"/v1/feedback/{outcome.feedback_id}"
        if outcome.status is None:
            response.status_code = status.HTTP_202_ACCEPTED
        if caller.receipts is None:
            return outcome
        return FeedbackLodged(**outcome.model_dump(), receipt=caller.receipts.told(outcome.feedback_id))

    @routes.get("/{feedback_id}", responses=UNKNOWN)
    async def look_at_feedback(
        feedback_id: FeedbackId, caller: Annotated[Caller, allowed("agency", "auditor", receipt=True)]
    ) -> FeedbackOutcome:
        """Tell where a feedback stands, until when it has to be answered, and the answer."""
        outcome = await submissions.outcome(feedback_id)
        if outcome is None or not caller.may(await submissions.matter(feedback_id)):
            raise _unknown(feedback_id)
        return outcome


def _for_agencies(routes: APIRouter, submissions: FeedbackSubmissionService) -> None:
    @routes.get("/{feedback_id}/words", responses=UNKNOWN)
    async def words_of_feedback(
        feedback_id: FeedbackId, caller: Annotated[Caller, allowed("agency", guarded=True)]
    ) -> Words:
        """The words of a feedback, for the agency that has to answer it."""
        if not caller.may(await submissions.matter(feedback_id)):
            raise _unknown(feedback_id)
        return await _words(submissions, feedback_id)

    @routes.post(
        "/{feedback_id}/answer",
        status_code=status.HTTP_201_CREATED,
        responses={
            **PENDING,
            **UNKNOWN,
            403: documented("This is for the agency that the feedback is about"),
            409: documented("It is another agency's, or was answered otherwise"),
        },
    )
    async def answer_feedback(
        feedback_id: FeedbackId,
        body: AnswerBody,
        response: Response,
        caller: Annotated[Caller, allowed("agency", guarded=True)],
    ) -> FeedbackOutcome:
        """Answer a feedback, once; the same answer again changes nothing. 202 if it is not on record yet."""
        if not caller.may(await submissions.matter(feedback_id)):
            raise _unknown(feedback_id)
        try:
            outcome = await submissions.answer(feedback_id, caller.speaks_for(body.agency, "agency"), body.text)
        except TakenError as error:
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from None
        if outcome is None:
            raise _unknown(feedback_id)
        if outcome.answered is None:
            response.status_code = status.HTTP_202_ACCEPTED
        return outcome


async def _require_receipt(submissions: FeedbackSubmissionService, caller: Caller, body: FeedbackBody) -> None:
    """Who complains about a dossier shows its receipt, so that nobody complains in another's name.

    Raises:
        HTTPException: 404, it is no dossier of this receipt.
    """
    if body.dossier is None or caller.plain:
        return
    submission = await submissions.submission_of(body.dossier)
    if not submission or not caller.holds_receipt_of(submission):
        text = f"no dossier {body.dossier} of yours: show its receipt, or leave `dossier` out"
        raise HTTPException(status.HTTP_404_NOT_FOUND, text)


async def _words(submissions: FeedbackSubmissionService, feedback_id: str) -> Words:
    if (text := await submissions.text(feedback_id)) is None:
        raise _unknown(feedback_id)
    return Words(text=text)


def _unknown(feedback_id: str) -> HTTPException:
    return HTTPException(
        status.HTTP_404_NOT_FOUND, f"no feedback {feedback_id} is on record; if it was just sent, try again"
    )
