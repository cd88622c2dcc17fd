"""`import`: the cases of a log, played onto the bus on the log's own time."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from tools.cli.main import app
from tools.cli.waiting import tell_of_waiting
from tools.importer import Deadlines, ImportFailed, Report, load_mapping, play
from tools.operations.environment import SIMULATOR, environment
from tools.operations.history_bus import HistoryBus
from tools.signing import keys_in, signing

console = Console()
errors = Console(stderr=True)


@app.command("import")
def import_history(
    file: Annotated[
        Path, typer.Argument(help="IEEE XES (.xes), CSV (.csv), OCEL 2.0 (.json, .jsonocel, .sqlite); also .gz")
    ],
    mapping: Annotated[Path, typer.Option(help="YAML that says what is what; see examples/")],
    from_scratch: Annotated[bool, typer.Option(help="Do not resume an interrupted import")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report for scripts")] = False,
) -> None:
    """Play a log's cases as submissions and agency reports, on the log's own time; report every anomaly."""
    try:
        report = asyncio.run(_import(file, mapping, from_scratch=from_scratch))
    except ImportFailed as error:
        errors.print(f"[red]lienthong:[/] {error}", soft_wrap=True, highlight=False)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
    else:
        table = Table("what", "count", "cases", "first example")
        for row in report.rows():
            table.add_row(*map(str, row))
        console.print(table)


async def _import(file: Path, mapping: Path, *, from_scratch: bool) -> Report:
    settings = environment(SIMULATOR)
    publisher, keys = Publisher(settings.bus), keys_in(settings.signing_keys)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    try:
        async with Admin(settings.bus) as admin:
            with Progress(*columns, console=errors, transient=True) as progress:
                task = progress.add_task(f"importing {file.name}", total=None)
                meaning = load_mapping(mapping)
                return await play(
                    file,
                    meaning,
                    HistoryBus(settings, admin, signing(publisher, keys), tell_of_waiting),
                    settings.home / "imports",
                    deadlines=Deadlines(meaning, settings.calendar, settings.rules),
                    from_scratch=from_scratch,
                    on_progress=lambda done, total: progress.update(task, completed=done, total=total),
                )
    finally:
        await publisher.stop()
