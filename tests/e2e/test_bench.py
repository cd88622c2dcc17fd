"""Every measure can be taken: a very small benchmark gives every figure. How large they are is another matter."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1200)]
ROOT = Path(__file__).parents[2]


def test_a_small_benchmark_gives_every_figure(tmp_path: Path) -> None:
    pytest.importorskip("quixstreams", reason="`make bench` installs what it compares with")
    subprocess.run(
        [sys.executable, "-m", "bench", "all", "--quick", "--folder", str(tmp_path)], cwd=ROOT, check=True, timeout=1100
    )
    kept = json.loads((tmp_path / "benchmarks.json").read_text())
    assert len(kept["figures"]) == 13 + 2 * len(kept["reported"])
    for figure in kept["figures"]:
        values = figure["spread"]["low"], figure["spread"]["middle"], figure["spread"]["high"]
        assert all(math.isfinite(value) and value > 0 for value in values), figure["measure"]
        assert sorted(values) == list(values), figure["measure"]
    said = {run["contender"]: run["said"] for run in kept["runs"]}
    assert said["quix"] == said["sla"], "both did the same job"
    assert (tmp_path / "benchmarks.md").read_text().count("\n| ") > 13
