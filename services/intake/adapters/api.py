"""The API of the one-stop unit and the portals; its OpenAPI document stands at /openapi.json."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from chassis.runtime.app import Context
from chassis.runtime.http.access import allowed
from chassis.runtime.http.keys import StoredKeys
from chassis.runtime.states import States
from domain.procedures import Catalogue, Procedure
from services.intake.adapters.answers import ProcedureListed
from services.intake.adapters.contacts import AddressBook
from services.intake.adapters.contacts_http import contacts_router
from services.intake.adapters.following_http import following_router
from services.intake.adapters.lodging_http import NOT_FOUND, lodging_router
from services.intake.adapters.submissions import SubmissionService

ProcedureCode = Annotated[str, Path(max_length=40, pattern=r"^[0-9.]+$", description="For example 1.001193")]


def make_router(context: Context, states: States, catalogue: Catalogue, addresses: AddressBook) -> APIRouter:
    """All published routes."""
    submissions = SubmissionService(
        states, context.publish, addresses.personal_data, StoredKeys(context.store), catalogue
    )
    router = APIRouter()
    for part in (
        lodging_router(submissions),
        following_router(submissions),
        contacts_router(submissions, addresses),
        _catalogue(catalogue),
    ):
        router.include_router(part)
    return router


def _catalogue(catalogue: Catalogue) -> APIRouter:
    router = APIRouter(prefix="/v1/procedures", tags=["procedures"], dependencies=[allowed(public=True)])

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
