"""The HTTP side: why a date is what it is, and which dossiers are late and how that is explained."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import SkipJsonSchema

from chassis.core.service import Service
from chassis.runtime.http.access import Caller, Matter, allowed
from chassis.runtime.http.problem import documented
from chassis.runtime.states import States
from contracts.envelope import DOSSIER_CODE_PATTERN, LIVE, Code
from services.sla import queries
from services.sla.rules import Rules
from services.sla.state import State
from services.sla.views import DossierView, Entry, deadlines_of, entry_of

MOST = 500
"""Lines of the register in one answer."""

DossierPath = Annotated[str, Path(pattern=DOSSIER_CODE_PATTERN)]


class Register(BaseModel):
    """A page of the register. `next` is the code to go on after; null on the last page."""

    model_config = ConfigDict(frozen=True)

    entries: tuple[Entry, ...]
    next: str | None


def router(service: Service[State], rules: Rules, states: States) -> APIRouter:
    """All routes of sla."""
    routes = APIRouter(prefix="/v1", tags=["sla"])

    @routes.get("/dossiers/{code}/deadlines", responses={404: documented("No such dossier was received")})
    async def deadlines_of_dossier(
        code: DossierPath,
        caller: Annotated[Caller, allowed("counter", "agency", "leader", "operator", "auditor", receipt=True)],
    ) -> DossierView:
        """Every deadline of a dossier: when it is due, and why, in Vietnamese and English (vì sao là ngày này)."""
        found = await states.state_of(queries.of_dossier(code))
        state = service.restore(found) if found else None
        view = deadlines_of(state, rules) if state else None
        if state is None or view is None or not caller.may(matter_of(state)):
            raise HTTPException(404, f"no dossier {code} was received: check the code on the receipt")
        return view

    @routes.get("/register", dependencies=[allowed("leader", "operator", "auditor")])
    async def backlog(
        after: Annotated[str, Query(max_length=64, description="`next` of the page before")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        explained: Annotated[
            bool | SkipJsonSchema[None], Query(description="Only what is explained, or only what is not")
        ] = None,
        timeline: Annotated[Code, Query(description="Of this clock: an import or a simulation has its own")] = LIVE,
    ) -> Register:
        """The backlog (hồ sơ tồn đọng): overdue and open; by code, with cause, owner, plan and target date."""
        wanted = queries.backlog(timeline, after, explained=explained)
        rows = [row async for row in states.states(wanted, limit + 1)]
        listed = [service.restore(state) for _, state in rows[:limit]]
        entries = tuple(entry_of(state) for state in listed if _in_register(state, explained))
        return Register(entries=entries, next=rows[limit - 1][0] if len(rows) > limit else None)

    return routes


def matter_of(state: State) -> Matter:
    """What a dossier is, as far as rights depend on it: whoever has or had a deadline in it is concerned."""
    agencies = frozenset(deadline.agency for deadline in state.deadlines)
    return Matter(state.correlation, state.unit, agencies)


def _in_register(state: State, explained: bool | None) -> bool:
    """Whether a state is what was asked for: one that was folded anew since it was found may not be."""
    backlog = state.phase == "open" and state.overdue and state.kind == "dossier"
    return backlog and explained in (None, state.explained)
