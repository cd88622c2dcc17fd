"""The receipt log's own dates, read without the importer: what became of a case is judged by them alone."""

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree

LOG = Path(os.environ.get("LIENTHONG_DATA", Path(__file__).parents[2] / "shared" / "data")) / "receipt.xes.gz"


@dataclass(frozen=True)
class Closed:
    """A case that has an end."""

    name: str
    start: datetime
    end: datetime
    deadline: datetime

    @property
    def late(self) -> bool:
        """Whether it ended after its deadline."""
        return self.end > self.deadline


def closed_cases() -> Iterator[Closed]:
    """Every case of the log with an `enddate`."""
    with gzip.open(LOG) as stream:
        for _, trace in etree.iterparse(stream, tag="{*}trace"):
            values = {child.get("key"): child.get("value") for child in trace if child.get("key")}
            if "enddate" in values:
                dates = (datetime.fromisoformat(values[key]) for key in ("startdate", "enddate", "deadline"))
                yield Closed(values["concept:name"], *dates)
            trace.clear()
