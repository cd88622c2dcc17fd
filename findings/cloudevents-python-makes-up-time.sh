#!/usr/bin/env bash
# The CloudEvents SDK for Python 2.2.0 gives an event without `time` one at reading: the moment of reading.
#
# `time` is optional in CloudEvents 1.0, and a reader can not know it. Read twice, the same bytes become two different
# events; read and written again, an event says that it happened when somebody forwarded it. Nothing tells a made-up time
# from a told one. So an event that others forward has to carry its time, or be forwarded as bytes.
#
# Needs Python 3.10 or later. Seen on 2026-11-28 with Python 3.11.7, cloudevents 2.2.0 and python-dateutil 2.9.0.post0:
#
#     in the bytes: no time
#     read once:    2026-11-28 06:41:07.529712+00:00
#     read again:   2026-11-28 06:41:07.540075+00:00
#     made up, and different at every reading
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cloudevents==2.2.0 python-dateutil==2.9.0.post0 six==1.17.0
"$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import time

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

text = json.dumps({"specversion": "1.0", "id": "1", "source": "/a", "type": "t", "data": {}}).encode()
print("in the bytes:", "a time" if b'"time"' in text else "no time")
first = JSONFormat().read(CloudEvent, text).get_time()
time.sleep(0.01)
second = JSONFormat().read(CloudEvent, text).get_time()
print("read once:   ", first)
print("read again:  ", second)
if first is None or second is None or first == second:
    sys.exit("this has changed: the time is not made up at each reading any more")
print("made up, and different at every reading")
PYTHON
