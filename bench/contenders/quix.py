"""Quix Streams, exactly once, doing the same job with its state in RocksDB.

All topics of sla are concatenated, so Quix hands out their records by time, and one state serves them all. The state
holds what sla's document holds: the folded state, and every event as it came. It folds each event into the state that
it kept, where sla could fold all facts again; nothing can be queried.
"""

import logging
from functools import reduce
from typing import Any

from quixstreams import Application, State, message_context

from bench.contenders.environment import BEFORE_ALL, FOLDER, GROUP, KAFKA, sla
from contracts.envelope import AnyEvent
from contracts.topics import read_event

SERVICE = sla()

HEARD = tuple(name for name in SERVICE.topics if name.startswith("dossier."))
"""All that is measured with. The names of all topics of sla together are longer than a topic's name may be."""

COMMIT_SECONDS = 1.0
"""Its default of 5 s would only make the end of a measured run wait."""


def job(value: bytes, state: State[str, Any]) -> list[dict[str, Any]]:
    """Fold one event in, keep it, and return what has to be said."""
    event = read_event(message_context().topic, value)
    kept = state.get("state")
    folded = SERVICE.initial if kept is None else SERVICE.state_adapter.validate_python(kept)
    folded, said = SERVICE.evolve(folded, event), list[AnyEvent]()
    while more := SERVICE.decide(folded, BEFORE_ALL).events:
        folded = reduce(SERVICE.evolve, more, folded)
        said += more
    number = state.get("facts", 0)
    for text in (value.decode(), *(event.to_json() for event in said)):
        state.set(f"fact {number}", text)
        number += 1
    state.set("facts", number)
    state.set("state", SERVICE.dump(folded))
    return [event.model_dump(mode="json") for event in said]


def run() -> None:
    """Until the process is ended."""
    app = Application(
        broker_address=KAFKA,
        consumer_group=GROUP,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=COMMIT_SECONDS,
        state_dir=FOLDER,
        # At its start it asks for the ends of every partition in turn, each time behind a fetch that waits for records.
        consumer_extra_config={"fetch.wait.max.ms": 20},
        loglevel=logging.ERROR,
    )
    read = [app.topic(name, value_deserializer="bytes") for name in HEARD]
    says = {payload.TYPE: app.topic(payload.TYPE) for payload in SERVICE.emits}
    first, *others = [app.dataframe(topic) for topic in read]
    frame = reduce(lambda all_, one: all_.concat(one), others, first)
    frame = frame.apply(job, stateful=True, expand=True)
    frame.to_topic(lambda value, *_: says[value["type"]])
    app.run()


if __name__ == "__main__":
    run()
