from pathlib import Path

import pytest

from deploy.embedded import Endpoints, StackError, read_endpoints
from deploy.embedded.endpoints import Process, StackFile, load, save, stack_path

CONTENT = StackFile(
    kafka="127.0.0.1:19092",
    mongo={"intake": "mongodb://127.0.0.1:27201/intake?directConnection=true"},
    processes=(Process(name="kafka", pid=4711, started=99),),
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save(tmp_path, CONTENT)
    assert load(tmp_path) == CONTENT


def test_clients_read_only_the_endpoints(tmp_path: Path) -> None:
    save(tmp_path, CONTENT)
    assert read_endpoints(tmp_path) == Endpoints(kafka=CONTENT.kafka, mongo=CONTENT.mongo)


def test_a_home_without_a_stack_has_no_endpoints(tmp_path: Path) -> None:
    assert read_endpoints(tmp_path) is None


def test_saving_leaves_no_partial_file(tmp_path: Path) -> None:
    save(tmp_path, CONTENT)
    assert list(tmp_path.iterdir()) == [stack_path(tmp_path)]


def test_a_damaged_file_is_reported_with_its_path(tmp_path: Path) -> None:
    stack_path(tmp_path).write_text('{"kafka": ')
    with pytest.raises(StackError, match=r"stack\.json is damaged"):
        load(tmp_path)


def test_a_restarted_process_takes_the_place_of_its_namesake() -> None:
    restarted, store = Process(name="kafka", pid=4712, started=120), Process(name="sla", pid=4713, started=121)
    assert CONTENT.with_processes([restarted]).processes == (restarted,)
    assert CONTENT.with_processes([store]).processes == (*CONTENT.processes, store)
