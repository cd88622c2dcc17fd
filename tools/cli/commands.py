"""Every command: which module has it, and the line that `lienthong --help` tells of it.

A module is imported when its command is asked for: most need a driver or a web framework that the others do not.
"""

from typing import NamedTuple


class Command(NamedTuple):
    """A command, or a group of them: the module that registers it when it is imported, and its help in one line."""

    module: str
    help: str


COMMANDS = {
    "run": Command("run", "Run services until Ctrl-C."),
    "demo": Command("demo", "Start the embedded stack and all services, play a week, print a summary."),
    "simulate": Command("demo", "Play a week of a province to services that are running."),
    "status": Command("status", "What the shop has done and has to do."),
    "report": Command("report", "Figures: how deadlines were kept."),
    "replay": Command("replay", "Fold a service's streams again from the beginning."),
    "dossier": Command("dossier", "One dossier: its story from the streams."),
    "dead-letters": Command("dead_letters", "Records that a service could not take."),
    "notify": Command("notify", "Messages that did not reach their readers."),
    "import": Command("imports", "Play a log's cases as submissions and agency reports."),
    "calendar": Command("calendar", "Working calendars: what changed."),
    "procedures": Command("procedures", "Procedures as data: check them, draw them."),
    "worktime": Command("worktime", "Working time: due dates and their working-out."),
    "contracts": Command("worktime", "Schemas, AsyncAPI and golden samples."),
    "stack": Command("stack", "The Docker-free stack: Kafka and one store a service, under .lienthong/."),
    "bus": Command("bus", "The bus: step over a batch that nobody can read."),
    "topics": Command("stack", "The topics of the bus."),
}
