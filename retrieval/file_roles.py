"""What a path says about a file: a test, an example, somebody else's code, prose. By name alone, in any language."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from itertools import pairwise

_TEST_FOLDERS = frozenset({"tests", "__tests__", "spec", "specs", "testdata", "test_data", "fixtures", "e2e", "testsuite", "__mocks__"})  # fmt: skip
_TEST_NAMES = re.compile(
    r"^(?:test_.*|tests?|conftest|.*[_.-](?:test|tests|spec|unittest)|Test[A-Z]\w*|\w*(?:[a-z]Tests?|TestCase|[a-z]IT|[a-z]Spec))$"
)
_EXAMPLE_FOLDERS = frozenset({"examples", "example", "samples", "sample", "demo", "demos", "docs", "doc", "docs_src", "tutorial", "tutorials", "benchmarks", "benchmark", "bench", "_examples", "playground"})  # fmt: skip
_VENDOR_FOLDERS = frozenset({"vendor", "vendored", "_vendor", "third_party", "thirdparty", "3rdparty", "node_modules", "extern", "single_include", "site-packages", "legacy", "compat", "_compat"})  # fmt: skip
_GENERATED = re.compile(
    r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|\.g\.\w+|\.generated\.\w+|_generated\.\w+|\.min\.\w+|zz_generated.*)$"
)
_PROSE = frozenset({".md", ".rst", ".txt", ".adoc", ".html", ".po", ".csv", ".json", ".lock", ".xml", ".svg", ".yml", ".yaml", ".toml", ".cfg", ".ini"})  # fmt: skip
FRONTS = frozenset(
    {
        "__init__.py",
        "index.js",
        "index.ts",
        "index.tsx",
        "mod.rs",
        "lib.rs",
        "package-info.java",
        "doc.go",
    }
)
"""Files that stand for the folder around them."""


@lru_cache(maxsize=1 << 16)
def place_of(path: str) -> str:
    """`test`, `example`, `vendored`, `generated`, `declaration`, `prose`, `front` (a package's face), or `source`."""
    *folders, name = path.split("/")
    stem, ending = posixpath.splitext(name)
    lower = [folder.lower() for folder in folders]
    if (
        not _TEST_FOLDERS.isdisjoint(lower)
        or (stem.endswith("_test") if ending == ".go" else _TEST_NAMES.match(stem))
        or lower[:1] in (["test"], ["testing"])
        or _src_test(lower)
    ):
        return "test"
    if not _VENDOR_FOLDERS.isdisjoint(lower):
        return "vendored"
    if not _EXAMPLE_FOLDERS.isdisjoint(lower):
        return "example"
    if _GENERATED.search(name):
        return "generated"
    if name.endswith((".d.ts", ".pyi")):
        return "declaration"
    if ending.lower() in _PROSE:
        return "prose"
    return "front" if name in FRONTS else "source"


def is_test(path: str) -> bool:
    """Whether a file is a test, or belongs to tests."""
    return place_of(path) == "test"


def _src_test(folders: list[str]) -> bool:
    return ("src", "test") in pairwise(folders)
