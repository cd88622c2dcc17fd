"""Citizens: some come to the counter, by HTTP; for others a post office notes when it took their papers."""

import asyncio
import random
from datetime import timedelta

from chassis.runtime import clock
from contracts import claims
from contracts.envelope import new_event
from domain.procedures import load_catalogue, load_directory
from tests.faults.insisting import REPEATED, Sender

UNJUDGED_SECONDS = 15
"""A citizen who was told to look later asks again after so long."""

INCOMPLETE = 0.1
LATE_POST = 0.35
"""Share of the live dossiers that come by post, noted when they were handed in: their dates pass within minutes."""


class Citizens:
    """All citizens of a trial.

    Args:
        sender: who sends what they say.
        seed: of all chance.
    """

    def __init__(self, sender: Sender, seed: int) -> None:
        self._sender, self._seed = sender, seed
        units = [agency.code for agency in load_directory().agencies.values() if "one-stop" in agency.roles]
        self._units = sorted(units)[:6]
        self._procedures = [one for one in load_catalogue().values() if one.level == "commune" and not one.eligibility]

    async def at_the_counter(self, number: int) -> None:
        """File by HTTP, supplement what lacks, and now and then ask a second time."""
        rng = random.Random(f"{self._seed}/{number}")
        procedure, unit = rng.choice(self._procedures), rng.choice(self._units)
        required = [item.id for item in procedure.checklist if item.required]
        lacking = required[:1] if rng.random() < INCOMPLETE else []
        body = {
            "procedure": procedure.code,
            "channel": procedure.channels[0],
            "receiving_unit": unit,
            "components": [item for item in required if item not in lacking],
            "applicant": {"name": "Người nộp", "email": f"c{number}@example.org"} if rng.random() < 0.5 else None,
        }
        key = {"Idempotency-Key": f"faults-{self._seed}-{number}"}
        answer = await self._sender.ask(
            "intake", "/v1/submissions", body, key, self._sender.acknowledged.submissions, "submission_id"
        )
        while answer["outcome"] == "pending":
            await asyncio.sleep(UNJUDGED_SECONDS)
            answer = await self._sender.again("intake", "/v1/submissions", body, key)
        if lacking:
            path = f"/v1/submissions/{answer['submission_id']}/supplements"
            await self._sender.again("intake", path, {"components": lacking}, key)
        if rng.random() < REPEATED:
            await self._sender.again("intake", "/v1/submissions", body, key)

    async def by_post(self, number: int) -> None:
        """A post office notes when it took the papers: long ago enough that the date is near or past."""
        rng = random.Random(f"{self._seed}/{number}")
        procedure = rng.choice([one for one in self._procedures if "post" in one.channels])
        submission = f"post-{self._seed}-{number:06d}"
        claim = claims.Application(
            procedure=procedure.code,
            channel="post",
            receiving_unit=rng.choice(self._units),
            components=tuple(item.id for item in procedure.checklist if item.required),
        )
        event = new_event(
            claims.IntakeSubmitted(submission_id=submission, claim=claim),
            source="/portal/post",
            subject=submission,
            time=clock.now() - timedelta(days=rng.choice((1, 2, 3, 4)), seconds=rng.randint(0, 40_000)),
            correlationid=submission,
            unique=("application",),
        )
        await self._sender.publish(event, rng)
        self._sender.acknowledged.submissions.add(submission)
