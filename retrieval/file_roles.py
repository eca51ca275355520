"""The role of a file by its path alone, in any language: test, example, vendored code, prose."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from itertools import pairwise

_TEST_FOLDERS = frozenset({
    "tests", "__tests__", "spec", "specs", "testdata", "test_data", "fixtures", "e2e", "testsuite",
    "__mocks__",
})  # fmt: skip
_TEST_NAMES = re.compile(
    r"^(?:test_.*|tests?|conftest|.*[_.-](?:test|tests|spec|unittest)|Test[A-Z]\w*"
    r"|\w*(?:[a-z]Tests?|TestCase|[a-z]IT|[a-z]Spec))$"
)
_EXAMPLE_FOLDERS = frozenset({
    "examples", "example", "samples", "sample", "demo", "demos", "docs", "doc", "docs_src",
    "tutorial", "tutorials", "benchmarks", "benchmark", "bench", "_examples", "playground",
})  # fmt: skip
_VENDOR_FOLDERS = frozenset({
    "vendor", "vendored", "_vendor", "third_party", "thirdparty", "3rdparty", "node_modules",
    "extern", "single_include", "site-packages", "legacy", "compat", "_compat",
})  # fmt: skip
_GENERATED = re.compile(
    r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|\.g\.\w+|\.generated\.\w+|_generated\.\w+"
    r"|\.min\.\w+|zz_generated.*)$"
)
_PROSE = frozenset({
    ".md", ".rst", ".txt", ".adoc", ".html", ".po", ".csv", ".json", ".lock", ".xml", ".svg",
    ".yml", ".yaml", ".toml", ".cfg", ".ini",
})  # fmt: skip
PACKAGE_INDEX_FILES = frozenset({
    "__init__.py", "index.js", "index.ts", "index.tsx", "mod.rs", "lib.rs", "package-info.java",
    "doc.go",
})  # fmt: skip
"""Files that stand for the folder around them."""


@lru_cache(maxsize=1 << 16)
def file_role(path: str) -> str:
    """Return the role of a file.

    One of `test`, `example`, `vendored`, `generated`, `declaration`, `prose`, `front` (a package
    index file) and `source`.
    """
    *folders, name = path.split("/")
    lower = [folder.lower() for folder in folders]
    if _is_test(lower, name):
        return "test"
    if not _VENDOR_FOLDERS.isdisjoint(lower):
        return "vendored"
    if not _EXAMPLE_FOLDERS.isdisjoint(lower):
        return "example"
    if _GENERATED.search(name):
        return "generated"
    if name.endswith((".d.ts", ".pyi")):
        return "declaration"
    if posixpath.splitext(name)[1].lower() in _PROSE:
        return "prose"
    return "front" if name in PACKAGE_INDEX_FILES else "source"


def is_test(path: str) -> bool:
    """Return True for a test and for a file that belongs to tests."""
    return file_role(path) == "test"


def is_source(path: str) -> bool:
    """Return True for the package's own code, package index files included."""
    return file_role(path) in ("source", "front")


def _is_test(folders: list[str], name: str) -> bool:
    stem, extension = posixpath.splitext(name)
    if not _TEST_FOLDERS.isdisjoint(folders) or folders[:1] in (["test"], ["testing"]):
        return True
    if ("src", "test") in pairwise(folders):
        return True
    return stem.endswith("_test") if extension == ".go" else bool(_TEST_NAMES.match(stem))
