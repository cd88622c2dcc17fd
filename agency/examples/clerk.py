"""A whole agency in one file: it does what it is asked, and heeds what happens meanwhile. Usage: clerk.py CREDENTIALS.

It passes `lienthong conformance`. What a real agency does between custody and the end of a step is left out, and what
it remembers here by dossier belongs into its own database.
"""

import asyncio
import sys
from datetime import timedelta

from contracts.claims import Claim, ExplainsDelay, FinishedStep, GivesOpinion, TookCustody
from contracts.envelope import AnyEvent
from lienthong_agency import Agency, Answer

OFFICER = "CB-0001"
WAIT = 2.0
"""Seconds. Answers come within one; some reports wait there for what they follow from, and need not be waited for."""


class Clerk:
    """One officer's desk: which steps lie on it, by dossier and step, and what was reported of them."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.known: set[str] = set()
        self.desk: set[tuple[str, str]] = set()
        self.reported: dict[str, tuple[str, str]] = {}
        self.suspended: set[str] = set()

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
                    self.desk.discard((dossier, step))  # recalled, sent back or forwarded
                if self.agency.is_asked_by(event):
                    self.desk.add((dossier, data.step))
                    await self.say(event, TookCustody(step=data.step))
            case "dossier.acknowledged" if data.agency == self.agency.code:
                await self.finish(event)
            case "dossier.suspended":
                self.suspended.add(dossier)
            case "dossier.resumed":
                self.suspended.discard(dossier)
                await self.finish(event)
            case "report.rejected" if data.code == "suspended" and data.report_id in self.reported:
                self.desk.add(self.reported[data.report_id])  # until it is resumed
            case "dossier.withdrawn" | "dossier.completed":
                self.desk -= {place for place in self.desk if place[0] == dossier}
            case "consultation.requested" | "explanation.required" if self.agency.is_asked_by(event):
                await self.answer(event)

    async def answer(self, event: AnyEvent) -> None:
        """Give the opinion or the explanation that is asked for."""
        if event.type == "consultation.requested":
            opinion = GivesOpinion(consultation=event.data.consultation, opinion="Thống nhất.")
            await self.say(event, opinion)
        else:
            await self.explain(event)

    async def finish(self, heard: AnyEvent) -> None:
        """Finish what lies on the desk of this dossier, unless it waits."""
        for dossier, step in sorted(self.desk):
            if dossier == heard.subject and dossier not in self.suspended:
                self.desk.discard((dossier, step))
                answer = await self.say(heard, FinishedStep(step=step))
                self.reported[answer.report.id] = dossier, step

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

    async def say(self, heard: AnyEvent, claim: Claim) -> Answer:
        """Report, and tell what became of it. One that the installation keeps waiting is not waited for here."""
        answer = await self.agency.report(heard, claim, officer=OFFICER, wait=WAIT)
        print(heard.subject, getattr(claim, "kind", ""), answer, flush=True)
        return answer


async def main() -> None:
    """Work with the credentials that the command line names."""
    async with Agency.from_folder(sys.argv[1]) as agency:
        await Clerk(agency).work()


if __name__ == "__main__":
    asyncio.run(main())
