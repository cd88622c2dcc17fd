"""The routes that show an applicant's addresses, and who has looked at them."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AwareDatetime

from chassis.runtime.http.access import Caller, Matter, allowed
from chassis.runtime.http.problem import documented
from services.intake.adapters.answers import ContactTold
from services.intake.adapters.contacts import AddressBook, Holders, HoldersUnknownError, Look
from services.intake.adapters.lodging_http import NOT_FOUND, DossierCode
from services.intake.adapters.personal_data import PersonalDataStore
from services.intake.adapters.submissions import SubmissionService
from services.intake.queries import Progress

Reference = Annotated[str, Path(max_length=64)]


def internal_router(addresses: AddressBook) -> APIRouter:
    """Routes for other services; closed unless a service token or an issuer is set."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.get("/contacts/{reference}")
    async def contact(reference: Reference, caller: Annotated[Caller, allowed("service", guarded=True)]) -> ContactTold:
        found = await addresses.personal_data.get(reference)
        await addresses.looks.record(caller, reference, "", shown=found is not None)
        if found is None:
            raise HTTPException(404, "unknown or erased")
        return ContactTold.model_validate(found)

    return router


def contacts_router(submissions: SubmissionService, addresses: AddressBook) -> APIRouter:
    """Routes for agencies and the auditor."""
    router = APIRouter(prefix="/v1", tags=["contacts"])

    @router.get(
        "/dossiers/{code}/contact",
        responses={**NOT_FOUND, 503: documented("Who holds the dossier is not known now: ask again later")},
    )
    async def contact_of_dossier(
        code: DossierCode, caller: Annotated[Caller, allowed("agency", guarded=True)]
    ) -> ContactTold:
        """The applicant's addresses, for the agency that holds the dossier now. Every look is recorded."""
        progress = await submissions.by_code(code)
        reference = await _own_reference(addresses.personal_data, progress)
        holding = frozenset[str]() if caller.plain else await _holding(addresses.holders, code)
        found = await addresses.personal_data.get(reference) if reference else None
        shown = found is not None and caller.may(Matter(subject="", agencies=holding))
        await addresses.looks.record(caller, reference, code, shown=shown)
        if found is None or not shown:
            raise HTTPException(404, f"no addresses of {code} for you: only who holds the dossier now may see them")
        return ContactTold.model_validate(found)

    @router.get("/contact-looks", dependencies=[allowed("auditor", guarded=True)])
    async def contact_looks(
        since: Annotated[AwareDatetime, Query(description="From this moment on; the first 500")],
    ) -> list[Look]:
        """Who looked at which addresses, and when; nothing of the persons themselves."""
        return [look async for look in addresses.looks.since(since)]

    return router


async def _own_reference(personal_data: PersonalDataStore, progress: Progress | None) -> str:
    """The reference to the applicant, if it was made for this very submission; else empty.

    References stand on the bus. Who lodges a dossier with another one's reference must not get that one's addresses.
    """
    if progress is None or not progress.reference:
        return ""
    own = await personal_data.submission_of(progress.reference) == progress.submission
    return progress.reference if own else ""


async def _holding(holders: Holders, code: str) -> frozenset[str]:
    try:
        return await holders.of(code)
    except HoldersUnknownError:
        raise HTTPException(
            503, "who holds the dossier is not known now; ask again later", {"Retry-After": "5"}
        ) from None
