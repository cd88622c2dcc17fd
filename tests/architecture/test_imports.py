"""The import rules of pyproject.toml can fail: each forbidden import, put into the graph, is found by its rule."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract, configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract

from tests.architecture.allowed import PURE_NAMES, AllowedImports

ROOT = Path(__file__).parents[2]
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
TYPES: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "independence": IndependenceContract,
    "forbidden": ForbiddenContract,
    "allowed": AllowedImports,
}

ROOMS = "every room stands on the rooms below it"
TESTS = "nobody imports the tests or what makes the documents"
TOOLS = "the command line stands on the tools, and these on the ticks"
NEIGHBOURS = "services never import each other"
ANATOMY = "inside a service, wiring stands on adapters, these on what is decided, and that on the state"
LANGUAGE = "the published language needs pydantic alone"
KIT = "an agency's kit needs the published language and a bus, nothing of the house"
LAW = "the law reads its files and asks nobody"
CORE = "the core of the chassis is pure"
PURITY = "a service's rules are pure"
VALUE = "a service as one value and its queries know the store at most"
PLAYERS = "simulator and importer know the language, the law and a bus"

FORBIDDEN = [
    ("tools.simulator.week", "services.sla.decide", PLAYERS),
    ("tools.simulator.week", "chassis.core.stream_time", PLAYERS),
    ("tools.importer.claims", "services.routing.rules", PLAYERS),
    ("tools.simulator.week", "chassis.runtime.store.mongo", PLAYERS),
    ("tools.importer.claims", "motor", PLAYERS),
    ("tools.ticking", "deploy.embedded", PLAYERS),
    ("tools.simulator.week", "tools.operations.registry", TOOLS),
    ("tools.operations.replay", "tools.cli.run", TOOLS),
    ("tools.ticking", "tools.simulator.week", TOOLS),
    ("services.intake.app", "tools.ticking", ROOMS),
    ("services.intake.adapters.api", "tools.operations.registry", ROOMS),
    ("services.notify.app", "deploy.embedded", ROOMS),
    ("services.sla.state", "bench.workload", ROOMS),
    ("chassis.runtime.loop", "services.sla.service", ROOMS),
    ("chassis.runtime.run", "deploy.embedded", ROOMS),
    ("chassis.runtime.settings", "bench.workload", ROOMS),
    ("chassis.core.service", "chassis.runtime.clock", ROOMS),
    ("chassis.core.document", "domain.worktime", ROOMS),
    ("domain.worktime.clock", "chassis.core.decision", ROOMS),
    ("contracts.envelope", "domain.worktime", ROOMS),
    ("tools.cli.run", "interop", ROOMS),
    ("tools.cli.run", "docs", TESTS),
    ("deploy.embedded.stack", "tools.cli.run", ROOMS),
    ("deploy.embedded.stack", "services.sla.service", ROOMS),
    ("tools.operations.replay", "tests", TESTS),
    ("contracts.topics", "tests", TESTS),
    ("services.intake.state", "services.routing.state", NEIGHBOURS),
    ("services.notify.adapters.delivery", "services.sla.rules", NEIGHBOURS),
    ("services.sla.state", "services.sla.decide", ANATOMY),
    ("services.sla.decide", "services.sla.service", ANATOMY),
    ("services.routing.fold", "services.routing.decide", ANATOMY),
    ("services.intake.service", "services.intake.adapters.api", ANATOMY),
    ("services.rating.adapters.http", "services.rating.app", ANATOMY),
    ("contracts.envelope", "tenacity", LANGUAGE),
    ("contracts.topics", "jinja2", LANGUAGE),
    ("contracts.sla", "yaml", LANGUAGE),
    ("contracts.envelope", "random", LANGUAGE),
    ("lienthong_agency.signing", "chassis.core.service", KIT),
    ("lienthong_agency.signing", "domain.procedures", KIT),
    ("lienthong_agency.signing", "motor", KIT),
    ("contracts.envelope", "lienthong_agency", ROOMS),
    ("domain.procedures.catalogue", "httpx", LAW),
    ("domain.worktime.clock", "time", LAW),
    ("chassis.core.service", "pymongo", CORE),
    ("chassis.core.decision", "asyncio", CORE),
    ("services.sla.report_row", "motor", PURITY),
    ("services.sla.decide", "chassis.runtime.clock", PURITY),
    ("services.routing.state", "random", PURITY),
    ("services.rating.decide", "services.rating.adapters.figures", PURITY),
    ("services.notify.state", "os", PURITY),
    ("services.sla.fold", "services.sla.queries", PURITY),
    ("services.routing.service", "asyncio", VALUE),
    ("services.intake.queries", "fastapi", VALUE),
]
"""Who imports what, and the rule that forbids it."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*OPTIONS["root_packages"], include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def rules() -> dict[str, Contract]:
    configuration.configure()
    session = {name: value for name, value in OPTIONS.items() if name not in {"contracts", "contract_types"}}
    return {one["name"]: TYPES[one["type"]](one["name"], session, _as_read(one)) for one in OPTIONS["contracts"]}


