"""How far an import got, so that a second run goes on from there."""

import hashlib
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.importer.errors import ImportFailed
from tools.importer.mapping import Mapping

RULES = 2
"""Raise it whenever the same log and mapping would give other claims: an import half done must then begin anew."""


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    sha256: str = Field(description="Of the log, the mapping and the rules")
    cases: int = Field(ge=0, description="How many of the log's first cases the bus has acknowledged")


class Progress:
    """The progress file of one log with one mapping, and the calendar and limits that dates follow from (`basis`).

    Raises:
        ImportFailed: the file is damaged.
    """

    def __init__(self, folder: Path, log: Path, mapping: Mapping, basis: str, *, from_scratch: bool = False) -> None:
        self._digest = digest(log, mapping, basis)
        self.path = folder / f"import-{mapping.timeline}-{self._digest[:12]}.json"
        self.cases = 0 if from_scratch else self._read()

    def save(self, cases: int) -> None:
        """Record how many cases are acknowledged; a crash leaves the old file or the new one, never half of one."""
        saved = _Saved(sha256=self._digest, cases=cases).model_dump_json()
        beside = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(saved, encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            raise ImportFailed(
                f"{self.path}: can not be written ({error.strerror}); check the folder's rights"
            ) from error

    def refuse(self, problem: str) -> ImportFailed:
        """The error that says this progress file can not be trusted."""
        return ImportFailed(f"{self.path}: {problem}; run the import again with --from-scratch, which repeats nothing")

    def _read(self) -> int:
        try:
            saved = _Saved.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return 0
        except (OSError, ValidationError) as error:
            raise self.refuse("the progress file is damaged") from error
        if saved.sha256 != self._digest:
            raise self.refuse("the progress file is of another log or mapping")
        return saved.cases


def digest(log: Path, mapping: Mapping, basis: str) -> str:
    """SHA-256 of everything that decides which claims are made."""
    with log.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256")
    settings = json.dumps(mapping.model_dump(), sort_keys=True, default=sorted)  # a set has no order of its own
    found.update(f"{RULES}{settings}{basis}".encode())
    return found.hexdigest()
