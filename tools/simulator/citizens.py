"""Citizens: they apply, bring missing items, pay, collect and rate. Pure, like `agents`."""

from datetime import datetime, timedelta
from random import Random

from contracts import claims
from contracts.claims import Channel
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived, DossierSupplementRequested
from contracts.rating import Indicator, RatingChannel, RatingSubmitted
from contracts.routing import DossierCompleted, DossierSuspended
from domain.worktime import shift
from tools.simulator.actions import Action
from tools.simulator.agents import Office
from tools.simulator.draws import draw, hours, minutes
from tools.simulator.profiles import Profile
from tools.simulator.read_model import Dossier
from tools.simulator.week import at_leisure

PORTAL = "/portal/simulated"
RATING = "/lienthong/rating"
"""Whose API the devices and portals on which citizens rate would call; it alone says that somebody rated."""

NEVER_ANSWER, BRING_PART = 0.08, 0.1
"""Shares of the citizens who are asked for something: they never come, or bring only a part of it."""

WITHDRAW, COLLECT, RATE = 0.008, 0.93, 0.4
"""Shares of the citizens who take their dossier back, who fetch the result, and of those the ones who rate."""

ANSWER_ONE = 0.93
"""Share of the indicators that somebody who rates answers."""

INDICATORS: tuple[Indicator, ...] = ("4", "5", "6", "7", "8", "9")
RATED_BY: dict[Channel, RatingChannel] = {"counter": "counter-device", "online": "web", "post": "phone"}


def submitted(submission: str, claim: claims.Claim, at: datetime, *unique: object, cause: str = "") -> Action:
    """A claim of the portal about a submission."""
    data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
    kind = getattr(claim, "kind", "")
    return Action(at, data, PORTAL, submission, submission, (kind, *unique), cause)


def _when(channel: Channel, since: datetime, delay: timedelta, office: Office, rng: Random) -> datetime:
    """A while later: online when people are awake, otherwise when the offices are open."""
    at = max(since + delay, office.now + minutes(rng, 1, 20))
    if channel == "online":
        return at_leisure(at, rng)
    return shift(office.calendar, at, minutes(rng, 1, 90))


def supplement(event: AnyEvent, channel: Channel, office: Office) -> list[Action]:
    """Something is missing: most bring it hours later, some only a part of it, a few never come."""
    data: DossierSupplementRequested = event.data
    rng = draw(office.seed, "supplement", data.submission_id, *data.missing)
    if rng.random() < NEVER_ANSWER:
        return []
    brought = data.missing[:1] if rng.random() < BRING_PART else data.missing
    at = _when(channel, event.time, hours(rng, 9), office, rng)
    return [submitted(data.submission_id, claims.Supplement(components=brought), at, event.id, cause=event.id)]


def pay(event: AnyEvent, channel: Channel, office: Office) -> list[Action]:
    """The dossier waits for a payment."""
    data: DossierSuspended = event.data
    rng = draw(office.seed, "payment", event.correlationid, data.step, data.amount)
    if rng.random() < NEVER_ANSWER:
        return []
    at = _when(channel, event.time, hours(rng, 5), office, rng)
    claim = claims.Payment(amount=data.amount)
    return [submitted(event.correlationid, claim, at, event.id, cause=event.id)]


def withdraw(event: AnyEvent, office: Office) -> list[Action]:
    """A dossier was received; a few citizens take theirs back."""
    data: DossierReceived = event.data
    rng = draw(office.seed, "withdraw", event.correlationid)
    if rng.random() >= WITHDRAW:
        return []
    at = _when(data.channel, event.time, hours(rng, 5), office, rng)
    return [submitted(event.correlationid, claims.Withdrawal(), at, cause=event.id)]


def collect(event: AnyEvent, dossier: Dossier, profile: Profile, office: Office) -> list[Action]:
    """The result is there: fetch it, and perhaps say how it was."""
    rng = draw(office.seed, "collect", event.correlationid)
    channel: Channel = dossier.received.channel if dossier.received else "counter"
    at = _when(channel, event.time, hours(rng, 5), office, rng)
    fetched = submitted(event.correlationid, claims.Collection(channel=channel), at, cause=event.id)
    if rng.random() >= COLLECT:
        return []
    return [fetched, *_rate(event, dossier, profile, fetched, rng)]


def _rate(event: AnyEvent, dossier: Dossier, profile: Profile, fetched: Action, rng: Random) -> list[Action]:
    """A citizen who waited too long rates more often, and gives fewer points."""
    if rng.random() >= RATE + 0.2 * dossier.late:
        return []
    data: DossierCompleted = event.data
    channel = dossier.received.channel if dossier.received else "counter"
    rating = RatingSubmitted(
        channel=RATED_BY[channel],
        holder=f"h-{rng.getrandbits(64):016x}",
        agency=data.agency,
        officer=data.officer,
        answers=_answers(profile.manners - 0.3 * dossier.late, rng),
    )
    at = at_leisure(fetched.at + minutes(rng, 2, 600), rng)
    return [Action(at, rating, RATING, event.subject, event.correlationid, ("rating",), event.id)]


def _answers(good: float, rng: Random) -> dict[Indicator, int]:
    """Points by indicator; one answer at least."""
    asked = [indicator for indicator in INDICATORS if rng.random() < ANSWER_ONE] or [INDICATORS[0]]
    fair = (1 - good) * 0.7
    return {indicator: rng.choices((2, 1, 0), (good, fair, max(0.0, 1 - good - fair)))[0] for indicator in asked}
