"""Agencies: they take what is handed to them and finish it, now and then ask for money, and let some of it lie."""

import asyncio
import random

from chassis.runtime import clock
from contracts import claims, routing
from contracts.envelope import AnyEvent, new_event
from tests.faults.citizens import UNJUDGED_SECONDS
from tests.faults.insisting import REPEATED, Sender

ASKS_FOR_MONEY = 0.08
NEVER_WORKED_ON = 0.15
RATES = 0.6
TOLD = (routing.DossierTransferred, routing.DossierSuspended, routing.DossierResumed, routing.DossierCompleted)
"""What they hear."""


class Agencies:
    """All agencies of a trial, and the citizens' part in what they ask for.

    Args:
        sender: who sends what they say.
        seed: of all chance.
    """

    def __init__(self, sender: Sender, seed: int) -> None:
        self._sender, self._seed = sender, seed
        self._unpaid: dict[str, tuple[AnyEvent, routing.DossierTransferred]] = {}

    async def react(self, event: AnyEvent) -> None:
        """Do what an event calls for."""
        rng = random.Random(f"{self._seed}/{event.id}")
        match event.data:
            case routing.DossierTransferred() as data:
                await self._work(event, data, rng)
            case routing.DossierSuspended() as data:
                path = f"/v1/submissions/{event.correlationid}/payments"
                await self._sender.again("intake", path, {"amount": data.amount}, {"Idempotency-Key": event.id})
            case routing.DossierResumed() if event.subject in self._unpaid:
                handed_over, data = self._unpaid.pop(event.subject)
                await self._report(handed_over, data, claims.FinishedStep(step=data.step), rng)
            case routing.DossierCompleted() as data if rng.random() < RATES:
                await self._rate(event, data, rng)

    async def _work(self, event: AnyEvent, data: routing.DossierTransferred, rng: random.Random) -> None:
        """Take it, and finish it; now and then ask for money first, or let it lie until its date has passed."""
        if random.Random(f"{self._seed}/{event.subject}").random() < NEVER_WORKED_ON:
            return
        await self._report(event, data, claims.TookCustody(step=data.step), rng)
        if data.attempt == 1 and rng.random() < ASKS_FOR_MONEY:
            self._unpaid[event.subject] = (event, data)
            await self._report(event, data, claims.NeedsPayment(step=data.step, amount=50_000), rng)
            return
        await self._report(event, data, claims.FinishedStep(step=data.step), rng)

    async def _report(
        self, event: AnyEvent, data: routing.DossierTransferred, claim: claims.Claim, rng: random.Random
    ) -> None:
        reported = claims.AgencyReported.model_validate({"agency": data.to_agency, "claim": claim.model_dump()})
        made = new_event(
            reported,
            source=f"/agency/{data.to_agency}",
            subject=event.subject,
            time=max(clock.now(), event.time),
            correlationid=event.correlationid,
            unique=(data.step, data.attempt, data.to_agency, claim.model_dump_json()),
            causationid=event.id,
        )
        await self._sender.publish(made, rng)

    async def _rate(self, event: AnyEvent, data: routing.DossierCompleted, rng: random.Random) -> None:
        body = {
            "dossier": event.subject,
            "channel": "web",
            "holder": f"h-{rng.getrandbits(48):012x}",
            "agency": data.agency,
            "answers": {"7": rng.randint(0, 2)},
        }
        key = {"Idempotency-Key": event.id}
        answer = await self._sender.ask(
            "rating", "/v1/ratings", body, key, self._sender.acknowledged.ratings, "rating_id"
        )
        while answer["counted"] is None:
            await asyncio.sleep(UNJUDGED_SECONDS)
            answer = await self._sender.again("rating", "/v1/ratings", body, key, "rating_id")
        if rng.random() < REPEATED:
            await self._sender.again("rating", "/v1/ratings", body, key, "rating_id")
