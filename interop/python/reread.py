"""CloudEvents' SDK reads each file and writes it again, one line of JSON each."""

import json
import sys
from pathlib import Path

from cloudevents.core.exceptions import BaseCloudEventException, CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

for file in sys.argv[1:]:
    said: dict = {"file": file}
    try:
        event = JSONFormat().read(CloudEvent, Path(file).read_bytes())
        said["event"] = json.loads(JSONFormat().write(event))
    except (BaseCloudEventException, CloudEventValidationError) as error:
        said["refused"] = str(error)
    print(json.dumps(said, ensure_ascii=False))
