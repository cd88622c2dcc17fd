"""Procedures and agencies as data: what citizens may ask for, which steps it takes, and who does them."""

from domain.procedures.catalogue import Catalogue, inspect_catalogue, load_catalogue
from domain.procedures.directory import Agency, Directory, Post, load_directory
from domain.procedures.drawing import mermaid
from domain.procedures.errors import ProcedureError
from domain.procedures.graph import Flaw, applicable, flaws
from domain.procedures.models import (
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
from domain.worktime import Text

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
