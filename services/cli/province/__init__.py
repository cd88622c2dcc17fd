"""The simulated province: citizens and agencies as outside participants, who know nothing but topics."""

from services.cli.province.applications import Plan
from services.cli.province.bus import KafkaBus
from services.cli.province.diary import next_plan, note
from services.cli.province.driver import Bus, Moment, Summary, play

__all__ = ["Bus", "KafkaBus", "Moment", "Plan", "Summary", "next_plan", "note", "play"]
