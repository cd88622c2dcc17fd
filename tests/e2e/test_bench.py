"""Every measure can be taken: a very small benchmark gives every figure. How large they are is another matter.

Quix Streams takes part where it is installed; it asks for an older pydantic than the product's.
"""

import json
import math
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(1200)]
ROOT = Path(__file__).parents[2]
CONTENDERS = ("sla", "handler", "bare", *(("quix",) if find_spec("quixstreams") else ()))


def test_a_small_benchmark_gives_every_figure(tmp_path: Path) -> None:
    only = [word for name in CONTENDERS for word in ("--only", name)]
    asked = ["all", "--quick", "--folder", str(tmp_path), *only]
    subprocess.run([sys.executable, "-m", "bench", *asked], cwd=ROOT, check=True, timeout=1100)
    kept = json.loads((tmp_path / "benchmarks.json").read_text())
    assert len(kept["figures"]) == 9 + len(CONTENDERS) + 2 * len(kept["reported"])
    for figure in kept["figures"]:
        values = figure["spread"]["low"], figure["spread"]["middle"], figure["spread"]["high"]
        assert all(math.isfinite(value) and value > 0 for value in values), figure["measure"]
        assert sorted(values) == list(values), figure["measure"]
    said = {run["contender"]: run["said"] for run in kept["runs"]}
    assert list(said) == list(CONTENDERS)
    assert said.get("quix", said["sla"]) == said["sla"], "both did the same job"
    assert (tmp_path / "benchmarks.md").read_text().count("\n| ") > 13
