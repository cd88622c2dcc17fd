"""Import of history: event logs of the past, played onto the bus on their own time."""

from tools.importer.deadlines import Deadlines
from tools.importer.errors import ImportFailed
from tools.importer.mapping import Mapping, load_mapping
from tools.importer.player import Bus, play
from tools.importer.report import Report

__all__ = ["Bus", "Deadlines", "ImportFailed", "Mapping", "Report", "load_mapping", "play"]
