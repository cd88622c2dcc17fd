"""Agencies: they plan claims when a dossier is handed to them. Pure: an event, habits and dice give the claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from contracts import claims
from contracts.envelope import AnyEvent
from contracts.routing import ConsultationRequested, DossierTransferred, ReportRejected
from contracts.sla import WHOLE, ExplanationRequired
from domain.worktime import Calendar, between, shift
from tools.simulator.actions import Action, Rest
from tools.simulator.draws import about, draw, hours, minutes
from tools.simulator.profiles import Profile
from tools.simulator.read_model import Dossier

USUAL = timedelta(hours=4)
"""Working time for a step without a deadline."""

DIFFICULTY = 0.45
"""How much dossiers differ."""

ROUTINE = 0.6
"""First steps only look through the papers and pass them on: they take less of their time than others."""

SHORTEST = timedelta(minutes=6)
"""Working time. Nobody does anything faster."""

UNPLEASANT = "Hồ sơ còn sai sót, đề nghị xử lý lại."
LACKING = "Cần thêm giấy tờ để thẩm tra."
CAUSES = ("Lượng hồ sơ tăng đột biến.", "Chờ ý kiến của đơn vị phối hợp.", "Cán bộ phụ trách nghỉ phép.")
REMEDY = "Bố trí thêm người, xử lý dứt điểm."
QUESTION = "Đề nghị cho ý kiến về nội dung thuộc lĩnh vực quản lý."
OPINION = "Thống nhất với đề nghị."
ANSWER_WITHIN = "8 working-hours"


@dataclass(frozen=True)
class Office:
    """The knowledge that all agencies share: the dice's seed, working hours, the time, and the other agencies."""

    seed: int
    calendar: Calendar
    now: datetime
    agencies: tuple[str, ...] = ()

    def later(self, since: datetime, work: timedelta, rng: Random) -> datetime:
        """After so much working time; nobody can act before now."""
        return max(shift(self.calendar, since, max(work, SHORTEST)), self.now + minutes(rng, 0.5, 8))


@dataclass(frozen=True)
class Assignment:
    """What one agency has to do on one dossier: a step, and who does it."""

    event: AnyEvent
    data: DossierTransferred
    officer: str

    def report(self, at: datetime, claim: claims.Claim, *, then: tuple[Rest, ...] = ()) -> Action:
        """A claim about this step; made once."""
        return report(self.event, self.data.to_agency, self.officer, claim, at, self.data.attempt, then=then)

    def finished(self, at: datetime) -> Action:
        """The step is done."""
        return self.report(at, claims.FinishedStep(step=self.data.step))


def report(
    cause: AnyEvent,
    agency: str,
    officer: str,
    claim: claims.Claim,
    at: datetime,
    *unique: object,
    then: tuple[Rest, ...] = (),
) -> Action:
    """An agency's report on the dossier that the cause speaks of."""
    return Action(
        at=at,
        data=claims.AgencyReported.model_validate({"agency": agency, "officer": officer, "claim": claim.model_dump()}),
        source=f"/agency/{agency}",
        subject=cause.subject,
        submission=cause.correlationid,
        unique=(agency, claim.model_dump_json(include={"kind", "step"}), *unique),
        cause=cause.id,
        then=then,
    )


def take_on(event: AnyEvent, dossier: Dossier, profile: Profile, items: Sequence[str], office: Office) -> list[Action]:
    """A dossier was handed over: acknowledge it, and do something about it.

    Args:
        event: `dossier.transferred`.
        dossier: what is known of it.
        profile: of the agency that it is handed to.
        items: what a citizen can be asked for again.
        office: what everybody knows.
    """
    data: DossierTransferred = event.data
    rng = draw(office.seed, "work", event.correlationid, data.step, data.attempt, data.to_agency)
    task = Assignment(event, data, rng.choice(profile.officers))
    backlog, work = hours(rng, profile.backlog), _work(event, dossier, profile, office, rng)
    taken = office.later(event.time, backlog, rng)
    # The work began when it could begin; that we hear of the hand-over only at a window's end delays no agency.
    done = max(shift(office.calendar, event.time, backlog + work), taken + minutes(rng, 1, 8))
    silent = rng.random() < profile.forgets
    custody = [] if silent else [task.report(taken, claims.TookCustody(step=data.step))]
    wish = _wish(task, dossier, profile, items, rng)
    if wish is None:
        main = _finished(task, done, profile, office, rng)
    else:
        at = taken + (done - taken) / 2
        asks = isinstance(wish, claims.NeedsSupplement | claims.NeedsPayment)
        main = task.report(at, wish, then=(Rest(task.finished(at), work / 2),) if asks else ())
    return [
        *custody,
        main,
        *_question(task, taken, dossier, profile, office),
        *_impossible(task, dossier, profile, office, rng),
    ]


def _question(task: Assignment, taken: datetime, dossier: Dossier, profile: Profile, office: Office) -> list[Action]:
    """Now and then another agency's opinion is needed; the work goes on meanwhile."""
    rng = draw(office.seed, "ask", task.event.correlationid, task.data.step, task.data.attempt, task.data.to_agency)
    others = _strangers(dossier, office)
    if not others or rng.random() >= profile.consults:
        return []
    claim = claims.AsksOpinion(
        step=task.data.step, of_agency=rng.choice(others), question=QUESTION, limit=ANSWER_WITHIN
    )
    return [task.report(taken + minutes(rng, 1, 5), claim)]


