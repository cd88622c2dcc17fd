"""The simulator: citizens and agencies of a province as outside participants, who know nothing but topics."""

from tools.simulator.applications import Plan
from tools.simulator.bus import KafkaBus
from tools.simulator.checkpoint import next_plan, save_checkpoint
from tools.simulator.driver import Bus, Moment, Summary, play

__all__ = ["Bus", "KafkaBus", "Moment", "Plan", "Summary", "next_plan", "play", "save_checkpoint"]
