"""Procedures and agencies as data: what citizens may ask for, which steps it takes, and who does them."""

from contracts.procedures.catalogue import Catalogue, inspect_catalogue, load_catalogue
from contracts.procedures.directory import Agency, Directory, Post, load_directory
from contracts.procedures.drawing import mermaid
from contracts.procedures.errors import ProcedureError
from contracts.procedures.graph import Flaw, applicable, flaws
from contracts.procedures.models import (
    Channel,
    ChecklistItem,
    Condition,
    EligibilityRule,
    Level,
    Procedure,
    Provenance,
    Source,
    Step,
)
from contracts.worktime import Text

__all__ = [
    "Agency",
    "Catalogue",
    "Channel",
    "ChecklistItem",
    "Condition",
    "Directory",
    "EligibilityRule",
    "Flaw",
    "Level",
    "Post",
    "Procedure",
    "ProcedureError",
    "Provenance",
    "Source",
    "Step",
    "Text",
    "applicable",
    "flaws",
    "inspect_catalogue",
    "load_catalogue",
    "load_directory",
    "mermaid",
]
