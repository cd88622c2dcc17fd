"""Every service has the same rooms, and everything is in its room. See `anatomy` and `contents`."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import services
import tools
from chassis.core.service import Service, unchanged
from chassis.runtime.settings import Settings
from contracts.claims import AgencyReported
from contracts.intake import DossierReceived
from contracts.topics import SERVICES
from tests.architecture import anatomy, contents
from tests.architecture.anatomy import Tree, tree_of
from tools.operations.registry import all_services

TREES: dict[str, Tree] = {name: tree_of(Path(services.__file__).parent / name) for name in SERVICES}
ALL = pytest.mark.parametrize("name", SERVICES)


def built(name: str) -> Service[Any]:
    return all_services(Settings())[name]


def room(name: str, module: str) -> Any:
    return importlib.import_module(f"services.{name}.{module}")


@ALL
def test_every_service_has_the_rooms_of_the_anatomy_and_no_others(name: str) -> None:
    assert not [*anatomy.misplaced(name, TREES[name])]


@ALL
def test_rooms_import_what_stands_below_them_and_pure_ones_nothing_of_the_outside_world(name: str) -> None:
    assert not [*anatomy.misdirected(name, TREES[name])]


@ALL
def test_every_room_holds_what_it_promises(name: str) -> None:
    assert not [*contents.misshapen(TREES[name])]


@ALL
def test_paths_of_the_stored_state_stand_in_queries_alone(name: str) -> None:
    assert not [*contents.state_paths(TREES[name])]


def test_tools_ask_the_services_queries_for_stored_states() -> None:
    assert not [*contents.state_paths(tree_of(Path(tools.__file__).parent))]


@ALL
def test_events_are_made_in_one_place(name: str) -> None:
    assert not [*contents.scattered_events(TREES[name])]


@ALL
def test_the_table_names_a_function_for_all_that_is_consumed_or_owned(name: str) -> None:
    service, owned = built(name), room(name, "events").OWNED
    assert not [*contents.untabled(name, service.folds, owned)]
    assert set(service.folds) == {*service.consumes, *service.emits}


@ALL
def test_a_service_is_built_of_its_rooms(name: str) -> None:
    service, fold = built(name), room(name, "fold")
    assert type(fold.FOLD_VERSION) is int
    assert fold.FOLD_VERSION >= 1
    assert service.fold_version == fold.FOLD_VERSION
    assert service.emits == room(name, "events").OWNED
    assert service.initial is room(name, "state").INITIAL
    assert f"/lienthong/{name}" == room(name, "events").SOURCE


BROKEN = [
    ({"utils.py": ""}, anatomy.misplaced, "utils.py belongs to no room"),
    ({"helpers/names.py": ""}, anatomy.misplaced, "helpers/names.py belongs to no room"),
    ({"state.py": None}, anatomy.misplaced, "has no state.py"),
    ({"judging.py": None}, anatomy.misplaced, "judging.py, which is gone"),
    ({"fold.py": "from chassis.runtime import clock"}, anatomy.misdirected, "pure and imports chassis.runtime"),
    ({"events.py": "import chassis.runtime.clock"}, anatomy.misdirected, "pure and imports chassis.runtime.clock"),
    ({"judging.py": "def judge():\n    import random"}, anatomy.misdirected, "pure and imports random"),
    ({"folding_times.py": "import motor"}, anatomy.misdirected, "pure and imports motor"),
    ({"rules.py": "import asyncio"}, anatomy.misdirected, "pure and imports asyncio"),
    ({"state.py": "from services.intake.fold import folds"}, anatomy.misdirected, "which stands above it"),
    ({"fold.py": "from services.intake import decide"}, anatomy.misdirected, "which stands above it"),
    ({"decide.py": "from services.intake.adapters.api import router"}, anatomy.misdirected, "which stands above it"),
    ({"adapters/api.py": "from services.sla.state import State"}, anatomy.misdirected, "never import each other"),
    ({"adapters/api.py": 'query = {"state.code": 1}'}, contents.state_paths, "names the state path 'state.code'"),
    ({"adapters/api.py": 'key = f"$state.{by}"'}, contents.state_paths, "names the state path"),
    ({"adapters/api.py": 'code = state["code"]'}, contents.state_paths, "reads state['code']"),
    ({"service.py": 'Service(indexes=(("code",),))'}, contents.state_paths, "names index fields"),
    ({"decide.py": "from contracts.envelope import new_event"}, contents.scattered_events, "makes events"),
    ({"adapters/api.py": "from contracts.envelope import following"}, contents.scattered_events, "makes events"),
    ({"fold.py": "def folds(): ..."}, contents.misshapen, "fold.py defines no FOLD_VERSION"),
    ({"events.py": 'SOURCE = "/lienthong/intake"'}, contents.misshapen, "events.py defines no OWNED"),
    ({"decide.py": "def decide(rules, state, now): ..."}, contents.misshapen, "has to be decide(state, now[, rules])"),
    ({"state.py": "class State: ...\nINITIAL = State()"}, contents.misshapen, "State is not frozen"),
    ({"state.py": "from contracts.envelope import AnyEvent"}, contents.misshapen, "knows events"),
]


@pytest.mark.parametrize(("change", "check", "complaint"), BROKEN, ids=[complaint for _, _, complaint in BROKEN])
def test_each_check_finds_what_does_not_fit(change: dict[str, str | None], check: Any, complaint: str) -> None:
    tree = {path: text for path, text in {**TREES["intake"], **change}.items() if text is not None}
    takes_name = check in (anatomy.misplaced, anatomy.misdirected)
    found = [*(check("intake", tree) if takes_name else check(tree))]
    assert any(re.search(re.escape(complaint), text) for text in found), found


def test_a_docstring_may_name_a_path() -> None:
    assert not [*contents.state_paths({"adapters/api.py": '"""state.code is the code."""'})]


def test_a_table_that_lacks_an_owned_event_is_found() -> None:
    owned = room("intake", "events").OWNED
    table = {payload: fold for payload, fold in built("intake").folds.items() if payload is not DossierReceived}
    assert "dossier.received is owned and not folded" in [*contents.untabled("intake", table, owned)]
    assert "dossier.received is intake's by the contracts and not folded" in [*contents.untabled("intake", table, ())]


@pytest.mark.parametrize(
    ("payload", "fold", "complaint"),
    [
        (AgencyReported, lambda state, _: state, "without a name"),
        ("agency.reported", unchanged, "'agency.reported' is no payload"),
    ],
)
def test_a_table_of_something_else_is_found(payload: Any, fold: Any, complaint: str) -> None:
    table = {**built("intake").folds, payload: fold}
    assert any(complaint in text for text in contents.untabled("intake", table, ()))


def test_one_function_for_everything_is_no_table() -> None:
    table = dict.fromkeys(built("intake").folds, unchanged)
    assert "unchanged folds 13 of 13 payloads" in [*contents.untabled("intake", table, ())]


def test_an_event_of_somebody_else_is_not_owned() -> None:
    found = [*contents.untabled("intake", built("intake").folds, (AgencyReported,))]
    assert "agency.reported is not intake's by the contracts" in found
