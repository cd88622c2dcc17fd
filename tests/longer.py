"""The suites that take minutes: worlds that nobody saw before, then as many of the others as there is time for.

The commit decides both the worlds and which suite comes first, so that all have their turn. The log says what was run,
what was left out, and how to run it again. Returns 1 if anything failed.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

LAST = 100_000_000
"""Fresh worlds begin below this seed; those of the tests are all below 100,000."""

TOOLCHAINS = ("go", "cargo", "node", "java", "mvn")
"""What other people's clients are built with; a client whose toolchain is not here is skipped."""


class Suite(NamedTuple):
    """A suite, with the minutes that it takes on two cores: a new one is begun only if so many are left."""

    name: str
    minutes: float
    command: tuple[str, ...]


def tests(name: str, minutes: float, *paths: str) -> Suite:
    """The long tests in some files."""
    return Suite(name, minutes, (sys.executable, "-m", "pytest", "-q", "-m", "long", *paths))


SUITES = (
    tests("the 2,000 worlds of docs/simulation.md", 5, "tests/simulation"),
    tests("faults on real processes", 3, "tests/faults"),
    tests("the same week twice", 4, "tests/e2e/test_the_same_week.py"),
    Suite("fuzz", 5, ("make", "fuzz", "EXAMPLES=150")),
    tests("two shops side by side", 2, "tests/e2e/test_side_by_side.py"),
    tests("tokens of Keycloak", 2, "tests/integration/test_keycloak.py"),
    tests("the receipt log", 3, "tests/e2e/test_receipt_log.py"),
    tests("10,000 forgeries", 1, "tests/component/chassis/test_forgeries.py"),
    tests("agencies' programs, right and wrong", 8, "tests/e2e/test_conformance.py"),
    tests("other people's clients", 8, "tests/interop"),
    tests("other people's validators and client generators", 3, "tests/contract", "tests/fuzz"),
    tests("a small benchmark", 5, "tests/e2e/test_bench.py"),
    tests("the importer's memory", 3, "tests/unit/importer"),
)


def main() -> int:
    """Run what fits, and tell of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", type=int, default=200, help="worlds that nobody saw before")
    parser.add_argument("--minutes", type=float, default=20, help="for the suites that take turns")
    asked = parser.parse_args()
    begun, commit = time.monotonic(), head()
    number = int(commit, 16)
    fresh = fresh_worlds(number % LAST, asked.fresh)
    failed, passed, left_out = list[Suite](), list[Suite](), list[Suite]()
    (passed if run(fresh) else failed).append(fresh)
    for suite in turned(number):
        minutes = asked.minutes - (time.monotonic() - begun) / 60
        if suite.minutes > minutes:
            left_out.append(suite)
        else:
            (passed if run(suite) else failed).append(suite)
    tell(f"the longer suites of commit {commit}", passed=passed, left_out=left_out, failed=failed)
    return 1 if failed else 0


def tell(title: str, **suites: list[Suite]) -> None:
    """Say what came of each suite, and how to run it again."""
    print(f"--- {title}")  # noqa: T201
    for outcome, some in suites.items():
        for suite in some:
            command = " ".join(suite.command).replace(sys.executable, "python")
            print(f"{outcome.replace('_', ' '):>8}: {suite.name}; again with: {command}")  # noqa: T201


def fresh_worlds(first: int, count: int) -> Suite:
    """Worlds of the simulation that this commit is the first to see."""
    command = (sys.executable, "-m", "tests.simulation.run", "--seeds", str(count), "--first", str(first))
    return Suite(f"fresh worlds, {count} from {first} on", 0, command)


def turned(number: int) -> Iterator[Suite]:
    """All suites; another one is the first for the next commit."""
    first = number % len(SUITES)
    yield from SUITES[first:] + SUITES[:first]


def run(suite: Suite) -> bool:
    """Run one, and say how long it took."""
    print(f"--- {suite.name}", flush=True)  # noqa: T201
    if missing := [name for name in TOOLCHAINS if "tests/interop" in suite.command and not shutil.which(name)]:
        print(f"without {', '.join(missing)}: the clients that need them are skipped")  # noqa: T201
    begun = time.monotonic()
    passed = subprocess.run(suite.command, check=False).returncode == 0
    print(f"--- {suite.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201
    return passed


def head() -> str:
    """The commit that is checked out, shortened; where there is none, the same one each time."""
    asked = subprocess.run(("git", "rev-parse", "HEAD"), check=False, capture_output=True, text=True)
    return asked.stdout.strip()[:12] if asked.returncode == 0 else "000000000000"


if __name__ == "__main__":
    sys.exit(main())
