"""Intake's outside world: the HTTP API and the vault of personal data.

A request is checked, its personal part put away under a random reference, the claim published, and the outcome awaited
in the store. So there is one way in, and every submission is in the streams.
"""

import asyncio
import hmac
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING

from chassis import clock
from chassis.app import Context
from chassis.loop import Message
from chassis.store import MongoStore
from contracts import claims
from contracts.envelope import Code, event_id, new_event
from contracts.procedures import Catalogue

SOURCE = "/portal/http"
OUTCOME_SECONDS = 5.0
POLL_SECONDS = 0.03

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=120)]
SubmissionId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]+$")]


class Body(BaseModel):
    """Base of all request bodies: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Applicant(Body):
    """Who applies (người nộp). Stays in intake's vault; events carry a reference."""

    name: str = Field(min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = Field(default=None, max_length=20, pattern=r"^\+?[0-9 ]{6,19}$")


class Submission(Body):
    """A dossier handed in at a counter, online or by post."""

    procedure: Code
    channel: claims.Channel
    receiving_unit: Code
    competent_agency: Code | None = None
    components: tuple[Code, ...] = Field(default=(), max_length=100)
    attributes: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=200)] | int | bool] = Field(
        default_factory=dict, max_length=50
    )
    applicant: Applicant | None = None
    language: Literal["vi", "en"] = "vi"


class Vault:
    """Names and addresses, under random references, one a submission."""

    def __init__(self, store: MongoStore) -> None:
        self._applicants = store.database.applicants

    async def prepare(self) -> None:
        """Create the index that keeps one applicant a submission."""
        await self._applicants.create_index([("submission", ASCENDING)], unique=True)

    async def put(self, submission: str, applicant: Applicant, language: str) -> str:
        """Put away; a repeated request gets the reference of the first."""
        kept = await self._applicants.find_one({"submission": submission})
        if kept is None:
            personal = {**applicant.model_dump(), "language": language}
            await self._applicants.update_one(
                {"submission": submission},
                {"$setOnInsert": {"_id": clock.random_reference(), **personal}},
                upsert=True,
            )
            kept = await self._applicants.find_one({"submission": submission})
        return str(kept["_id"]) if kept else ""

    async def get(self, reference: str) -> dict[str, Any] | None:
        """Name, email, phone and language; None if unknown or erased."""
        kept = await self._applicants.find_one({"_id": reference})
        return None if kept is None else {name: kept.get(name) for name in ("name", "email", "phone", "language")}


