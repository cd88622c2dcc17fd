import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded import Ports

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(280)]


def test_a_week_is_played_where_the_bus_asks_everybody_who_he_is(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    told = {"LIENTHONG_HOME": str(tmp_path / "home"), "LIENTHONG_PORT_BASE": str(Ports.free().kafka)}
    played = subprocess.run(
        (sys.executable, "-m", "tools.cli", "demo", "--dossiers", "5", "--once"),
        env=environment | told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr[-2000:]
    assert "records by topic" in played.stdout
    assert not (tmp_path / "home" / "stack.json").exists(), "a server was left behind"
    assert list((tmp_path / "home" / "access").glob("*.json")), "the bus asked nobody"
