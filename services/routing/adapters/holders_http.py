"""Who holds a dossier now (đang giữ hồ sơ): routing alone knows, and other services ask."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict

from chassis.runtime.http.access import allowed
from chassis.runtime.states import States
from contracts.envelope import DOSSIER_CODE_PATTERN
from services.routing import queries


class Holding(BaseModel):
    """The agencies that hold a dossier now; nobody does once it has ended."""

    model_config = ConfigDict(frozen=True)

    agencies: tuple[str, ...]


def holders_router(states: States) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.get("/dossiers/{code}/holders", dependencies=[allowed("service", guarded=True)])
    async def holders(code: Annotated[str, Path(pattern=DOSSIER_CODE_PATTERN)]) -> Holding:
        found = await states.state_of(queries.of_dossier(code))
        if found is None:
            raise HTTPException(404, f"no dossier {code}")
        return Holding(agencies=queries.holding(found))

    return router
