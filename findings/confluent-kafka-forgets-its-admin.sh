#!/usr/bin/env bash
# confluent-kafka 2.16.1 (Python): a future of AdminClient does not keep its client alive.
#
# `AdminClient(settings).describe_acls(wanted).result()` looks complete. The client is collected as soon as the call has
# returned, and the future then fails at once with _DESTROY, "Handle is terminating", whatever the broker would have said:
# it looks like a broker that shuts down. Held in a variable, the same call asks the broker; here nobody listens, so it ends
# with _TIMED_OUT after the three seconds that it was given.
#
# Needs Python 3.11; no broker. Seen on 2026-11-28 with CPython 3.11:
#
#     in one line: _DESTROY, at once
#     held in a variable: _TIMED_OUT, after its time
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
cat > "$folder/ask.py" <<'PY'
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

SETTINGS = {"bootstrap.servers": "127.0.0.1:1"}
WANTED = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)


def outcome(future):
    begun = time.monotonic()
    try:
        future.result()
    except KafkaException as error:
        return f"{error.args[0].name()}, {'at once' if time.monotonic() - begun < 1 else 'after its time'}"
    return "answered"


print("in one line:", outcome(AdminClient(SETTINGS).describe_acls(WANTED, request_timeout=3)))
held = AdminClient(SETTINGS)
print("held in a variable:", outcome(held.describe_acls(WANTED, request_timeout=3)))
PY
seen=$("$folder/venv/bin/python" "$folder/ask.py" 2>/dev/null)
echo "$seen"
if [ "$seen" != $'in one line: _DESTROY, at once\nheld in a variable: _TIMED_OUT, after its time' ]; then
    echo "this has changed: see the lines above" >&2
    exit 1
fi
