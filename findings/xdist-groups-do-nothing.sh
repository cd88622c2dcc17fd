#!/usr/bin/env bash
# pytest-xdist 3.8.0 under pytest 9.2.0: `--dist loadgroup` spreads the tests of one `xdist_group` over all workers.
#
# Its documentation promises that all tests of a group run in the same worker. It marks them by a suffix that it writes to
# an item's private `_nodeid`; in pytest 9.2.0 the public `nodeid`, by which xdist then schedules, does not follow that any
# more. No warning is given. Tests that share a server or lean on each other's order fail at random. Under pytest 8.4.2 the
# same files keep their group together. `--dist loadfile` does what it says under both.
#
# Needs Python 3.11. Seen on 2026-11-28 with CPython 3.11:
#
#     pytest 8.4.2: the group ran in 1 worker(s)
#     pytest 9.2.0: the group ran in 2 worker(s)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/test_group.py" <<'PY'
import os
import pathlib
import time

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(12))
def test_shared(number):
    time.sleep(0.1)
    pathlib.Path(os.environ["SEEN"], os.environ["PYTEST_XDIST_WORKER"]).touch()
PY
workers() {
    python3 -m venv "$folder/$1"
    "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
    mkdir "$folder/seen-$1"
    SEEN="$folder/seen-$1" "$folder/$1/bin/pytest" -q -n 2 --dist loadgroup -p no:cacheprovider "$folder/test_group.py" >/dev/null
    ls "$folder/seen-$1" | wc -l
}
old=$(workers 8.4.2)
new=$(workers 9.2.0)
echo "pytest 8.4.2: the group ran in $old worker(s)"
echo "pytest 9.2.0: the group ran in $new worker(s)"
if [ "$old" != 1 ] || [ "$new" != 2 ]; then
    echo "this has changed: see the versions above" >&2
    exit 1
fi
