from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.rules.models import Cause, Kind, Occasion, RulesError, RuleSet, RuleSets
from domain.worktime.document import read_document

_SHIPPED = Path(__file__).with_name("rule_sets.yaml")


def load_rule_sets(path: Path | None = None) -> RuleSets:
    """Read the rule sets; without a path, the ones that are shipped.

    Raises:
        RulesError: naming the file, the place and the remedy.
    """
    return _read(path) if path else _shipped()


@cache
def _shipped() -> RuleSets:
    return _read(_SHIPPED)


def _read(path: Path) -> RuleSets:
    return RuleSets(MappingProxyType(read_document(path, _File, RulesError).rule_sets))


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_sets: dict[str, RuleSet] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _sets_know_their_name(cls, given: Any) -> Any:
        match given:
            case {"rule_sets": dict(sets)}:
                named = {
                    name: {"name": name, **fields} if isinstance(fields, dict) else fields
                    for name, fields in sets.items()
                }
                return given | {"rule_sets": named}
        return given

    @model_validator(mode="after")
    def _in_order_and_whole(self) -> Self:
        for earlier, later in pairwise(self.rule_sets.values()):
            if later.received_from <= earlier.received_from:
                raise ValueError(
                    f"{later.name} does not begin after {earlier.name}: give the sets in order of their days"
                )
        for rules in self.rule_sets.values():
            for given, wanted, what in (
                (rules.waits, Cause, "waits"),
                (rules.due_soon, Kind, "due_soon"),
                (rules.ladders, Occasion, "ladders"),
            ):
                if missing := set(get_args(wanted)) - set(given):
                    raise ValueError(f"{rules.name}: {what} says nothing of {min(missing)}: add it")
        return self
