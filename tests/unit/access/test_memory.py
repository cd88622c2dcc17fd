"""What the relay keeps between two starts."""

from tools.operations.access_plan import RELAYED
from tools.operations.relay.memory import Memory, Place

OTHER = "H29.13"


def test_the_memory_outlives_its_process_and_is_closed_to_others(tmp_path):
    file = tmp_path / "relay" / "memory.sqlite"
    first = Memory(file, RELAYED)
    with first.one_step():
        first.stands([("d1", Place("dossier.paid", 2, 7))])
        first.draw([("d1", OTHER)])
        first.read_up_to({("dossier.paid", 2): 8})
    first.close()
    second = Memory(file, RELAYED)
    assert second.places("d1") == [Place("dossier.paid", 2, 7)]
    assert second.concerned("d1") == {OTHER: False}
    assert second.positions() == {("dossier.paid", 2): 8}
    assert file.stat().st_mode & 0o077 == 0
