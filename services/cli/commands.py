"""Every command: which module has it, and the line that `lienthong --help` tells of it.

A module is imported when its command is asked for: most need a driver or a web framework that the others do not.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """A command, or a group of them: the module that registers it when it is imported, and its help in one line."""

    module: str
    help: str


COMMANDS = {
    "run": Command("commands_run", "Run services until Ctrl-C."),
    "demo": Command("commands_demo", "Start the embedded stack and all services, play a week, print a summary."),
    "simulate": Command("commands_demo", "Play a week of a province to services that are running."),
    "status": Command("commands_status", "What the shop has done and has to do."),
    "report": Command("commands_report", "Figures: how deadlines were kept."),
    "replay": Command("commands_replay", "Fold a service's streams again from the beginning."),
    "dossier": Command("commands_dossier", "One dossier: its story from the streams."),
    "dead-letters": Command("commands_letters", "Records that a service could not take."),
    "notify": Command("commands_notify", "Messages that did not reach their readers."),
    "import": Command("commands_history", "Play a log's cases as submissions and agency reports."),
    "calendar": Command("commands_calendar", "Working calendars: what changed."),
    "procedures": Command("commands_procedures", "Procedures as data: check them, draw them."),
    "worktime": Command("commands_worktime", "Working time: due dates and their working-out."),
    "contracts": Command("commands_worktime", "Schemas, AsyncAPI and golden samples."),
    "stack": Command("commands_stack", "The Docker-free stack: Kafka and one store a service, under .lienthong/."),
    "bus": Command("commands_bus", "The bus: step over a batch that nobody can read."),
    "topics": Command("commands_stack", "The topics of the bus."),
}
