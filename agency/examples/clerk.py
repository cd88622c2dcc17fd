"""A whole agency in one file: it does what it is asked, and heeds what happens meanwhile. Usage: clerk.py CREDENTIALS.

It passes `lienthong conformance`. What a real agency does between custody and the end of a step is left out, and what
it remembers here by dossier belongs into its own database.
"""

import asyncio
import sys
from datetime import timedelta

from contracts.claims import Claim, ExplainsDelay, FinishedStep, GivesOpinion, TookCustody
from contracts.envelope import AnyEvent
from lienthong_agency import Agency

OFFICER = "CB-0001"


class Clerk:
    """One officer's desk: the hand-overs that are under work, by dossier and step."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.known: set[str] = set()
        self.desk: dict[tuple[str, str], AnyEvent] = {}
        self.suspended: set[str] = set()
        self.ended: set[str] = set()

    async def work(self) -> None:
        """Do what every event asks for, for ever. The bus may give one twice: that changes nothing."""
        async for event in self.agency.events():
            if event.identity not in self.known:
                self.known.add(event.identity)
                await self.hear(event)

    async def hear(self, event: AnyEvent) -> None:
        """Do what one event asks for."""
        data, dossier = event.data, event.subject
        match event.type:
            case "dossier.transferred":
                for step in (data.from_step, *(other.step for other in data.also_ended)):
                    self.desk.pop((dossier, step), None)  # recalled, sent back or forwarded
                if self.agency.is_asked_by(event):
                    self.desk[dossier, data.step] = event
                    await self.say(event, TookCustody(step=data.step))
                    await self.finish(dossier, event)
            case "dossier.suspended":
                self.suspended.add(dossier)
            case "dossier.resumed":
                self.suspended.discard(dossier)
                await self.finish(dossier, event)
            case "dossier.withdrawn" | "dossier.completed":
                self.ended.add(dossier)
            case "consultation.requested" if self.agency.is_asked_by(event):
                await self.say(event, GivesOpinion(consultation=data.consultation, opinion="Thống nhất."))
            case "explanation.required" if self.agency.is_asked_by(event):
                await self.explain(event)

    async def finish(self, dossier: str, heard: AnyEvent) -> None:
        """Finish what lies on the desk, unless the dossier waits or is over."""
        for code, step in [place for place in self.desk if place[0] == dossier]:
            if dossier not in self.suspended | self.ended and await self.say(heard, FinishedStep(step=step)):
                del self.desk[code, step]

    async def explain(self, event: AnyEvent) -> None:
        """Say why it is late, and until when it will be done (giải trình)."""
        step = event.data.deadline.removeprefix("step:").partition("#")[0]
        plan = ExplainsDelay(
            step=step,
            cause="Lượng hồ sơ tăng đột biến.",
            owner=OFFICER,
            plan="Bố trí thêm người.",
            target=event.time + timedelta(days=10),
        )
        if event.data.deadline.startswith("step:"):
            await self.say(event, plan)

    async def say(self, heard: AnyEvent, claim: Claim) -> bool:
        """Report; whether it is accepted. One that the shop keeps waiting is not waited for here."""
        answer = await self.agency.report(heard, claim, officer=OFFICER, wait=5)
        print(heard.subject, claim.kind, answer, flush=True)
        return answer.accepted


async def main() -> None:
    """Work with the credentials that the command line names."""
    async with Agency.from_folder(sys.argv[1]) as agency:
        await Clerk(agency).work()


if __name__ == "__main__":
    asyncio.run(main())
