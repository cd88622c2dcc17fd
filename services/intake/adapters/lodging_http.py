"""The routes by which a dossier is lodged and tracked (nộp hồ sơ, tra cứu hồ sơ)."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Response
from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime.http.access import Caller, Matter, allowed, forbidden
from chassis.runtime.http.keys import KEY_PATTERN, KeyReusedError
from chassis.runtime.http.problem import documented
from contracts.envelope import DOSSIER_CODE_PATTERN
from services.intake.adapters.answers import Lodged, LodgedPending, Outcome, Pending
from services.intake.adapters.submissions import Submission, SubmissionService, public
from services.intake.queries import Progress

Key = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=120,
        pattern=KEY_PATTERN,
        description="Chosen anew for each request: the same request with the same key is carried out once",
    ),
]
SubmissionId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]+$")]
DossierCode = Annotated[str, Path(pattern=DOSSIER_CODE_PATTERN)]

PENDING: dict[int | str, dict[str, Any]] = {202: {"model": Pending, "description": "Taken in; look later"}}
LODGED_PENDING: dict[int | str, dict[str, Any]] = {
    202: {"model": LodgedPending | Pending, "description": "Taken in; look later"}
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: documented("There is no such thing (yet), or it is not yours")}
REUSED: dict[int | str, dict[str, Any]] = {409: documented("The Idempotency-Key was used for another request")}


def lodging_router(submissions: SubmissionService) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/v1", tags=["submissions"])

    @router.post(
        "/submissions",
        response_model=Lodged | Outcome,
        status_code=201,
        responses={
            200: {"model": Lodged | Outcome, "description": "Not accepted, and why"},
            **LODGED_PENDING,
            **REUSED,
        },
    )
    async def submit(
        body: Submission,
        response: Response,
        caller: Annotated[Caller, allowed("counter", "portal", "citizen")],
        key: Key = None,
    ) -> Outcome | Response:
        """Lodge a dossier (nộp hồ sơ). 201: accepted, with receipt. 200: not accepted, and why. 202: look later.

        The same `Idempotency-Key` at the same unit is the same submission, however often it is sent; with another
        body it is refused (409). A counter lodges at its own unit, by hand or by post; portals and citizens online.
        """
        _require_own(caller, body)
        submission = submissions.id_of(body.receiving_unit, key, *_own_keys(caller))
        try:
            outcome = await submissions.submit(submission, body, keyed=key is not None)
        except KeyReusedError as error:
            raise reused(error) from None
        if outcome is not None and outcome.dossier_code is None:
            response.status_code = 200
        return _lodged(outcome, caller, submission)

    @router.get("/submissions/{submission}", response_model=Outcome, responses={**PENDING, **NOT_FOUND})
    async def look_at_submission(
        submission: SubmissionId, caller: Annotated[Caller, allowed("counter", "auditor", receipt=True)]
    ) -> Outcome | Response:
        """Tell what became of a submission."""
        progress = await submissions.progress(submission)
        require_may(caller, submission, progress)
        return answer(await submissions.outcome(submission), submission)

    @router.get("/dossiers/{code}", responses=NOT_FOUND)
    async def look_at_dossier(
        code: DossierCode, caller: Annotated[Caller, allowed("counter", "auditor", receipt=True)]
    ) -> Outcome:
        """Tell what became of a dossier, by the code on the receipt."""
        found = await submissions.by_code(code)
        if found is None or not caller.may(Matter(found.submission, found.unit)):
            raise HTTPException(404, f"no dossier {code}: check the code on the receipt")
        return public(found.submission, found)

    return router


def require_may(caller: Caller, submission: str, progress: Progress | None) -> None:
    """Refuse whoever has no business with a submission, in the words for one that does not exist.

    Raises:
        HTTPException: 404.
    """
    if not caller.may(Matter(submission, progress.unit if progress else "")):
        raise HTTPException(404, f"no submission {submission}: check its id, and the receipt that you show")


def answer(outcome: Outcome | None, submission: str) -> Outcome | Response:
    """The outcome, or that it is not known yet."""
    return JSONResponse(pending(submission).model_dump(), status_code=202) if outcome is None else outcome


def pending(submission: str) -> Pending:
    """Its outcome is not known yet."""
    return Pending(submission_id=submission, look_at=f"/v1/submissions/{submission}")


def reused(error: KeyReusedError) -> HTTPException:
    """The refusal of a key that stands for another request."""
    return HTTPException(409, str(error))


def _lodged(outcome: Outcome | None, caller: Caller, submission: str) -> Outcome | Response:
    """The answer to who has just lodged: with the receipt's secret, where receipts have one."""
    if caller.receipts is None:
        return answer(outcome, submission)
    receipt = caller.receipts.told(submission)
    if outcome is None:
        waiting = LodgedPending(**pending(submission).model_dump(), receipt=receipt)
        return JSONResponse(waiting.model_dump(), status_code=202)
    return Lodged(**outcome.model_dump(), receipt=receipt)


def _require_own(caller: Caller, body: Submission) -> None:
    """A counter lodges at its own unit what is not lodged online; the others lodge online alone."""
    if caller.identity is None:
        return
    if caller.identity.role == "counter":
        caller.speaks_for(body.receiving_unit, "unit")
    if (caller.identity.role == "counter") == (body.channel == "online"):
        raise forbidden("a counter lodges what comes by hand or by post, a portal or a citizen what comes online")


def _own_keys(caller: Caller) -> tuple[str, ...]:
    """What makes a client's keys its own: nobody gets another's receipt by a key that he has guessed."""
    return (caller.identity.role, caller.identity.subject) if caller.identity else ()
