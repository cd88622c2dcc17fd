"""Import of history: event logs of the past, played onto the bus on their own time."""

from services.cli.importing.deadlines import Deadlines
from services.cli.importing.errors import ImportFailed
from services.cli.importing.mapping import Mapping, load_mapping
from services.cli.importing.player import Bus, play
from services.cli.importing.report import Report

__all__ = ["Bus", "Deadlines", "ImportFailed", "Mapping", "Report", "load_mapping", "play"]
