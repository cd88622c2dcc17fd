"""The HTTP side: ratings in, outcomes and figures out."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Response, status
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime.http.access import Caller, Matter, allowed
from chassis.runtime.http.keys import KEY_PATTERN, KeyReusedError
from chassis.runtime.http.problem import documented
from chassis.runtime.states import RECOUNT_SECONDS
from contracts.envelope import DOSSIER_CODE_PATTERN, LIVE, Code
from services.rating.adapters.feedback_figures import FeedbackBy, FeedbackFigure, feedback_figures
from services.rating.adapters.figures import By, Figure, Totals, figures
from services.rating.adapters.submissions import Outcome, RatingBody, RatingSubmissionService

DossierPath = Annotated[str, Path(pattern=DOSSIER_CODE_PATTERN)]
RatingPath = Annotated[str, Path(max_length=120)]
Month = Annotated[
    str | SkipJsonSchema[None], Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="For example 2026-01")
]
Timeline = Annotated[Code, Query(description="Of this clock: an import or a simulation has its own")]
IdempotencyKey = Annotated[str | SkipJsonSchema[None], Header(min_length=1, max_length=120, pattern=KEY_PATTERN)]


OUTDATED = "Lienthong-Outdated"
"""Header of an answer with figures: how many documents they count by a state that older code has folded, as of some
seconds ago (`chassis.runtime.states.RECOUNT_SECONDS`). Without such documents there is no header. `lienthong refold
rating` folds them anew."""
FIGURES: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            OUTDATED: {
                "schema": {"type": "integer", "minimum": 1},
                "description": "How many documents were counted as older code left them, "
                f"at most {RECOUNT_SECONDS} seconds ago; missing where none was",
            }
        }
    }
}


def router(submissions: RatingSubmissionService, totals: Totals, clock: Callable[[], datetime]) -> APIRouter:
    """All routes of rating, and the figures of feedback."""
    routes = APIRouter(prefix="/v1", tags=["rating"])

    @routes.post(
        "/ratings",
        status_code=status.HTTP_201_CREATED,
        responses={
            202: {"model": Outcome, "description": "Taken in; whether it counts is still open"},
            409: documented("The Idempotency-Key was used for another rating"),
        },
    )
    async def rate(
        body: RatingBody,
        response: Response,
        caller: Annotated[Caller, allowed(receipt=True)],
        idempotency_key: IdempotencyKey = None,
    ) -> Outcome:
        """Rate a dossier (đánh giá). 202 if the outcome is still open: look at `Location` later.

        Who shows the receipt is its holder, and rates once.
        """
        holder = await _holder(submissions, caller, body)
        try:
            outcome = await submissions.submit(body.model_copy(update={"holder": holder}), idempotency_key)
        except KeyReusedError as error:
            raise HTTPException(status.HTTP_409_CONFLICT, str(error)) from None
        response.headers["Location"] = f"/v1/ratings/{body.dossier}/{outcome.rating_id}"
        if outcome.counted is None:
            response.status_code = status.HTTP_202_ACCEPTED
        return outcome

    @routes.get("/ratings/{dossier}/{rating_id}", responses={404: documented("No such rating has arrived")})
    async def look_at_rating(
        dossier: DossierPath, rating_id: RatingPath, caller: Annotated[Caller, allowed("auditor", receipt=True)]
    ) -> Outcome:
        """Tell what became of a rating; `counted` is null while its dossier is unknown."""
        outcome = await submissions.outcome(dossier, rating_id)
        if outcome is None or not caller.may(Matter(await submissions.submission_of(dossier))):
            raise HTTPException(status.HTTP_404_NOT_FOUND, "no such rating has arrived; if it was just sent, try again")
        return outcome

    async def tell_outdated(response: Response) -> None:
        if outdated := await totals.outdated():
            response.headers[OUTDATED] = str(outdated)

    @routes.get("/figures", responses=FIGURES, dependencies=[allowed(public=True), Depends(tell_outdated)])
    async def rating_figures(
        by: Annotated[By, Query()], month: Month = None, timeline: Timeline = LIVE
    ) -> list[Figure]:
        """Points by officer, agency, channel or month that is over; too few ratings to be anonymous are not shown."""
        return await figures(totals, by, clock(), month, timeline)

    @routes.get("/figures/feedback", responses=FIGURES, dependencies=[allowed(public=True), Depends(tell_outdated)])
    async def figures_of_feedback(
        by: Annotated[FeedbackBy, Query()], month: Month = None, timeline: Timeline = LIVE
    ) -> list[FeedbackFigure]:
        """Feedback by category, agency or month: how many, answered in time, answered late, open, overdue now."""
        return await feedback_figures(totals, by, clock(), month, timeline)

    return routes


async def _holder(submissions: RatingSubmissionService, caller: Caller, body: RatingBody) -> str:
    """Who rates: in plain mode as the body says, else as the receipt says.

    Raises:
        HTTPException: 404, the receipt is not of this dossier; 422, nobody says who rates.
    """
    if caller.plain:
        if body.holder is None:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "say who rates: give `holder`")
        return body.holder
    submission = await submissions.submission_of(body.dossier)
    if not submission or not caller.may(Matter(submission)):
        text = f"no dossier {body.dossier}: check its code, and the receipt that you show"
        raise HTTPException(status.HTTP_404_NOT_FOUND, text)
    return caller.holder_of(submission)
