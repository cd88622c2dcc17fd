from pathlib import Path

import pytest

from interop.cells import Cell, cells_of
from interop.clients import BUILDS, CLIENTS
from interop.report import rendered
from interop.results import Results

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_is_what_the_last_whole_run_found():
    assert (DOCS / "interop.md").read_text(encoding="utf-8") == rendered(Results.read(DOCS))


def test_the_last_whole_run_had_every_client_in_its_pinned_version_and_every_variant():
    rows = Results.read(DOCS).rows
    assert {name: row.version for name, row in rows.items()} == {one.name: one.version for one in CLIENTS}
    for client in CLIENTS:
        assert rows[client.name].unmade or set(rows[client.name].cells) == {one.variant for one in cells_of(client)}


def test_the_last_whole_run_had_every_sdk_in_its_pinned_version():
    pinned = [f"{one.events[0]} {one.events_version}" for one in CLIENTS if one.events]
    assert [one.sdk for one in Results.read(DOCS).events] == pinned


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: one.name)
def test_every_client_has_a_build_and_names_that_a_submission_may_have(client):
    assert client.build in BUILDS
    for one in cells_of(client):
        assert all(len(code) <= 64 for code in one.submissions)


def test_no_cell_answers_the_dossiers_of_another():
    names = [one.name for client in CLIENTS for one in cells_of(client)]
    taken = [(one, other) for one in names for other in names if one != other and f"{other}.1".startswith(f"{one}.")]
    assert taken == []
    assert Cell(CLIENTS[0], "defaults").submissions[0].startswith("aiokafka-defaults.")
