import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.procedures.errors import ProcedureError
from domain.procedures.models import Level, Slug
from domain.worktime import Text
from domain.worktime.document import read_document

AgencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2}(\.\d{2}){0,3}$")]

Post = Literal["office", "one-stop-head", "head"]
"""The readers of an agency's letters: its office (văn thư), the head of its one-stop unit, its head (thủ trưởng)."""

ContactAddress = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9][A-Za-z0-9.+_-]*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$")
]

OFFICER_CODES = r"[A-Za-z][A-Za-z0-9.-]{0,38}[0-9]"
"""The form of officers' codes where a directory says nothing: ASCII letters, digits, dots and hyphens, a letter first
and a digit last. A wider form would let names and numbers pass; a narrower one would refuse codes that are in use."""

ONE_STOP: Literal["one-stop"] = "one-stop"
_SHIPPED = Path(__file__).with_name("agencies.yaml")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(_Data):
    """One agency of the province, or one of its units with a code of its own."""

    code: AgencyCode = Field(description="identification code, e.g. H29.16 or H29.16.05")
    name: Text = Field(description="the agency's name")
    level: Level = Field(description="the level of government it belongs to")
    roles: tuple[Slug, ...] = Field(min_length=1, description="the roles it plays in procedures")
    reports_to: AgencyCode | None = Field(
        default=None, description="the level above, which lateness is escalated to; only the highest agency has none"
    )
    serves: tuple[AgencyCode, ...] = Field(
        default=(),
        description="receiving units whose dossiers it takes before others of its role; empty for a whole area",
    )
    contacts: dict[Post, ContactAddress] = Field(
        default_factory=dict,
        description="official addresses of its posts, never of persons; what has none is told at `office`, and an "
        "agency without any is told by topics alone",
    )
    language: Literal["vi", "en"] = Field(default="vi", description="the language of letters to it")


@dataclass(frozen=True, slots=True)
class Directory:
    """The agencies of one province.

    Attributes:
        agencies: by code.
        roles: the names of the roles that they play.
        officer_codes: the form of officers' codes (mã công chức), a regular expression for the whole code.
    """

    agencies: Mapping[str, Agency]
    roles: Mapping[str, Text]
    officer_codes: str = OFFICER_CODES

    def is_officer_code(self, code: str) -> bool:
        """Tell whether a code has the form that officers' codes have here, which no name, number or address has."""
        return re.fullmatch(self.officer_codes, code) is not None

    def resolve(self, role: str, receiving_unit: str) -> str:
        """Code of the agency that plays a role for the dossiers of a receiving unit.

        The role `one-stop` is the receiving unit itself; any role it plays itself is its own; next comes the agency
        that serves this unit in particular, then the nearest one upwards: of all below the lowest common superior
        the one fewest levels down, and of these the one with the lowest code.

        Raises:
            ProcedureError: the unit is unknown, or no agency plays the role.
        """
        unit = self._known(receiving_unit)
        if role == ONE_STOP or role in unit.roles:
            return unit.code
        players = [agency for agency in self.agencies.values() if role in agency.roles]
        if not players:
            raise ProcedureError("agencies", role, "no agency plays this role", "give the role to an agency")
        return min(players, key=lambda agency: (unit.code not in agency.serves, *self._distance(unit, agency))).code

    def address(self, code: str, post: Post) -> str | None:
        """Where a post of an agency is written to; None where the agency takes no letters, or is not known."""
        contacts = self.agencies[code].contacts if code in self.agencies else {}
        return contacts.get(post) or contacts.get("office")

    def superiors(self, code: str) -> Iterator[Agency]:
        """The agencies above one, nearest first: the rungs of an escalation.

        Raises:
            ProcedureError: the code is unknown.
        """
        above = self._known(code).reports_to
        while above:
            agency = self.agencies[above]
            yield agency
            above = agency.reports_to

    def _distance(self, unit: Agency, agency: Agency) -> tuple[int, int, str]:
        ours = [unit.code, *(superior.code for superior in self.superiors(unit.code))]
        theirs = [agency.code, *(superior.code for superior in self.superiors(agency.code))]
        common = next(code for code in ours if code in theirs)
        return ours.index(common), theirs.index(common), agency.code

    def _known(self, code: str) -> Agency:
        if code not in self.agencies:
            raise ProcedureError("agencies", code, "there is no agency with this code", "use a code of the directory")
        return self.agencies[code]


def load_directory(path: Path | None = None) -> Directory:
    """Read the agencies of a province; without a path, the shipped example.

    Raises:
        ProcedureError: naming the file, the agency and the remedy.
    """
    path = path or _SHIPPED
    content = read_document(path, _File, ProcedureError)
    agencies: dict[str, Agency] = {}
    for agency in content.agencies:
        if agency.code in agencies:
            raise ProcedureError(path.name, agency.code, "the code is given twice", "keep the agency once")
        agencies[agency.code] = agency
    for agency in content.agencies:
        _check(path.name, agency, agencies, content.roles)
    _check_hierarchy(path.name, agencies)
    return Directory(MappingProxyType(agencies), MappingProxyType(content.roles), content.officer_codes)


def _check(file: str, agency: Agency, agencies: Mapping[str, Agency], roles: Mapping[str, Text]) -> None:
    for role in agency.roles:
        if role not in roles:
            raise ProcedureError(file, agency.code, f"unknown role {role}", "name the role under roles or correct it")
    for code in (*agency.serves, *([agency.reports_to] if agency.reports_to else [])):
        if code not in agencies:
            raise ProcedureError(
                file, agency.code, f"names the unknown agency {code}", "add the agency or correct the code"
            )


def _check_hierarchy(file: str, agencies: Mapping[str, Agency]) -> None:
    tops = [agency.code for agency in agencies.values() if agency.reports_to is None]
    if len(tops) != 1:
        found = ", ".join(tops) or "none"
        raise ProcedureError(file, "agencies", f"agencies without reports_to: {found}", "leave exactly one at the top")
    for agency in agencies.values():
        rung, seen = agency, {agency.code}
        while rung.reports_to:
            rung = agencies[rung.reports_to]
            if rung.code in seen:
                raise ProcedureError(file, agency.code, "reports to itself in the end", "mend reports_to on the way up")
            seen.add(rung.code)


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError("is no regular expression") from None
    return text


class _File(_Data):
    officer_codes: Annotated[str, AfterValidator(_expression)] = OFFICER_CODES
    roles: dict[Slug, Text] = Field(min_length=1)
    agencies: tuple[Agency, ...] = Field(min_length=1)
