"""The API of the one-stop unit and the portals; its OpenAPI document stands at /openapi.json."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Response
from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema

from chassis.runtime import clock
from chassis.runtime.app import Context
from chassis.runtime.http.keys import KEY_PATTERN, KeyReusedError, StoredKeys
from chassis.runtime.http.problem import documented
from chassis.runtime.states import States
from contracts import claims
from contracts.envelope import DOSSIER_CODE_PATTERN, event_id
from domain.procedures import Catalogue, Procedure
from services.intake.adapters.answers import ContactTold, Outcome, Pending, ProcedureListed
from services.intake.adapters.personal_data import PersonalDataStore
from services.intake.adapters.submissions import (
    CollectionBody,
    PaymentBody,
    Submission,
    SubmissionService,
    SupplementBody,
)

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
ProcedureCode = Annotated[str, Path(max_length=40, pattern=r"^[0-9.]+$", description="For example 1.001193")]

PENDING: dict[int | str, dict[str, Any]] = {202: {"model": Pending, "description": "Taken in; look later"}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: documented("There is no such thing (yet)")}
REUSED: dict[int | str, dict[str, Any]] = {409: documented("The Idempotency-Key was used for another request")}


def make_router(context: Context, states: States, personal_data: PersonalDataStore, catalogue: Catalogue) -> APIRouter:
    """All routes."""
    submissions = SubmissionService(states, context.publish, personal_data, StoredKeys(context.store), catalogue)
    router = APIRouter()
    for part in (
        _lodging(submissions),
        _following(submissions),
        _catalogue(catalogue),
        _internal(personal_data, context.settings.service_token.get_secret_value()),
    ):
        router.include_router(part)
    return router


def _answer(outcome: Outcome | None, submission: str) -> Outcome | Response:
    if outcome is None:
        return JSONResponse(_pending(submission).model_dump(), status_code=202)
    return outcome


def _pending(submission: str) -> Pending:
    return Pending(submission_id=submission, look_at=f"/v1/submissions/{submission}")


def _reused(error: KeyReusedError) -> HTTPException:
    return HTTPException(409, str(error))


def _lodging(submissions: SubmissionService) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["submissions"])

    @router.post(
        "/submissions",
        response_model=Outcome,
        status_code=201,
        responses={200: {"model": Outcome, "description": "Not accepted, and why"}, **PENDING, **REUSED},
    )
    async def submit(body: Submission, response: Response, key: Key = None) -> Outcome | Response:
        """Lodge a dossier (nộp hồ sơ). 201: accepted, with receipt. 200: not accepted, and why. 202: look later.

        The same `Idempotency-Key` at the same unit is the same submission, however often it is sent; with another
        body it is refused (409).
        """
        submission = event_id("submission", body.receiving_unit, key or clock.random_reference())
        try:
            outcome = await submissions.submit(submission, body, keyed=key is not None)
        except KeyReusedError as error:
            raise _reused(error) from None
        if outcome is not None and outcome.dossier_code is None:
            response.status_code = 200
        return _answer(outcome, submission)

    @router.get("/submissions/{submission}", response_model=Outcome, responses={**PENDING, **NOT_FOUND})
    async def look_at_submission(submission: SubmissionId) -> Outcome | Response:
        """Tell what became of a submission."""
        return _answer(await submissions.outcome(submission), submission)

    @router.get("/dossiers/{code}", responses=NOT_FOUND)
    async def look_at_dossier(code: DossierCode) -> Outcome:
        """Tell what became of a dossier, by the code on the receipt."""
        found = await submissions.by_code(code)
        if found is None:
            raise HTTPException(404, f"no dossier {code}: check the code on the receipt")
        return found

    return router


def _following(submissions: SubmissionService) -> APIRouter:
    """Routes for what a citizen does after lodging."""
    router = APIRouter(
        prefix="/v1/submissions/{submission}", tags=["submissions"], responses={**NOT_FOUND, **REUSED, **PENDING}
    )

    async def act(submission: str, claim: claims.Claim, key: str | None, usual: str = "") -> None:
        if await submissions.outcome(submission) is None:
            raise HTTPException(404, f"no submission {submission} was judged yet")
        try:
            await submissions.act(submission, claim, key, usual)
        except KeyReusedError as error:
            raise _reused(error) from None

    @router.post("/supplements", response_model=Outcome)
    async def supplement(submission: SubmissionId, body: SupplementBody, key: Key = None) -> Outcome | Response:
        """Bring what is missing (bổ sung hồ sơ)."""
        await act(submission, body, key)
        brought = await submissions.until(submission, lambda progress: not set(progress.missing) & set(body.components))
        return _answer(brought, submission)

    @router.post("/payments", status_code=202)
    async def pay(submission: SubmissionId, body: PaymentBody, key: Key = None) -> Pending:
        """Pay what the dossier waits for (nghĩa vụ tài chính)."""
        await act(submission, body, key)
        return _pending(submission)

    @router.post("/withdrawal", response_model=Outcome)
    async def withdraw(submission: SubmissionId, key: Key = None) -> Outcome | Response:
        """Take the dossier back (rút hồ sơ)."""
        await act(submission, claims.Withdrawal(), key, "withdrawal")
        gone = await submissions.until(submission, lambda progress: progress.outcome == "withdrawn")
        return _answer(gone, submission)

    @router.post("/collection", response_model=Outcome)
    async def collect(submission: SubmissionId, body: CollectionBody, key: Key = None) -> Outcome | Response:
        """Hand over the result (trả kết quả)."""
        await act(submission, body, key, "collection")
        over = await submissions.until(submission, lambda progress: progress.outcome == "delivered")
        return _answer(over, submission)

    return router


def _catalogue(catalogue: Catalogue) -> APIRouter:
    router = APIRouter(prefix="/v1/procedures", tags=["procedures"])

    @router.get("")
    async def list_procedures() -> list[ProcedureListed]:
        """The procedures that can be asked for."""
        return [ProcedureListed.model_validate(listed, from_attributes=True) for listed in catalogue.values()]

    @router.get("/{code}", responses=NOT_FOUND)
    async def show_procedure(code: ProcedureCode) -> Procedure:
        """One procedure: checklist, channels, fee, limit, steps."""
        found = catalogue.get(code)
        if found is None:
            raise HTTPException(404, f"no procedure {code}: see /v1/procedures")
        return found

    return router


def _internal(personal_data: PersonalDataStore, token: str) -> APIRouter:
    """Routes for other services; closed unless a service token is set."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.get("/contacts/{reference}")
    async def contact(
        reference: Annotated[str, Path(max_length=64)], authorization: Annotated[str, Header()] = ""
    ) -> ContactTold:
        if not token or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(403, "set LIENTHONG_SERVICE_TOKEN to the same value in both services")
        found = await personal_data.get(reference)
        if found is None:
            raise HTTPException(404, "unknown or erased")
        return ContactTold.model_validate(found)

    return router
