"""The HTTP side of feedback (phản ánh, kiến nghị): citizens lodge it and ask for its state, agencies answer."""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Response, status
from pydantic import BaseModel
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime import clock
from chassis.runtime.http.keys import KEY_PATTERN
from chassis.runtime.http.problem import documented
from domain.feedback import Category
from domain.worktime import Text
from services.rating.adapters.feedback import (
    AnswerBody,
    FeedbackBody,
    FeedbackOutcome,
    FeedbackSubmissionService,
    TakenError,
    UnfitError,
)

Key = Annotated[
    str | SkipJsonSchema[None], Header(alias="Idempotency-Key", min_length=8, max_length=120, pattern=KEY_PATTERN)
]
PENDING: dict[int | str, dict[str, Any]] = {202: {"model": FeedbackOutcome, "description": "Taken in; look later"}}
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


def feedback_router(
    submissions: FeedbackSubmissionService, categories: Mapping[str, Category], token: str
) -> APIRouter:
    """All routes of feedback. Those for agencies need the service token, and are closed where none is set."""
    routes = APIRouter(tags=["feedback"])
    for part in (_for_citizens(submissions, categories), _for_agencies(submissions, token)):
        routes.include_router(part)
    return routes


def _for_citizens(submissions: FeedbackSubmissionService, categories: Mapping[str, Category]) -> APIRouter:
    routes = APIRouter(prefix="/v1/feedback")

    @routes.get("/categories")
    async def feedback_categories() -> list[CategoryShown]:
        """Tell what feedback can be about, and how long an answer may take."""
        return [
            CategoryShown(code=category.code, name=category.name, limit=str(category.limit))
            for category in categories.values()
        ]

    @routes.post(
        "",
        status_code=status.HTTP_201_CREATED,
        responses={**PENDING, 409: documented("The Idempotency-Key was used for another feedback")},
    )
    async def submit_feedback(body: FeedbackBody, response: Response, key: Key = None) -> FeedbackOutcome:
        """Complain or suggest (phản ánh, kiến nghị). 202 if it is not on record yet: look at `Location` later.

        The same `Idempotency-Key` for the same agency is the same feedback. Its id is all that is needed to read the
        answer: keep it to yourself.
        """
        try:
            outcome = await submissions.submit(body, f"{body.agency}|{key or clock.random_reference()}")
        except UnfitError as error:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from None
        except TakenError as error:
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from None
        response.headers["Location"] = f"/v1/feedback/{outcome.feedback_id}"
        if outcome.status is None:
            response.status_code = status.HTTP_202_ACCEPTED
        return outcome

    @routes.get("/{feedback_id}", responses=UNKNOWN)
    async def look_at_feedback(feedback_id: FeedbackId) -> FeedbackOutcome:
        """Tell where a feedback stands, until when it has to be answered, and the answer."""
        if (outcome := await submissions.outcome(feedback_id)) is None:
            raise _unknown(feedback_id)
        return outcome

    return routes


def _for_agencies(submissions: FeedbackSubmissionService, token: str) -> APIRouter:
    def admit(authorization: Annotated[str, Header()] = "") -> None:
        if not token or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(status.HTTP_403_FORBIDDEN, "send the service token (LIENTHONG_SERVICE_TOKEN) as bearer")

    routes = APIRouter(dependencies=[Depends(admit)])

    @routes.get("/internal/feedback/{feedback_id}", include_in_schema=False)
    async def read(feedback_id: FeedbackId) -> Words:
        """The words of a feedback."""
        if (text := await submissions.text(feedback_id)) is None:
            raise _unknown(feedback_id)
        return Words(text=text)

    @routes.post(
        "/v1/feedback/{feedback_id}/answer",
        status_code=status.HTTP_201_CREATED,
        responses={
            **PENDING,
            **UNKNOWN,
            403: documented("The service token is missing or wrong"),
            409: documented("It is another agency's, or was answered otherwise"),
        },
    )
    async def answer_feedback(feedback_id: FeedbackId, body: AnswerBody, response: Response) -> FeedbackOutcome:
        """Answer a feedback, once; the same answer again changes nothing. 202 if it is not on record yet."""
        try:
            outcome = await submissions.answer(feedback_id, body)
        except TakenError as error:
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from None
        if outcome is None:
            raise _unknown(feedback_id)
        if outcome.answered is None:
            response.status_code = status.HTTP_202_ACCEPTED
        return outcome

    return routes


def _unknown(feedback_id: str) -> HTTPException:
    return HTTPException(
        status.HTTP_404_NOT_FOUND, f"no feedback {feedback_id} is on record; if it was just sent, try again"
    )
