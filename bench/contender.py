"""A contender, the batch that it is measured with, and the result of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.workload import Sent


@dataclass(frozen=True)
class Contender:
    """Somebody who does the job.

    Attributes:
        name: for the table.
        command: its program and arguments, after `python`.
        preloaded: it reads everything in the order of time by itself, so all is published before it may begin. The
            others are fed: always ahead of what they can take, never two events of one dossier at a time.
        variables: environment variables that tell what else it has to know.
    """

    name: str
    command: tuple[str, ...]
    preloaded: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """The result of one run of a contender.

    Attributes:
        contender: its name.
        events: how many were measured, after the warm-up; `taken`, `taken_bytes`: all of them.
        seconds: from the first record until the last is committed.
        cpu_seconds: of the contender's own process, user and system, meanwhile.
        idle_mb: resident memory before the first measured event; `peak_mb` the most it ever was.
        said: events it published, warm-up included; `said_bytes` their size.
        stored_bytes: of its documents at the end, without the events; 0 where they are elsewhere.
    """

    contender: str
    events: int
    taken: int
    taken_bytes: int
    seconds: float
    cpu_seconds: float
    idle_mb: float
    peak_mb: float
    said: int
    said_bytes: int
    stored_bytes: int

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def state_bytes(self) -> float:
        """The bytes by which a document grows with every event."""
        return self.stored_bytes / (self.taken + self.said)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU an event."""
        return self.cpu_seconds / self.events * 1000


@dataclass(frozen=True)
class Batch:
    """Records to be fed, and how many may be published that are not committed yet."""

    records: Sequence[Sent]
    lead: int