def opine(event: AnyEvent, profile: Profile, office: Office) -> list[Action]:
    """An opinion is asked for; most agencies give one, some too late."""
    data: ConsultationRequested = event.data
    rng = draw(office.seed, "opine", event.correlationid, data.consultation)
    if rng.random() >= profile.opines:
        return []
    at = office.later(event.time, hours(rng, 5), rng)
    claim = claims.GivesOpinion(consultation=data.consultation, opinion=OPINION)
    return [report(event, data.agency, rng.choice(profile.officers), claim, at, data.consultation)]


def _work(event: AnyEvent, dossier: Dossier, profile: Profile, office: Office, rng: Random) -> timedelta:
    """Working time that this step takes here."""
    data: DossierTransferred = event.data
    limit = between(office.calendar, event.time, data.deadline) if data.deadline else USUAL
    # Some dossiers are difficult for everybody: that is what makes a whole dossier late, not one slow step.
    difficulty = about(draw(office.seed, "difficulty", event.correlationid), 1, DIFFICULTY)
    routine = 1.0 if dossier.before(data.step) else ROUTINE
    share = about(rng, profile.pace, profile.spread) * difficulty * routine
    return max(timedelta(seconds=round(limit.total_seconds() * share)), SHORTEST)


def _wish(
    task: Assignment, dossier: Dossier, profile: Profile, items: Sequence[str], rng: Random
) -> claims.Claim | None:
    """The claim by which an agency asks others for something before it finishes; None if it simply does the step."""
    step, before = task.data.step, dossier.before(task.data.step)
    if task.data.attempt > 1 or not before:
        return None
    shares = {
        "return": profile.sends_back,
        "supplement": profile.needs_supplement if items else 0,
        "payment": profile.needs_payment,
        "forward": profile.hands_up if profile.upstairs else 0,
    }
    match rng.choices([*shares, "nothing"], [*shares.values(), max(0.0, 1 - sum(shares.values()))])[0]:
        case "return":
            return claims.SentBack(step=step, to_step=rng.choice(before), reason=UNPLEASANT)
        case "supplement":
            return claims.NeedsSupplement(step=step, missing=(rng.choice(items),), reason=LACKING)
        case "payment":
            return claims.NeedsPayment(step=step, amount=rng.randint(5, 300) * 10_000)
        case "forward":
            return claims.Forwards(step=step, to_agency=profile.upstairs or "")
        case _:
            return None


def _finished(task: Assignment, done: datetime, profile: Profile, office: Office, rng: Random) -> Action:
    action = task.finished(done)
    if rng.random() >= profile.writes_late:
        return action
    told = shift(office.calendar, done, hours(rng, 5))
    return replace(action, at=told, data=action.data.model_copy(update={"occurred_at": done}))


def _impossible(task: Assignment, dossier: Dossier, profile: Profile, office: Office, rng: Random) -> list[Action]:
    """Now and then somebody reports what can not be: routing has to reject it."""
    if rng.random() >= profile.impossible:
        return []
    strangers = _strangers(dossier, office)
    at = office.later(task.event.time, hours(rng, 1.5), rng)
    done = claims.FinishedStep(step=task.data.step)
    agency, code, claim = rng.choice(
        [
            (rng.choice(strangers or [task.data.to_agency]), task.event.subject, done),
            (task.data.to_agency, task.event.subject, claims.FinishedStep(step="no-such-step")),
            (task.data.to_agency, task.event.subject, claims.HasResult()),
            (task.data.to_agency, f"{task.event.subject}0", done),
        ]
    )
    wrong = report(task.event, agency, task.officer, claim, at, "impossible", task.data.step, task.data.attempt)
    return [Action(**{**vars(wrong), "subject": code, "honest": False})]


def _strangers(dossier: Dossier, office: Office) -> list[str]:
    """Agencies that have no part in a dossier."""
    return [code for code in office.agencies if code not in {step.agency for step in dossier.route}]


def mend(event: AnyEvent, action: Action, office: Office) -> Rest | None:
    """An honest report was rejected: what the agency does instead, and after how much working time."""
    data: ReportRejected = event.data
    rng = draw(office.seed, "mend", event.correlationid, *action.unique)
    rest = minutes(rng, 15, 60)
    if data.code == "suspended":
        return Rest(action, rest)
    reported = action.data
    if isinstance(reported, claims.AgencyReported) and isinstance(reported.claim, claims.SentBack):
        done = claims.FinishedStep(step=reported.claim.step)
        return Rest(report(event, data.agency, reported.officer or "", done, action.at, "instead"), rest)
    return None


def explain(event: AnyEvent, dossier: Dossier, profile: Profile, office: Office) -> list[Action]:
    """An explanation of a delay is required; most agencies give one."""
    data: ExplanationRequired = event.data
    held = [step for step, agency in dossier.holders.items() if agency == data.agency]
    step = held[-1:] if data.deadline == WHOLE else [data.deadline.removeprefix("step:").rpartition("#")[0]]
    rng = draw(office.seed, "explain", event.correlationid, data.deadline, data.agency)
    if rng.random() >= profile.explains or not step:
        return []
    at = office.later(event.time, hours(rng, 3), rng)
    claim = claims.ExplainsDelay(
        step=step[0],
        cause=rng.choice(CAUSES),
        owner=f"{data.agency}-ld01",
        plan=REMEDY,
        target=shift(office.calendar, at, hours(rng, 6)),
    )
    return [report(event, data.agency, rng.choice(profile.officers), claim, at, event.id)]
