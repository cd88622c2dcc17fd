"""Every command: which module has it, and the line that `lienthong --help` tells of it.

A module is imported when its command is asked for: most need a driver or a web framework that the others do not. A
command whose packages this installation does not hold is not offered: the image of the services goes without some.
"""

from typing import NamedTuple

from tools.operations.installation import EMBEDDED_STACK, IMPORTER, KIT, RIGHTS_CLIENT, SIMULATOR, holds


class NotInstalledError(Exception):
    """This installation lacks the packages of a command; says which, and where they are."""


class Command(NamedTuple):
    """A command, or a group of them.

    Attributes:
        module: the module of `tools.cli` that registers it when it is imported.
        help: its help in one line.
        needs: packages of the product without which it can do nothing.
    """

    module: str
    help: str
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The packages it needs and this installation does not hold."""
        return [package for package in self.needs if not holds(package)]


COMMANDS = {
    "run": Command("run", "Run services until Ctrl-C."),
    "demo": Command(
        "demo",
        "Start the embedded stack and all services, play a week, print a summary.",
        (EMBEDDED_STACK, SIMULATOR),
    ),
    "simulate": Command("simulate", "Play a week of a province to services that are running.", (SIMULATOR,)),
    "sandbox": Command(
        "sandbox",
        "An installation of one's own for an agency's developer; all others are played.",
        (EMBEDDED_STACK, KIT, RIGHTS_CLIENT),
    ),
    "conformance": Command("conformance", "Test an agency's program with unusual dossiers.", (KIT,)),
    "tail": Command("tail", "What is said on the bus, line by line."),
    "status": Command("status", "What the shop has done and has to do."),
    "report": Command("report", "Figures: how deadlines were kept."),
    "replay": Command("replay", "Fold a service's streams again from the beginning."),
    "refold": Command("refold", "Fold a service's dormant documents anew after an update."),
    "verify": Command("verify", "Signatures: who signed what is on the bus, and what nobody did."),
    "dossier": Command("dossier", "One dossier: its history from the streams."),
    "dead-letters": Command("dead_letters", "Records that a service could not take."),
    "notify": Command("notify", "Messages that did not reach their readers."),
    "erase": Command("erase", "Erase an applicant's personal data."),
    "personal-data": Command("personal_data", "Personal data: its keys, and erasures after a restored copy."),
    "import": Command("imports", "Play a log's cases as submissions and agency reports.", (IMPORTER,)),
    "calendar": Command("calendar", "Working calendars: what changed."),
    "procedures": Command("procedures", "Procedures as data: check them, draw them."),
    "worktime": Command("worktime", "Working time: due dates and their working-out."),
    "contracts": Command("contracts", "Schemas, AsyncAPI and golden samples."),
    "token": Command("token", "Print a token of the issuer for development."),
    "stack": Command(
        "stack", "The Docker-free stack: Kafka and one store a service, under .lienthong/.", (EMBEDDED_STACK,)
    ),
    "bus": Command("bus", "The bus: step over a batch that nobody can read."),
    "topics": Command("topics", "The topics of the bus."),
    "access": Command("access", "Rights on the bus: plan them, compare, give them.", (KIT, RIGHTS_CLIENT)),
    "agency": Command("agency", "Agencies on the bus: connect them, renew credentials, cut off.", (KIT, RIGHTS_CLIENT)),
}


def offered() -> list[str]:
    """The commands that this installation can run, in the order in which they are listed."""
    return [name for name, command in COMMANDS.items() if not command.missing]


def require_installed(name: str) -> None:
    """Refuse a command that this installation can not run.

    Raises:
        NotInstalledError: packages that it needs are not here.
    """
    if missing := COMMANDS[name].missing:
        raise NotInstalledError(
            f"`lienthong {name}` needs {' and '.join(missing)}, which this installation goes without, as the image of "
            "the services does: run it in a clone of Liên Thông, after `make install`"
        )
