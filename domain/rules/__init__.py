"""Rules about deadlines as dated data. Each dossier keeps the rule set of the day on which it was received."""

from domain.rules.load import load_rule_sets
from domain.rules.models import Kind, Ladder, Occasion, RulesError, RuleSet, RuleSets, Setting

__all__ = ["Kind", "Ladder", "Occasion", "RuleSet", "RuleSets", "RulesError", "Setting", "load_rule_sets"]
