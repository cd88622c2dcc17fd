from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from domain.worktime import ZONE, DataError, Effect, Limit

Kind = Literal["dossier", "step", "consultation", "feedback"]
"""Things that have a deadline."""

Cause = Literal["supplement", "payment", "consultation", "force-majeure"]
Occasion = Literal["dossier", "step", "consultation", "feedback", "explanation-missing", "second-breach"]
Certainty = Literal["press", "analysis", "memory", "design"]

V = TypeVar("V")


class RulesError(DataError):
    """The rule sets are broken or contradict themselves."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Setting(_Data, Generic[V]):
    """One value with its source and how sure it is."""

    value: V = Field(description="what is set")
    source: str = Field(min_length=1, description="where it comes from")
    certainty: Certainty = Field(description="how sure that is")


def _worked(limit: Limit) -> Limit:
    if not limit.worked:
        raise ValueError(f"{limit} is no working time: give working-hours or working-days")
    return limit


def _clock(given: Any) -> Any:
    return time.fromisoformat(given) if isinstance(given, str) else given


WorkingTime = Annotated[Limit, AfterValidator(_worked)]
"""A limit in working hours or working days."""

Rung = Literal["one-stop-head", "agency-head", "level-above"]
Hours = Annotated[int, Field(ge=0, le=10_000)]

Ladder = dict[Rung, Hours]
"""Rungs in the order they are climbed, each with its delay in working hours."""


class Waiting(_Data):
    """The effect of one cause of waiting on the clock of the whole dossier, and on that of an open step."""

    dossier: Setting[Effect]
    step: Setting[Effect]


class Form04(_Data):
    """The apology with a new date (Mẫu 04, thư xin lỗi và hẹn lại)."""

    times: Setting[Annotated[int, Field(ge=0, le=1)]] = Field(description="how often a new date may be given")
    wait: Setting[Hours] = Field(description="working hours after the missed moment, for an explanation's target")
    new_date: Setting[Limit] = Field(description="from the missed moment, where no agency told a target")
    signer: Setting[Rung] = Field(description="whose head signs")
    in_person_from: Setting[WorkingTime] = Field(description="delay from which the apology is made in person")


class RuleSet(_Data):
    """The rules for dossiers received from one day on (bộ quy tắc)."""

    name: str = Field(min_length=1, max_length=40, description="short name, for example ND118")
    law: str = Field(min_length=1, description="the decree")
    received_from: date = Field(description="first day of receipt, in Asia/Ho_Chi_Minh")
    waits: dict[str, Waiting] = Field(description="what each cause of waiting does")
    same_day_until: Setting[Annotated[time, BeforeValidator(_clock)]] = Field(
        description="what is due on the same day and comes later is due on the next working day"
    )
    due_soon: dict[Kind, Setting[WorkingTime]] = Field(description="warning before a deadline")
    ladders: dict[Occasion, Setting[Ladder]] = Field(description="who has to know, when")
    late_reports: Setting[WorkingTime] = Field(
        description="how late an agency may report what it did and have it count from when it did it"
    )
    explain_within: Setting[WorkingTime] = Field(description="time for an explanation of a delay")
    furthest_target: Setting[Limit] = Field(description="how far ahead of its report an explanation's target may lie")
    longest_opinion: Setting[Limit] = Field(description="the longest time that may be given for an opinion")
    form_04: Form04

    @property
    def late_from(self) -> int:
        """`same_day_until` as seconds after local midnight."""
        at = self.same_day_until.value
        return at.hour * 3600 + at.minute * 60 + at.second

    def effect(self, cause: str, kind: Kind) -> Effect:
        """The effect of a wait on a clock of this kind. A cause without a rule pauses it: the citizen is waited for."""
        waiting = self.waits.get(cause)
        if waiting is None:
            return "pauses"
        return waiting.dossier.value if kind == "dossier" else waiting.step.value

    def ladder(self, occasion: Occasion) -> tuple[tuple[Rung, timedelta], ...]:
        """Rungs with their delays in working time, in the order they are climbed."""
        climbed = sorted(self.ladders[occasion].value.items(), key=lambda rung: rung[1])
        return tuple((rung, timedelta(hours=hours)) for rung, hours in climbed)


@dataclass(frozen=True)
class RuleSets:
    """All rule sets, the oldest first."""

    by_name: Mapping[str, RuleSet]

    def on(self, received: datetime) -> RuleSet:
        """The rule set of a day of receipt; the oldest one for what is older still."""
        day = received.astimezone(ZONE).date()
        found = next(iter(self.by_name.values()))
        for rules in self.by_name.values():
            if rules.received_from <= day:
                found = rules
        return found
