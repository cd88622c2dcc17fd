import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.worktime import Limit, Text

Channel = Literal["counter", "online", "post"]
Level = Literal["commune", "province"]
Provenance = Literal["national-catalogue", "estimate"]
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChecklistItem(_Data):
    """One document of the dossier (thành phần hồ sơ)."""

    id: Slug = Field(description="names the item within its procedure")
    name: Text = Field(description="the document's name")
    required: bool = Field(default=True, description="whether the dossier is incomplete without it")
    original: int = Field(default=0, ge=0, description="how many originals are handed in")
    copies: int = Field(default=0, ge=0, description="how many copies are handed in")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.original + self.copies:
            raise ValueError("the item asks for no original and no copy")
        return self


class Condition(_Data):
    """A condition on a declared attribute. Exactly one of one_of, at_least and at_most is given."""

    attribute: Slug = Field(description="the declared attribute it looks at")
    one_of: tuple[str | bool, ...] | None = Field(default=None, min_length=1, description="the values that pass")
    at_least: int | None = Field(default=None, description="the smallest number that passes")
    at_most: int | None = Field(default=None, description="the largest number that passes")

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if sum(condition is not None for condition in (self.one_of, self.at_least, self.at_most)) != 1:
            raise ValueError("give exactly one of one_of, at_least and at_most")
        return self

    @property
    def numeric(self) -> bool:
        """It looks at a number, not at one of some values."""
        return self.one_of is None

    @property
    def kind_of_value(self) -> str:
        """What a value has to be, in words."""
        if self.one_of is None:
            return "has to be a whole number"
        listed = isinstance(self.one_of[0], bool)
        return "has to be true or false" if listed else f"has to be a word such as {self.one_of[0]}"

    def takes(self, value: object) -> bool:
        """Tell whether a value is of the kind that is asked for, whether it passes or not."""
        if self.one_of is None:
            return isinstance(value, int) and not isinstance(value, bool)
        if isinstance(self.one_of[0], bool):
            return isinstance(value, bool)
        return isinstance(value, str) and _WORD.fullmatch(value) is not None

    def met(self, declared: Mapping[str, Any]) -> bool:
        """The declared attribute passes. An absent one does not, nor one that is no number where that is meant."""
        value = declared.get(self.attribute)
        if self.one_of is not None:
            return isinstance(value, str | bool) and value in self.one_of
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return value >= self.at_least if self.at_least is not None else value <= (self.at_most or 0)

    def excludes(self, other: "Condition") -> bool:
        """No value can pass both."""
        if self.attribute != other.attribute or self.numeric != other.numeric:
            return False
        if self.one_of is not None and other.one_of is not None:
            return not any(value in other.one_of for value in self.one_of)
        floors = [condition.at_least for condition in (self, other) if condition.at_least is not None]
        ceilings = [condition.at_most for condition in (self, other) if condition.at_most is not None]
        return bool(floors and ceilings) and max(floors) > min(ceilings)


class EligibilityRule(Condition):
    """One condition on what the applicant declares."""

    id: Slug = Field(description="names the rule within its procedure")
    required: bool = Field(default=False, description="whether an absent attribute fails; otherwise it passes")
    reason: Text = Field(description="what the applicant is told when it fails")

    def holds(self, declared: Mapping[str, Any]) -> bool:
        """The declared attributes pass."""
        if declared.get(self.attribute) is None:
            return not self.required
        return self.met(declared)


class Step(_Data):
    """One step of the internal workflow (quy trình nội bộ), done by one agency."""

    id: Slug = Field(description="names the step within its procedure")
    name: Text = Field(description="what is done")
    role: Slug = Field(description="the role of the agency that does it")
    limit: Limit = Field(description="how long the step may take, from the moment its predecessors are all done")
    after: tuple[Slug, ...] = Field(
        default=(), description="steps that must be done first; empty for a first step, several for a join"
    )
    when: Condition | None = Field(
        default=None,
        description="what the dossier must declare for the step to be done; otherwise, and where it declares nothing, "
        "the step is left out and those after it follow those before it",
    )


class Source(_Data):
    """Where code and limit come from: the national catalogue as crawled (not checked with the portal), or an estimate.

    Fees, checklists, rules, steps and the steps' limits are estimates throughout.
    """

    code: Provenance = Field(description="where the code comes from")
    limit: Provenance = Field(description="where the whole limit comes from")


class Procedure(_Data):
    """One administrative procedure (thủ tục hành chính)."""

    code: Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")] = Field(description="national code, e.g. 1.001193")
    version: int = Field(
        gt=0, description="raised whenever the definition changes; dossiers keep the one they began with"
    )
    name: Text = Field(description="the procedure's name")
    field: Slug = Field(description="the field of administration, a key of `Catalogue.fields`")
    level: Level = Field(description="the level of government that decides")
    role: Slug = Field(description="the role of the agency that is competent")
    channels: tuple[Channel, ...] = Field(min_length=1, description="the ways in which it can be lodged")
    fee: int = Field(ge=0, description="fee in Vietnamese đồng")
    limit: Limit = Field(description="how long the whole procedure may take, from acceptance")
    due_soon: Limit | None = Field(
        default=None,
        description="how long before the appointment date it is due soon, where the rules' own does not do",
    )
    checklist: tuple[ChecklistItem, ...] = Field(min_length=1, description="what the dossier consists of")
    eligibility: tuple[EligibilityRule, ...] = Field(default=(), description="what the applicant must satisfy")
    steps: tuple[Step, ...] = Field(min_length=1, description="the workflow, as a graph without cycles")
    source: Source = Field(description="how sure code and limit are")

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        for kind, items in (("checklist", self.checklist), ("eligibility", self.eligibility)):
            ids = [item.id for item in items]
            if twice := {id_ for id_ in ids if ids.count(id_) > 1}:
                raise ValueError(f"{kind} gives the id {min(twice)} twice")
        return self

    @model_validator(mode="after")
    def _attributes_have_one_type(self) -> Self:
        conditions = self._conditions
        numbers = {condition.attribute for condition in conditions if condition.numeric}
        if both := numbers & {condition.attribute for condition in conditions if not condition.numeric}:
            raise ValueError(f"the attribute {min(both)} is a number in one place and one of some values in another")
        return self

    def undeclared(self, attributes: Mapping[str, Any]) -> str | None:
        """Say what is wrong about declared attributes: one that no rule or step asks for, or of another kind of value.

        None where all are as the procedure declares them. No value is quoted, and no name that does not look like one.
        """
        conditions = {condition.attribute: condition for condition in self._conditions}
        for name, value in attributes.items():
            if name not in conditions:
                known = ", ".join(sorted(conditions)) or "none"
                return f"an attribute that the procedure does not ask for; it asks for: {known}"
            if not conditions[name].takes(value):
                return f"{name}: {conditions[name].kind_of_value}"
        return None

    @property
    def _conditions(self) -> list[Condition]:
        return [*self.eligibility, *(step.when for step in self.steps if step.when)]
