"""`python -m tests.faults`: real faults on the embedded stack, and what came of them."""

import argparse
import asyncio
import logging
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.faults.clocks import NoFaketimeError, library
from tests.faults.report import keep, tell
from tests.faults.scenarios import KILLS, SCENARIOS, kill_services
from tests.faults.trial import Figures, Scenario, carry_out

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run the scenarios asked for, or all; then the figures go into the documents. Returns 1 if a law was broken."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it complains of brokers that are down, as they are to be
    told = _arguments()
    results: dict[str, Figures] = {}
    wanted = told.scenarios or list(SCENARIOS)
    if "clock" in wanted:
        library()  # what it needs may be missing; better now than after a quarter of an hour
    for name in wanted:
        results[name] = asyncio.run(carry_out(_scenario(name, told.kills), told.folder.resolve(), told.seed))
        print(tell(name, results[name]), flush=True)  # noqa: T201 - a command line prints
    if not told.scenarios:
        keep(results, ROOT / "docs", seed=told.seed)
    return 1 if any(one.broken for one in results.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], help="by default all, and docs are written")
    parser.add_argument("--kills", type=int, default=KILLS, help="SIGKILLs of services in all")
    parser.add_argument("--seed", type=int, default=1, help="of all chance")
    parser.add_argument("--folder", type=Path, default=Path(".lienthong/faults"), help="for servers, logs and outbox")
    return parser.parse_args()


def _scenario(name: str, kills: int) -> Scenario:
    found = SCENARIOS[name]
    return replace(found, run=partial(kill_services, kills=kills)) if name == "kill" else found


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoFaketimeError as error:
        sys.exit(f"faults: {error}")
