"""No batch imports anything: what is missing would make dead letters of good documents, or end a process at work."""

import subprocess
import sys

import pytest

LATE = """
import sys
import services.intake.app, services.notify.app, services.rating.app, services.routing.app, services.sla.app
import chassis.runtime.run
from chassis.runtime.loading import load
from tests.simulation.run import run_seed
from tests.simulation.services import _words, services

for service in services().values():
    load(service)
writer, _ = _words()
writer.load()
before = set(sys.modules)
for seed in range(6):
    run_seed(seed)
late = {name for name in set(sys.modules) - before if not name.startswith("encodings.")}
print(*sorted(late))
"""


@pytest.mark.slow
def test_no_module_is_imported_late() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
