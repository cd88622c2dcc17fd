"""Agencies made with the kit: a right one, and others that are wrong in one way each."""

import asyncio
import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from chassis.runtime.clock import now, random_reference
from contracts.claims import FinishedStep, TookCustody
from lienthong_agency import Agency
from tools.operations.conformance.verdict import GRACE

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
        return await self.sender.send(key if self.key else None, changed, headers)

    async def stop(self):
        await self.sender.stop()


class Forgetful(Clerk):
    """Does not know what it has read before."""

    async def work(self):
        async for event in self.agency.events():
            await self.hear(event)


class Hasty(Clerk):
    """Finishes, then takes custody."""

    async def say(self, heard, claim):
        if isinstance(claim, TookCustody):
            await super().say(heard, FinishedStep(step=claim.step))
        return await super().say(heard, claim)

    async def finish(self, heard):
        pass


class Silent(Clerk):
    """Never explains."""

    async def explain(self, event):
        pass


class Meddler(Clerk):
    """Answers hand-overs to anybody, of the dossiers that come when it is there."""

    async def work(self):
        begun = now()
        self.agency.is_asked_by = lambda event: event.type == "dossier.transferred" and event.time > begun
        await super().work()


class Deaf(Clerk):
    """Does a step in some seconds, and does not look at what happens meanwhile."""

    async def say(self, heard, claim):
        answer = await super().say(heard, claim)
        if isinstance(claim, TookCustody):
            await asyncio.sleep(GRACE.total_seconds() + 0.5)
            await super().say(heard, FinishedStep(step=claim.step))
        return answer

    async def finish(self, heard):
        pass


class Blank(Clerk):
    """Has no opinion."""

    async def hear(self, event):
        if event.type != "consultation.requested":
            await super().hear(event)
