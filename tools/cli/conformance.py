"""`conformance`: dossiers with unusual turns, played at an agency's program, and what is right or wrong about it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from domain.procedures import load_directory
from domain.worktime import load_calendar
from tools.cli.main import app
from tools.operations.conformance.play import Surroundings, play
from tools.operations.conformance.report import as_json, as_text, is_right, outcomes
from tools.operations.environment import SIMULATOR, environment

PATIENCE = 30.0
"""Seconds. A program answers within one; who starts it by hand beside this needs some. Shorter takes a slow one for
silent; longer is waited for each turn of a program that does nothing."""
