"""One arrow: agent → retrieval → indexer, rooms in order, no circles.

A package is reached through its `__init__` only, and so is a room inside its package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.house import circles_of, import_graph, imported, read_modules

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "indexer": {"indexer"},
    "retrieval": {"retrieval", "indexer"},
    "agent": {"agent", "retrieval", "indexer"},
    "benchmarks": {"benchmarks", "agent", "retrieval", "indexer"},
}
OURS = {*MAY_IMPORT, "tests"}
ROOMS = {
    "indexer": {
        "pipeline": "resolve modules facts store extract languages source embed",
        "resolve": "modules facts languages",
        "modules": "facts languages",
        "facts": "store languages",
        "snapshot": "store source embed",
        "store": "source embed",
        "extract": "languages",
        "languages": "",
        "source": "",
        "embed": "",
    },
    "retrieval": {
        "tune": "searcher rank query",
        "searcher": "pack rank graph search query",
        "pack": "rank query",
        "rank": "search query",
        "graph": "query",
        "search": "query",
        "query": "",
    },
    "agent": {
        "cli": "run tools model sandbox workspace session scripted",
        "run": "tools model sandbox workspace session",
        "tools": "sandbox session",
        "model": "session",
        "sandbox": "",
        "workspace": "",
        "session": "",
        "scripted": "",
    },
}
"""Package → room, or file as large as one → rooms it may import. Every room may import the other
files directly in its package; these import no room."""
MAX_ROOMS = {"indexer": 10, "retrieval": 6, "agent": 8}
MAX_FILES = {"indexer": 8, "retrieval": 5, "agent": 2}  # directly in the package
MODULES = [module for module in read_modules(ROOT) if module.name.partition(".")[0] in ROOMS]


def absolute_imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports by their full names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_import_runs_against_the_arrow(package: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in absolute_imports(path)
        if module.split(".")[0] in OURS - MAY_IMPORT[package]
    }
    assert wrong == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_other_packages_are_reached_through_their_init(package: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in absolute_imports(path)
        if "." in module and module.split(".")[0] in set(MAY_IMPORT) - {package}
    }
    assert wrong == set()


def test_no_two_files_import_each_other_in_a_circle() -> None:
    assert circles_of(import_graph(MODULES)) == []


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_imports_only_rooms_below_it(package: str) -> None:
    rooms = ROOMS[package]
    wrong = {
        f"{module.path}: {target}"
        for module in MODULES
        if module.name.startswith(f"{package}.")
        for target in room_imports(package, module.name, imported(module))
        if target in rooms and target not in allowed(package, module.name)
    }
    assert wrong == set()


def room_imports(package: str, name: str, imports: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Yield the other rooms of its package that a module imports."""
    for target, alias in imports:
        parts = f"{target}.{alias}".split(".")
        if parts[0] == package and parts[1] != name.split(".")[1]:
            yield parts[1]


def allowed(package: str, module: str) -> set[str]:
    """Return the rooms that a module may import."""
    return set(ROOMS[package].get(module.split(".")[1], "").split())


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_is_reached_through_its_init(package: str) -> None:
    wrong = {
        f"{module.path}: {target}"
        for module in MODULES
        for target, _ in imported(module)
        if target.count(".") >= 2
        and target.startswith(f"{package}.")
        and target.split(".")[:2] != module.name.split(".")[:2]
    }
    assert wrong == set()


@pytest.mark.parametrize("package", ROOMS)
def test_a_package_has_few_rooms_and_files(package: str) -> None:
    folder = ROOT / package
    rooms = [path.parent for path in folder.glob("*/__init__.py")]
    assert len(rooms) <= MAX_ROOMS[package]
    assert len(list(folder.glob("*.py"))) <= MAX_FILES[package]
    assert {room.name for room in rooms} <= ROOMS[package].keys()


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_says_its_purpose_in_one_line(package: str) -> None:
    silent = [
        path.parent.name
        for path in (ROOT / package).glob("*/__init__.py")
        if (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "\n").count("\n")
    ]
    assert silent == []


@pytest.mark.parametrize("package", ROOMS)
def test_a_packages_surface_is_what_it_says(package: str) -> None:
    module = __import__(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_no_room_exports_a_name_of_a_module_in_it() -> None:
    """Such a name would mean the function or the module, by the order of imports."""
    files = {module.name for module in MODULES}
    rooms = [module for module in MODULES if module.stub]
    wrong = {
        f"{room.name}.{name}"
        for room in rooms
        for _, name in imported(room)
        if f"{room.name}.{name}" in files
    }
    assert wrong == set()
