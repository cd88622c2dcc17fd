"""Makes the pictures of the README from the product at work: `python -m docs.pictures.make`, in some three minutes.

It starts the embedded stack and all services in a temporary folder, plays a small week and the late dossier of
docs/tour.md, and takes pictures of what the commands print and of the letter that notify writes. Besides what is locked
it needs `pdftoppm` (of poppler-utils), which turns the letter's PDF into a picture.
"""

# ruff: noqa: INP001, T201, S603 - a program that is run by hand; it prints, and starts other programs

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.topics import SERVICES

HERE = Path(__file__).parent

PORT_BASE = "34100"
"""First of the sixteen ports that this installation takes: not the usual ones, so that it runs beside another."""

READY_SECONDS = 120
"""A loaded machine takes a minute to start five services."""

DOSSIERS = "300"
"""Citizens of the week in the picture: enough for some to be late, and played within a minute."""

NARROW, WIDE = 80, 100
"""Columns of a terminal in a picture: more than a hundred are too small to read on a page of GitHub."""

DOTS_PER_INCH = "80"
"""Of the letter: its text can be read, and it stays below 100 kB."""

FIRST_DAY, DAY_AFTER = "2026-03-04", "2026-03-06"
"""The days of the late dossier that are shown: of the land registry's delay, and of the letter of apology."""


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory(prefix="lienthong-pictures-") as folder, running(Path(folder)):
        week = lienthong("simulate", "--dossiers", DOSSIERS)
        # The live table is drawn over and over: the last one counts, down to the line that adds up the records.
        drawn = week[week.rindex("╭") :].partition("in all")
        take("week.svg", f"lienthong simulate --dossiers {DOSSIERS}", "".join(drawn[:2]), NARROW)
        code = lienthong("dossier", "example").strip()
        story = lienthong("dossier", "show", code)
        shown = story[story.index(f"\n{FIRST_DAY} ") : story.index(f"\n{DAY_AFTER} ")].strip()
        take("dossier.svg", f"lienthong dossier show {code}", f"…\n{shown}\n…", WIDE)
        print_page("apology", next(letter for letter in apologies(Path(folder)) if code in letter.read_text()))


@contextmanager
def running(home: Path) -> Iterator[None]:
    """An installation with all services, for as long as the context is open."""
    os.environ.update(LIENTHONG_HOME=str(home), LIENTHONG_PORT_BASE=PORT_BASE, FORCE_COLOR="1", COLUMNS=str(NARROW))
    lienthong("stack", "up")
    try:
        lienthong("topics", "apply")
        log = home / "services.log"
        with log.open("wb") as output:
            services = subprocess.Popen(command("run", "all"), stdout=output, stderr=output)
        try:
            wait_until_started(log)
            yield
        finally:
            services.terminate()
            services.wait()
    finally:
        lienthong("stack", "down")


def wait_until_started(log: Path) -> None:
    """Return when every service has said that it reads the bus."""
    end = time.monotonic() + READY_SECONDS
    while log.read_text().count("service.started") < len(SERVICES):
        if time.monotonic() > end:
            raise SystemExit(f"not every service started within {READY_SECONDS} s: {log.read_text()[-2000:]}")
        time.sleep(0.5)


def lienthong(*arguments: str) -> str:
    """Run a command; what it prints, in colour."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lienthong {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def command(*arguments: str) -> list[str]:
    """The command line of this checkout, whatever is installed."""
    return [sys.executable, "-m", "tools.cli", *arguments]


def take(name: str, title: str, printed: str, width: int) -> None:
    """Write what a terminal shows as SVG, with the fonts of whoever looks: a picture loads nothing from elsewhere."""
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed), no_wrap=True, overflow="ellipsis")
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    (HERE / name).write_text(picture + "\n")
    print(HERE / name)


def apologies(home: Path) -> Iterator[Path]:
    """The messages that have a letter beside them."""
    return (paper.with_suffix(".txt") for paper in sorted((home / "outbox").glob("*.pdf")))


def print_page(name: str, message: Path) -> None:
    """Write the first page of the letter that lies beside a message as PNG."""
    paper = message.with_suffix(".pdf")
    draw = ["pdftoppm", "-png", "-singlefile", "-gray", "-r", DOTS_PER_INCH, str(paper), str(HERE / name)]
    subprocess.run(draw, check=True)
    print(HERE / f"{name}.png")


if __name__ == "__main__":
    main()
