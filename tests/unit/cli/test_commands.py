"""The list of commands, and that one is loaded only when it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import tools.cli
from tools.cli.commands import COMMANDS
from tools.cli.main import app, registered

SHARED = {"main", "commands", "operator", "table", "user_errors", "waiting"}
"""Modules of the command line that are no command."""

DRIVERS = {"aiokafka", "fastapi", "faststream", "motor", "pymongo", "uvicorn"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_registered_by_its_module_with_the_line_of_the_list(name):
    whole = " ".join(registered(name).help.split())
    assert whole.startswith(COMMANDS[name].help.rstrip("."))


def test_every_module_of_commands_and_every_command_of_theirs_is_in_the_list():
    modules = {file.stem for file in Path(tools.cli.__file__).parent.glob("[!_]*.py")} - SHARED
    assert modules == {command.module for command in COMMANDS.values()}
    for name in COMMANDS:
        registered(name)
    assert set(typer.main.get_group(app).commands) == set(COMMANDS)


def test_help_lists_them_all():
    told = CliRunner().invoke(app, ["--help"]).output
    assert all(name in told for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["--help"], DRIVERS),
        (["worktime", "--help"], DRIVERS),
        (["report", "deadlines", "--help"], {"aiokafka", "fastapi", "faststream", "uvicorn", "services.intake"}),
    ],
)
def test_a_command_imports_no_driver_that_it_does_not_need(words, unwanted):
    program = (
        "import sys\nfrom tools.cli.main import app\n"
        f"try: app({words})\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not unwanted & set(told.stderr.split())


def test_a_command_that_nobody_knows_is_told_from_one_that_has_not_been_loaded():
    result = CliRunner().invoke(app, ["reports"])
    assert result.exit_code == 2
    assert "reports" in result.output
