"""Agencies made with the kit: a right one, and others that are wrong in one way each."""

import asyncio
import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from chassis.runtime.clock import random_reference
from contracts.claims import ExplainsDelay, FinishedStep, TookCustody
from lienthong_agency import Agency

EXAMPLE = Path(__file__).parents[2] / "agency" / "examples" / "clerk.py"


def example() -> ModuleType:
    """The example program of the kit, as a module."""
    spec = importlib.util.spec_from_file_location("clerk", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Clerk = example().Clerk


@dataclass
class Changed:
    """A sender that changes what it is given."""

    agency: Agency
    key: bool = True
    signs: bool = True
    id: str = ""
    fields: dict = field(default_factory=dict)

    def __post_init__(self):
        self.sender, self.agency._sender = self.agency._sender, self

    async def send(self, key, value, headers):
        event = json.loads(value) | self.fields
        if self.id == "random":
            event["id"] = str(random_reference())
        if self.id == "by step":
            claim = event["data"]["claim"]
            event["id"] = f"{event['subject']}-{claim['kind']}-{claim.get('step')}"
        changed = json.dumps(event).encode()
        headers = [one for one in headers if self.signs or not one[0].startswith("lt-")]
        await self.sender.send(key if self.key else None, changed, headers)

    async def stop(self):
        await self.sender.stop()


class Forgetful(Clerk):
    """Does not know what it has read before, and gives every report a new id."""

    async def work(self):
        async for event in self.agency.events():
            await self.hear(event)


class Hasty(Clerk):
    """Finishes, then takes custody."""

    async def say(self, heard, claim):
        if isinstance(claim, TookCustody):
            await super().say(heard, FinishedStep(step=claim.step))
        return await super().say(heard, claim)


class Silent(Clerk):
    """Never explains."""

    async def say(self, heard, claim):
        return not isinstance(claim, ExplainsDelay) and await super().say(heard, claim)


class Meddler(Clerk):
    """Answers hand-overs to anybody."""

    async def hear(self, event):
        self.agency.is_asked_by = lambda event: event.type in ("dossier.transferred", "consultation.requested")
        await super().hear(event)


class Deaf(Clerk):
    """Does a step in four seconds, and does not look at what happens meanwhile."""

    async def finish(self, dossier, heard):
        if heard.type == "dossier.transferred":
            await asyncio.sleep(4)
            await self.say(heard, FinishedStep(step=heard.data.step))


class Blank(Clerk):
    """Has no opinion."""

    async def hear(self, event):
        if event.type != "consultation.requested":
            await super().hear(event)
