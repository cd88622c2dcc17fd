"""How a log's own words become claims: the mapping file."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from contracts.claims import Channel
from contracts.envelope import DOSSIER_CODE_PATTERN, LIVE, Code
from domain.worktime.document import read_document
from domain.worktime.errors import DataError
from tools.importer.errors import ImportFailed
from tools.importer.times import check_format
from tools.importer.words import filled, placeholders

Name = Annotated[str, Field(min_length=1)]


def load_mapping(path: Path) -> "Mapping":
    """Read a mapping file.

    Raises:
        ImportFailed: naming the file, the field and the remedy.
    """
    try:
        return read_document(path, Mapping, DataError)
    except DataError as error:
        raise ImportFailed(f"mapping {error}") from error


def _not_live(timeline: str) -> str:
    if timeline == LIVE:
        raise ValueError("history never runs on the live timeline; choose another name, such as the log's")
    return timeline


def _known_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key if zone else zone
    except (KeyError, ValueError, OSError) as unknown:  # unknown, not a name at all, the name of a folder
        raise ValueError("not a time zone such as Asia/Ho_Chi_Minh") from unknown


def _known_format(form: str) -> str:
    if form:
        check_format(form)
    return form


def _one_character(delimiter: str) -> str:
    if len(delimiter) != 1:
        raise ValueError('not one character, such as ";" or "\\t"')
    return delimiter


def _known_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError as unknown:
        raise ValueError("not an encoding such as utf-8") from unknown
    return encoding


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseFields(_Strict):
    """Names of the case's attributes (XES), columns (CSV) or the dossier's attributes (OCEL); empty: the log has none.

    Without `start` a case starts with its first event.
    """

    id: Name
    start: str = ""
    end: str = ""
    deadline: str = ""
    channel: str = ""


STANDARD_LIFECYCLE = "lifecycle:transition"
"""The attribute's name in the lifecycle extension of IEEE 1849 (XES)."""


class EventFields(_Strict):
    """Names of the event's attributes (XES, OCEL) or columns (CSV); an empty one: the log has none.

    Leave `resource` out where the log names persons: no topic carries personal data.
    """

    activity: Name
    time: Name
    group: str = ""
    resource: str = ""
    id: str = Field(default="", description="Unique within its case; without one its place in the case counts")
    lifecycle: str = Field(default=STANDARD_LIFECYCLE, description="A log may be without this one")


Transitions = Annotated[frozenset[str], AfterValidator(lambda names: frozenset(name.casefold() for name in names))]
"""Names of transitions, in whatever case the log writes them."""


class Lifecycle(_Strict):
    """The meaning of each transition in an activity's lifecycle; an event without one finishes its step.

    All others are counted and not told: `suspend` and `resume` of the standard speak of somebody's work, and the clock
    of a dossier stands only for what the law names.
    """

    finishes: Transitions = frozenset({"complete"})
    takes: Transitions = frozenset({"start"})


class Related(_Strict):
    """Objects of an event: of a type, related by a qualifier, or both; without either, none."""

    type: str = ""
    qualifier: str = ""


class OcelShape(_Strict):
    """The meaning of the objects in an object-centric log (OCEL 2.0).

    Attributes:
        dossier: the type of the objects that are dossiers.
        qualifier: how an event has to be related to a dossier to be told of it; empty: in any way.
        steps: the types of the events that are told; empty: all.
        agency, officer: which related object of an event did it; of several the first counts.
    """

    dossier: Name
    qualifier: str = ""
    steps: frozenset[str] = frozenset()
    agency: Related = Related()
    officer: Related = Related()

    @property
    def related(self) -> Related:
        """The dossiers of an event."""
        return Related(type=self.dossier, qualifier=self.qualifier)


class CsvShape(_Strict):
    """How a CSV file is written."""

    delimiter: Annotated[str, AfterValidator(_one_character)] = ","
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8-sig"


Zone = Annotated[str, AfterValidator(_known_zone)]
"""A name of the time zone database."""


class Mapping(_Strict):
    """One log's mapping.

    Ids of events follow from the dossier code and the log's own ids. So a log that was played once must not be played
    again with codes mapped otherwise: the same id with other content is refused by every service.

    Attributes:
        timeline: the clock the history runs on.
        procedure: code of the procedure all cases are of.
        dossier_code: template over case attributes, for example ``RECEIPT.{concept:name}``.
        receiving_unit: who holds every dossier first.
        channels: how the log names the channels.
        default_channel: for cases that name none, or one that `channels` does not list.
        agency: template over ``{group}``.
        agencies: codes of groups that do not follow the template.
        no_group: what the log writes where no group did it; such an event stays with the holder.
        deadline: what a case without a deadline of its own has: the limit of its procedure, or none.
        ends_with: activities that end a case which has no end of its own.
        lifecycle: which transitions finish a step, and which take custody.
        default_zone: time zone of timestamps without one.
        zones: what zones in timestamps mean, where their names are not of the time zone database.
        time_format: as for `strptime`; empty: ISO 8601.
        ocel: of an object-centric log, what is what.
    """

    timeline: Annotated[str, Field(pattern=DOSSIER_CODE_PATTERN, max_length=60), AfterValidator(_not_live)]
    procedure: Code
    dossier_code: Name
    receiving_unit: Code
    case: CaseFields
    event: EventFields
    channels: dict[str, Channel] = Field(default_factory=dict)
    default_channel: Channel = "counter"
    agency: str = "{group}"
    agencies: dict[str, Code] = Field(default_factory=dict)
    no_group: frozenset[str] = frozenset()
    deadline: Literal["from-procedure", "none"] = "none"
    ends_with: frozenset[str] = frozenset()
    lifecycle: Lifecycle = Lifecycle()
    default_zone: Zone = ""
    zones: dict[Name, Zone] = Field(default_factory=dict)
    time_format: Annotated[str, AfterValidator(_known_format)] = ""
    csv: CsvShape = CsvShape()
    ocel: OcelShape | None = None

    @model_validator(mode="after")
    def _templates_hold_what_tells_apart(self) -> Self:
        if self.case.id not in placeholders(self.dossier_code):
            raise ValueError(f"dossier_code needs {{{self.case.id}}}, or all dossiers get one code")
        if placeholders(self.agency) != {"group"}:
            raise ValueError("agency needs {group} and no other placeholder, for example NL.{group}")
        return self

    @property
    def case_names(self) -> frozenset[str]:
        """Every case attribute the import looks at."""
        return frozenset(self.case.model_dump().values()) - {""} | placeholders(self.dossier_code)

    @property
    def event_names(self) -> frozenset[str]:
        """Every event attribute the import looks at."""
        return frozenset(self.event.model_dump().values()) - {""}

    @property
    def source(self) -> str:
        """The source of all events that are made of the log."""
        return source_of(self.timeline)

    def code_of(self, values: dict[str, str]) -> str:
        """The dossier code of the case with these attributes; empty where one of them is missing."""
        return filled(self.dossier_code, values)

    def agency_of(self, group: str) -> str:
        """Code of the agency that a group of the log stands for."""
        return self.agencies.get(group) or filled(self.agency, {"group": group})


def source_of(timeline: str) -> str:
    """The source that all events of an import name."""
    return f"/import/{timeline}"


def is_submission_id(code: str) -> bool:
    """Tell whether a dossier code can serve as the submission's id too."""
    return len(code) >= SHORTEST_CODE and re.fullmatch(DOSSIER_CODE_PATTERN, code) is not None


SHORTEST_CODE = 8
"""A submission's id has at least this many characters, and an imported dossier's code is its submission's id."""
