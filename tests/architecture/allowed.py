"""An import rule that names what is allowed and forbids the rest; pyproject.toml registers it with import-linter.

It looks at direct imports alone: each room that is imported has a rule of its own.
"""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

PURE = "the pure standard library"
"""Stands for all of the standard library but what reads a clock, draws lots or reaches outside the process."""

CLOCK_AND_CHANCE = {"random", "sched", "secrets", "time", "timeit"}
OUTSIDE = {
    *("ctypes", "fcntl", "fileinput", "ftplib", "getpass", "glob", "http", "imaplib", "importlib", "io", "locale"),
    *("logging", "mailbox", "mmap", "os", "pathlib", "platform", "poplib", "pty", "readline", "resource", "shutil"),
    *("site", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "syslog", "tempfile"),
    *("urllib", "webbrowser", "xmlrpc"),
}
AT_ONCE = {"asyncio", "concurrent", "multiprocessing", "queue", "select", "selectors", "signal", "threading"}
PURE_NAMES = sys.stdlib_module_names - CLOCK_AND_CHANCE - OUTSIDE - AT_ONCE


class AllowedImports(Contract):
    """Modules may import each other and what is allowed.

    Options:
        modules: packages that are held to the rule, with all that lies in them.
        but: packages in them that are not.
        allowed: packages and modules that they may import.
    """

    type_name = "allowed"

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    but = fields.SetField(subfield=fields.ModuleExpressionField(), required=False, default=frozenset())
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter gives it
        """Find every direct import that is not allowed."""
        held, exempt = (
            {one.name for one in module_expressions_to_modules(graph, expressions, as_packages=True)}
            for expressions in (self.modules, self.but)
        )
        held -= exempt
        wrong = [
            (importer, imported)
            for importer in sorted(held)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported not in held and not self._allows(imported)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def _allows(self, module: str) -> bool:
        allowed: Any = self.allowed
        if PURE in allowed and module.partition(".")[0] in PURE_NAMES:
            return True
        return any(module == one or module.startswith(f"{one}.") for one in allowed)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which imports are wrong."""
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"- {importer} imports {imported}, which is not among what it is allowed.", bold=False)