def _as_read(options: dict[str, Any]) -> dict[str, Any]:
    """As import-linter reads them: it wants words for yes and no."""
    return {name: str(value) if isinstance(value, bool) else value for name, value in options.items()}


def keeps(rule: Contract, graph: grimp.ImportGraph) -> bool:
    return rule.check(deepcopy(graph), verbose=False).kept


def test_every_rule_is_kept_and_every_rule_has_an_import_that_breaks_it(graph, rules) -> None:
    assert {name: keeps(rule, graph) for name, rule in rules.items()} == dict.fromkeys(rules, True)
    assert rules.keys() == {rule for *_, rule in FORBIDDEN}


@pytest.mark.parametrize(("importer", "imported", "rule"), FORBIDDEN, ids=lambda text: text.replace(" ", "-"))
def test_a_forbidden_import_is_found(graph, rules, importer: str, imported: str, rule: str) -> None:
    assert importer in graph.modules, f"{importer} is gone: name another module of its room"
    doctored = deepcopy(graph)
    if imported not in doctored.modules:
        assert not (ROOT / imported.partition(".")[0]).is_dir() or imported in {"tests", "docs"}, f"{imported} is gone"
        doctored.add_module(imported, is_squashed=True)
    doctored.add_import(importer=importer, imported=imported)
    assert not keeps(rules[rule], doctored)


def test_every_top_level_package_has_its_place(graph) -> None:
    packages = {module.parent.name for module in (*ROOT.glob("*/*.py"), *ROOT.glob("agency/*/__init__.py"))}
    packages -= {"tests", "docs"}
    assert packages == set(OPTIONS["root_packages"])
    placed = " ".join(next(one for one in OPTIONS["contracts"] if one["name"] == ROOMS)["layers"])
    assert all(package in placed for package in packages)


def test_every_service_is_held_to_the_anatomy(graph) -> None:
    containers = next(one for one in OPTIONS["contracts"] if one["name"] == ANATOMY)["containers"]
    assert set(containers) == graph.find_children("services")


def test_what_reads_a_clock_draws_lots_or_reaches_outside_is_not_pure() -> None:
    assert not {"time", "random", "os", "pathlib", "socket", "asyncio", "subprocess"} & PURE_NAMES
    assert {"dataclasses", "datetime", "json", "typing", "collections"} <= PURE_NAMES


def test_no_modules_import_each_other_in_a_circle(graph) -> None:
    assert not list(circles(graph))


def test_a_circle_is_found(graph) -> None:
    doctored = deepcopy(graph)
    doctored.add_import(importer="contracts.envelope", imported="contracts.topics")
    assert any({"contracts.envelope", "contracts.topics"} <= set(circle) for circle in circles(doctored))


def circles(graph: grimp.ImportGraph) -> Iterator[list[str]]:
    """Modules that are left when what imports nothing any more is taken away, again and again."""
    imports: dict[str, set[Any]] = {
        module: set(graph.find_modules_directly_imported_by(module)) - {module} for module in graph.modules
    }
    while free := {module for module, needed in imports.items() if not needed & imports.keys()}:
        imports = {module: needed for module, needed in imports.items() if module not in free}
    if imports:
        yield sorted(imports)
