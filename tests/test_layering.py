"""One arrow: agent → retrieval → indexer, and a package is reached through its `__init__` only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "indexer": {"indexer"},
    "retrieval": {"retrieval", "indexer"},
    "agent": {"agent", "retrieval", "indexer"},
    "benchmarks": {"benchmarks", "agent", "retrieval", "indexer"},
}
OURS = {*MAY_IMPORT, "tests"}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports by their full names; relative imports stay inside the package."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_import_runs_against_the_arrow(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in imports(path)
        if module.split(".")[0] in OURS - MAY_IMPORT[package]
    }
    assert found == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_other_packages_are_reached_through_their_init(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in imports(path)
        if "." in module and module.split(".")[0] in set(MAY_IMPORT) - {package}
    }
    assert found == set()


@pytest.mark.parametrize("package", ["indexer", "retrieval", "agent"])
def test_a_packages_surface_is_what_it_says(package: str) -> None:
    module = __import__(package)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
