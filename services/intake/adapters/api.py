"""The API of the one-stop unit and the portals; its OpenAPI document stands at /openapi.json."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Response

from chassis import clock
from chassis.app import Context
from contracts import claims
from contracts.envelope import event_id
from contracts.procedures import Catalogue
from services.intake.adapters.desk import CollectionBody, Desk, PaymentBody, Submission, SupplementBody
from services.intake.adapters.vault import Vault

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=120)]
SubmissionId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]+$")]
Outcome = dict[str, Any]


def make_router(context: Context, vault: Vault, catalogue: Catalogue) -> APIRouter:
    """All routes."""
    desk = Desk(context, vault)
    router = APIRouter()
    for part in (
        _lodging(desk),
        _following(desk),
        _catalogue(catalogue),
        _internal(vault, context.settings.service_token.get_secret_value()),
    ):
        router.include_router(part)
    return router


def _answer(outcome: Outcome | None, submission: str, response: Response, done: int = 200) -> Outcome:
    if outcome is None:
        response.status_code = 202
        return {"submission_id": submission, "outcome": "pending", "look_at": f"/v1/submissions/{submission}"}
    response.status_code = done
    return outcome


def _lodging(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/submissions")
    async def submit(body: Submission, response: Response, key: Key = None) -> Outcome:
        """Lodge a dossier (nộp hồ sơ). 201: accepted, with receipt. 200: not accepted, and why. 202: look later.

        The same `Idempotency-Key` at the same unit is the same submission, however often it is sent.
        """
        submission = event_id("submission", body.receiving_unit, key or clock.random_reference())
        outcome = await desk.submit(submission, body)
        accepted = outcome is not None and outcome["dossier_code"] is not None
        return _answer(outcome, submission, response, 201 if accepted else 200)

    @router.get("/submissions/{submission}")
    async def look(submission: SubmissionId, response: Response) -> Outcome:
        """What became of a submission."""
        return _answer(await desk.outcome(submission), submission, response)

    @router.get("/dossiers/{code}")
    async def dossier(code: str) -> Outcome:
        """What became of a dossier, by the code on the receipt."""
        found = await desk.by_code(code)
        if found is None:
            raise HTTPException(404, f"no dossier {code}: check the code on the receipt")
        return found

    return router


def _following(desk: Desk) -> APIRouter:
    """What a citizen does after lodging."""
    router = APIRouter(prefix="/v1/submissions/{submission}")

    async def act(submission: str, claim: claims.Claim, key: str | None) -> None:
        if await desk.outcome(submission) is None:
            raise HTTPException(404, f"no submission {submission} was judged yet")
        await desk.claim(submission, claim, key or clock.random_reference())

    @router.post("/supplements")
    async def supplement(
        submission: SubmissionId, body: SupplementBody, response: Response, key: Key = None
    ) -> Outcome:
        """Bring what is missing (bổ sung hồ sơ)."""
        await act(submission, body, key)
        brought = await desk.until(submission, lambda state: not set(state["missing"]) & set(body.components))
        return _answer(brought, submission, response)

    @router.post("/payments", status_code=202)
    async def pay(submission: SubmissionId, body: PaymentBody, key: Key = None) -> Outcome:
        """Pay what the dossier waits for (nghĩa vụ tài chính)."""
        await act(submission, body, key)
        return {"submission_id": submission, "look_at": f"/v1/submissions/{submission}"}

    @router.post("/withdrawal")
    async def withdraw(submission: SubmissionId, response: Response, key: Key = None) -> Outcome:
        """Take the dossier back (rút hồ sơ)."""
        await act(submission, claims.Withdrawal(), key or "withdrawal")
        gone = await desk.until(submission, lambda state: state["outcome"] == "withdrawn")
        return _answer(gone, submission, response)

    @router.post("/collection")
    async def collect(submission: SubmissionId, body: CollectionBody, response: Response, key: Key = None) -> Outcome:
        """Hand over the result (trả kết quả)."""
        await act(submission, body, key or "collection")
        over = await desk.until(submission, lambda state: state["outcome"] == "delivered")
        return _answer(over, submission, response)

    return router


def _catalogue(catalogue: Catalogue) -> APIRouter:
    router = APIRouter(prefix="/v1/procedures")

    @router.get("")
    async def procedures() -> list[Outcome]:
        """The procedures that can be asked for."""
        return [one.model_dump(mode="json", include={"code", "name", "field", "level"}) for one in catalogue.values()]

    @router.get("/{code}")
    async def procedure(code: str) -> Outcome:
        """One procedure: checklist, channels, fee, limit, steps."""
        found = catalogue.get(code)
        if found is None:
            raise HTTPException(404, f"no procedure {code}: see /v1/procedures")
        return found.model_dump(mode="json")

    return router


def _internal(vault: Vault, token: str) -> APIRouter:
    """What other services may ask; closed unless a service token is set."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.get("/contacts/{reference}")
    async def contact(reference: str, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        if not token or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(403, "set LIENTHONG_SERVICE_TOKEN to the same value in both services")
        found = await vault.get(reference)
        if found is None:
            raise HTTPException(404, "unknown or erased")
        return found

    return router
