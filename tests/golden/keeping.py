"""Golden values: what the code makes of given things, kept together with the version under which it made them.

States live longer in the stores than the code that folded them. A stored state is folded anew when its version is
another one, and only then. So code that makes another state under the same version leaves old and new states side by
side, and nobody sees it. These values make that a failing test.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "golden.json"


class UnraisedError(Exception):
    """Other values under the same version: they must not become golden. Says which version to raise."""


@dataclass(frozen=True)
class Golden:
    """Golden values of one kind.

    Attributes:
        name: what `python -m tests.golden NAME` renews.
        folder: where they are kept, beside the tests of what they belong to.
        version: the version of the code as it is now.
        constant: which constant raises it, and where that stands.
        make: what the code makes now, by name.
    """

    name: str
    folder: Path
    version: str
    constant: str
    make: Callable[[], dict[str, Any]]

    def complaint(self) -> str:
        """What is wrong and how to mend it; empty where the values are as they were kept."""
        kept, made = self._kept(), _plain(self.make())
        changed = [name for name in made if name in kept["values"] and kept["values"][name] != made[name]]
        if kept["version"] == self.version and changed:
            where = "; ".join(next(differences(kept["values"][name], made[name], name)) for name in changed)
            return (
                f"{self.name}: other values under the same version, {self.version}: {where}. Whatever is stored would "
                f"keep the old ones. If the change is meant, raise {self.constant}, then run "
                f"`python -m tests.golden {self.name}`"
            )
        if kept["version"] != self.version:
            return self._renewal(f"the version was {kept['version'] or 'never kept'} and is now {self.version}")
        return self._renewal("stories came or went") if made.keys() != kept["values"].keys() else ""

    def renew(self) -> None:
        """Keep the values of now.

        Raises:
            UnraisedError: they are others than the kept ones, and the version is the same.
        """
        complaint = self.complaint()
        if "under the same version" in complaint:
            raise UnraisedError(complaint)
        values = {"version": self.version, "values": _plain(self.make())}
        (self.folder / FILE).write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _kept(self) -> dict[str, Any]:
        file = self.folder / FILE
        if not file.exists():
            return {"version": "", "values": {}}
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return kept

    def _renewal(self, reason: str) -> str:
        return f"{self.name}: {reason}; run `python -m tests.golden {self.name}` and look at what changes"


def differences(kept: Any, made: Any, place: str) -> Iterator[str]:
    """Where two values differ, with both, as far in as they have the same shape."""
    if isinstance(kept, dict) and isinstance(made, dict):
        for name in sorted({*kept, *made}):
            if kept.get(name) != made.get(name):
                yield from differences(kept.get(name), made.get(name), f"{place}.{name}")
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for number, (old, new) in enumerate(zip(kept, made, strict=True)):
            if old != new:
                yield from differences(old, new, f"{place}[{number}]")
    else:
        yield f"{place} was {_short(kept)} and is {_short(made)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As they come back from the file."""
    plain: dict[str, Any] = json.loads(json.dumps(values, ensure_ascii=False))
    return plain
