"""What the documents point to is there: pages, headings, pictures, files and functions."""

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "agency",
    "contracts",
    "domain",
    "chassis",
    "services",
    "tools",
    "deploy",
    "bench",
    "interop",
    "tests",
    "docs",
    "examples",
)
"""Folders whose names begin a path in a document."""
HISTORY = ("CHANGELOG.md",)
"""What is said of a version stays: files that it names may have moved since."""
MADE = ("docs/interop.md", "docs/benchmarks.md")
"""Written by programs, which name what there was when they ran."""
MOST_BYTES = 300_000

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
NAMED = re.compile(r"`([\w./*<>-]+)(?:: ([\w.]+))?`")
"""`chassis/runtime/loop.py`, or with what stands in it: `chassis/runtime/loop.py: Loop.process`."""
CLASS = re.compile(r"`([A-Z]+[a-z]\w*(?:\.\w+)*)`")
"""`Job`, or a method or field of it: `Job.decide`."""
FILE = re.compile(r"[\w*-]+\.(py|yaml|sh|toml)")


@cache
def files() -> list[str]:
    """All files of this repository that are not ignored, and their folders."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    there = [Path(name) for name in listed if (ROOT / name).is_file()]
    return sorted({str(path) for file in there for path in (file, *file.parents)})


def documents() -> list[str]:
    return [name for name in files() if name.endswith(".md")]


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def prose(document: str) -> str:
    return re.sub(r"^```.*?^```", "", text_of(document), flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to headings."""
    heads = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(document: str) -> Iterator[str]:
    found = (link or image for link, image in LINK.findall(prose(document)))
    yield from (link for link in found if not re.match(r"[a-z]+:", link))


@pytest.mark.parametrize("document", documents())
def test_every_link_leads_somewhere(document: str) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = ((ROOT / document).parent / path).resolve() if path else ROOT / document
        assert target.exists(), f"{document} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{document}: no heading {link}"


@pytest.mark.parametrize("document", sorted({*documents()} - {*HISTORY, *MADE}))
def test_every_file_and_function_that_a_document_names_is_there(document: str) -> None:
    for path, name in paths(text_of(document)):
        found = matching(path)
        assert found, f"{document} names {path}, which is not there"
        if name:
            assert name in names_in(found[0]), f"{document}: {path} has no {name}"


@pytest.mark.parametrize("document", sorted({*documents()} - {*HISTORY, *MADE}))
def test_every_class_and_method_that_a_document_names_is_there(document: str) -> None:
    for name in CLASS.findall(prose(document)):
        unknown = {*name.split(".")} - words()
        assert not unknown, f"{document} names {name}, and no code has {', '.join(unknown)}"


@cache
def words() -> set[str]:
    """Every word of the code, its tests and its alerts."""
    modules = [ROOT / name for name in files() if name.endswith((".py", ".yml"))]
    return {word for module in modules for word in re.findall(r"\w+", module.read_text(encoding="utf-8"))}


def paths(text: str) -> Iterator[tuple[str, str]]:
    """What looks like a file or folder of this repository; `<name>` and `*` stand for any name."""
    for path, name in NAMED.findall(text):
        room, slash, rest = path.partition("/")
        if slash and (room in ROOMS or FILE.fullmatch(rest.rpartition("/")[2])):
            yield re.sub(r"<\w+>", "*", path).rstrip("/"), name


@cache
def matching(path: str) -> list[Path]:
    """The files and folders of that name, wherever they stand if it begins with no room."""
    pattern = path if path.partition("/")[0] in ROOMS else f"*/{path}"
    return [ROOT / name for name in files() if fnmatch(name, pattern)]


@cache
def names_in(module: Path) -> set[str]:
    """Functions, classes, methods, fields and constants of a module, methods and fields with their class."""
    return set(_names(ast.parse(module.read_text(encoding="utf-8")).body, ""))


def _names(body: list[ast.stmt], within: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield within + node.name
                yield from _names(node.body, f"{within}{node.name}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield within + node.name
                yield from _names(node.body, f"{within}{node.name}.")
            case ast.Assign():
                yield from (within + target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name()):
                yield within + node.target.id


def test_every_picture_is_shown_and_small_enough_for_a_page() -> None:
    folder = ROOT / "docs" / "pictures"
    shown = {((ROOT / one).parent / link).resolve() for one in documents() for link in links(one)}
    pictures = [path for path in folder.iterdir() if path.suffix in {".png", ".svg"}]
    assert pictures
    for picture in pictures:
        assert picture in shown, f"no document shows {picture.name}: take it out of docs/pictures/make.py"
        assert 1_000 < picture.stat().st_size < MOST_BYTES, f"{picture.name} is empty or too large; make it anew"
