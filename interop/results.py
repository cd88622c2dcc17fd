"""The results of the last whole run, as they are kept beside the document that is made of them."""

import platform
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from chassis.runtime import clock
from deploy.embedded import kafka
from interop.building import Builder
from interop.clients import BUILDS, CLIENTS
from interop.matrix import Matrix
from interop.rereading import Reread

FILE = "interop.json"
HELD = "holds"


class Row(BaseModel):
    """One client."""

    package: str
    version: str
    toolchain: str
    unmade: str = ""
    cells: dict[str, str] = {}
    misplaced: int = 0
    reports: int = 0


class Events(BaseModel):
    """One CloudEvents SDK."""

    sdk: str
    same: int
    samples: int
    changes: dict[str, int]
    examples: dict[str, str]


class Results(BaseModel):
    """Everything that the document says."""

    day: date
    machine: str
    kafka: str
    rows: dict[str, Row]
    events: list[Events]
    dossiers: int
    rejected: int
    lag: int
    replayed: str

    @classmethod
    def read(cls, folder: Path) -> "Results":
        """The results that are kept in a folder."""
        return cls.model_validate_json((folder / FILE).read_text(encoding="utf-8"))

    def keep(self, folder: Path) -> None:
        """Keep it there."""
        text = self.model_dump_json(indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")


def results(found: Matrix, events: list[Reread], builder: Builder) -> Results:
    """Put together what is kept of a run."""
    chains = {name: builder.toolchain(name) for name, build in BUILDS.items() if not builder.missing(build)}
    rows = {}
    for client in CLIENTS:
        cells = found.lived.get(client.name, {})
        rows[client.name] = Row(
            package=client.package,
            version=client.version,
            toolchain=chains.get(client.build, ""),
            unmade=found.unmade.get(client.name, ""),
            cells={variant: lived.wrong or HELD for variant, lived in sorted(cells.items())},
            misplaced=sum(lived.misplaced[0] for lived in cells.values()),
            reports=sum(lived.misplaced[1] for lived in cells.values()),
        )
    return Results(
        day=clock.now().date(),
        machine=f"{platform.system()} {platform.machine()}",
        kafka=kafka.version(),
        rows=rows,
        events=[Events.model_validate(vars(reread)) for reread in events],
        dossiers=found.dossiers,
        rejected=found.rejected,
        lag=found.lag,
        replayed=found.replayed,
    )
