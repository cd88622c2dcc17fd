"""The simulated province: citizens and agencies as outside participants, who know nothing but topics."""

from tools.simulator.applications import Plan
from tools.simulator.bus import KafkaBus
from tools.simulator.checkpoint import next_plan, note
from tools.simulator.driver import Bus, Moment, Summary, play

__all__ = ["Bus", "KafkaBus", "Moment", "Plan", "Summary", "next_plan", "note", "play"]