class Desk:
    """Turns requests into claims and waits for what becomes of them."""

    def __init__(self, context: Context, vault: Vault) -> None:
        self._store = context.store
        self._publish = context.publish
        self._vault = vault

    async def submit(self, submission: str, body: Submission) -> dict[str, Any] | None:
        """Lodge a dossier; its outcome, or None if that takes longer."""
        known = await self.outcome(submission)
        if known is not None:
            return known
        reference = await self._vault.put(submission, body.applicant, body.language) if body.applicant else None
        fields = body.model_dump(exclude={"applicant"})
        await self.claim(submission, claims.Application(**fields, applicant_ref=reference), "application")
        return await self.until(submission, lambda state: state["outcome"] != "new")

    async def claim(self, submission: str, claim: claims.Claim, key: str) -> None:
        """Publish a claim; the same key is the same claim."""
        data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
        event = new_event(
            data,
            source=SOURCE,
            subject=submission,
            time=clock.now(),
            correlationid=submission,
            unique=(key,),
        )
        await self._publish([Message(data.TYPE, submission.encode(), event.to_json().encode())])

    async def outcome(self, submission: str) -> dict[str, Any] | None:
        """What became of a submission, as far as the citizen may know; None before it was judged."""
        state = await self._store.state_of({"_id": submission})
        return None if state is None or state["outcome"] == "new" else _public(submission, state)

    async def until(self, submission: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        """Wait for the loop to get there; None if it takes too long."""
        try:
            async with asyncio.timeout(OUTCOME_SECONDS):
                while True:
                    state = await self._store.state_of({"_id": submission})
                    if state is not None and reached(state):
                        return _public(submission, state)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            return None


def _public(submission: str, state: dict[str, Any]) -> dict[str, Any]:
    return {
        "submission_id": submission,
        "outcome": state["outcome"],
        "dossier_code": state["code"] or None,
        "appointment_date": state["appointment"],
        "missing": state["missing"],
        "reason": state["reason"] or None,
    }


def make_router(context: Context, vault: Vault, catalogue: Catalogue) -> APIRouter:
    """The API of the one-stop unit and the portals."""
    router, desk = APIRouter(), Desk(context, vault)

    def answer(outcome: dict[str, Any] | None, submission: str, response: Response, done: int = 200) -> dict[str, Any]:
        if outcome is None:
            response.status_code = 202
            return {"submission_id": submission, "outcome": "pending", "look_at": f"/v1/submissions/{submission}"}
        response.status_code = done
        return outcome

    @router.post("/v1/submissions")
    async def submit(body: Submission, response: Response, key: Key = None) -> dict[str, Any]:
        """Lodge a dossier (nộp hồ sơ). 201: accepted, with receipt. 200: not accepted, and why. 202: look later."""
        token = key or clock.random_reference()
        submission = event_id("submission", body.receiving_unit, token)
        outcome = await desk.submit(submission, body)
        accepted = outcome is not None and outcome["dossier_code"] is not None
        return answer(outcome, submission, response, 201 if accepted else 200)

    @router.get("/v1/submissions/{submission}")
    async def look(submission: SubmissionId, response: Response) -> dict[str, Any]:
        """What became of a submission."""
        return answer(await desk.outcome(submission), submission, response)

    @router.get("/v1/dossiers/{code}")
    async def dossier(code: str) -> dict[str, Any]:
        """What became of a dossier, by the code on the receipt."""
        found = [_public(key, state) async for key, state in context.store.states({"state.code": code})]
        if not found:
            raise HTTPException(404, f"no dossier {code}: check the code on the receipt")
        return found[0]

    async def act(submission: str, claim: claims.Claim, key: str | None) -> None:
        if await desk.outcome(submission) is None:
            raise HTTPException(404, f"no submission {submission} was judged yet")
        await desk.claim(submission, claim, key or clock.random_reference())

    @router.post("/v1/submissions/{submission}/supplements")
    async def supplement(
        submission: SubmissionId, body: claims.Supplement, response: Response, key: Key = None
    ) -> dict[str, Any]:
        """Bring what is missing (bổ sung hồ sơ)."""
        await act(submission, body, key)
        brought = await desk.until(submission, lambda state: not set(state["missing"]) & set(body.components))
        return answer(brought, submission, response)

    @router.post("/v1/submissions/{submission}/payments", status_code=202)
    async def pay(submission: SubmissionId, body: claims.Payment, key: Key = None) -> dict[str, str]:
        """Pay what the dossier waits for (nghĩa vụ tài chính)."""
        await act(submission, body, key)
        return {"submission_id": submission, "look_at": f"/v1/submissions/{submission}"}

    @router.post("/v1/submissions/{submission}/withdrawal")
    async def withdraw(submission: SubmissionId, response: Response, key: Key = None) -> dict[str, Any]:
        """Take the dossier back (rút hồ sơ)."""
        await act(submission, claims.Withdrawal(), key or "withdrawal")
        gone = await desk.until(submission, lambda state: state["outcome"] == "withdrawn")
        return answer(gone, submission, response)

    @router.post("/v1/submissions/{submission}/collection")
    async def collect(
        submission: SubmissionId, body: claims.Collection, response: Response, key: Key = None
    ) -> dict[str, Any]:
        """Hand over the result (trả kết quả)."""
        await act(submission, body, key or "collection")
        over = await desk.until(submission, lambda state: state["outcome"] == "delivered")
        return answer(over, submission, response)

    @router.get("/v1/procedures")
    async def procedures() -> list[dict[str, Any]]:
        """The procedures that can be asked for."""
        return [one.model_dump(mode="json", include={"code", "name", "field", "level"}) for one in catalogue.values()]

    @router.get("/v1/procedures/{code}")
    async def procedure(code: str) -> dict[str, Any]:
        """One procedure: checklist, channels, fee, limit, steps."""
        found = catalogue.get(code)
        if found is None:
            raise HTTPException(404, f"no procedure {code}: see /v1/procedures")
        return found.model_dump(mode="json")

    router.include_router(_internal(vault, context.settings.service_token.get_secret_value()))
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
