from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.procedures.directory import Directory, load_directory
from domain.procedures.errors import ProcedureError
from domain.procedures.graph import flaws
from domain.procedures.models import Procedure, Slug
from domain.worktime import Text
from domain.worktime.document import read_document

_SHIPPED = Path(__file__).with_name("fields")


@dataclass(frozen=True, slots=True)
class Catalogue(Mapping[str, Procedure]):
    """The procedures by code, in the order of their files, and the names of the fields by id."""

    procedures: Mapping[str, Procedure]
    fields: Mapping[str, Text]

    def __getitem__(self, code: str) -> Procedure:
        return self.procedures[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.procedures)

    def __len__(self) -> int:
        return len(self.procedures)


def load_catalogue(path: Path | None = None, directory: Directory | None = None) -> Catalogue:
    """Read a folder of YAML files, one per field of administration; without a path, the shipped ones.

    Args:
        path: the folder.
        directory: whose roles the procedures may use; without one, the shipped directory.

    Raises:
        ProcedureError: naming the file, the procedure and step, and the remedy.
    """
    catalogue, faults = inspect_catalogue(path, directory)
    for fault in faults:
        raise fault
    return catalogue


def inspect_catalogue(
    path: Path | None = None, directory: Directory | None = None
) -> tuple[Catalogue, list[ProcedureError]]:
    """The same, but whatever is wrong is listed: what could be read, and every fault that was found.

    Raises:
        ProcedureError: the folder has no files.
    """
    roles = (directory or load_directory()).roles
    procedures: dict[str, Procedure] = {}
    fields: dict[str, Text] = {}
    faults: list[ProcedureError] = []
    for file in _files(path or _SHIPPED):
        try:
            content = read_document(file, _File, ProcedureError)
        except ProcedureError as fault:
            faults.append(fault)
            continue
        fields[content.field.id] = Text(vi=content.field.vi, en=content.field.en)
        for procedure in content.procedures.values():
            faults += _faults(file.name, procedure, roles, procedures)
            procedures.setdefault(procedure.code, procedure)
    return Catalogue(MappingProxyType(procedures), MappingProxyType(fields)), faults


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ProcedureError(folder.name, "folder", "there are no *.yaml files", "give the folder of the fields' files")
    return files


def _faults(
    file: str, procedure: Procedure, roles: Mapping[str, Text], others: Mapping[str, Procedure]
) -> Iterator[ProcedureError]:
    for flaw in flaws(procedure.steps, procedure.eligibility):
        yield ProcedureError(file, f"{procedure.code}.steps.{flaw.step}", flaw.problem, flaw.remedy)
    places = {f"{procedure.code}.steps.{step.id}": step.role for step in procedure.steps}
    for place, role in {procedure.code: procedure.role, **places}.items():
        if role not in roles:
            yield ProcedureError(file, place, f"unknown role {role}", f"choose from {', '.join(sorted(roles))}")
    if procedure.code in others:
        found = f"the code is also under {others[procedure.code].field}"
        yield ProcedureError(file, procedure.code, found, "keep it in one file")


class _Field(Text):
    id: Slug


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    field: _Field
    procedures: dict[str, Procedure] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _procedures_know_their_key_and_field(cls, given: Any) -> Any:
        match given:
            case {"field": {"id": field}, "procedures": dict(procedures)}:
                return given | {"procedures": {code: _named(code, field, body) for code, body in procedures.items()}}
        return given


def _named(code: Any, field: Any, body: Any) -> Any:
    return {"code": code, "field": field, **body} if isinstance(body, dict) else body
