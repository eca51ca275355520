"""Digests of code by its meaning, on a copy of the package."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.code_digest import digest_code
from indexer.resolve.dependencies import RESOLUTION_SOURCES, resolution_id

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = '''"""A module."""

LIMIT = 2
"""A limit."""


def f(a: int) -> int:
    """Return it."""
    return a + LIMIT  # why
'''


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEW_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def copied_package(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "*.scm")
    return Path(shutil.copytree(ROOT / "indexer", folder / "indexer", ignore=ignored))


def digest_of(package: Path) -> str:
    return digest_code(package / name for name in RESOLUTION_SOURCES)


def edited(path: Path, edit: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    path.write_text(edit(before), "utf-8")
    assert path.read_text("utf-8") != before


def test_a_copied_package_has_the_same_digest(tmp_path: Path) -> None:
    assert digest_of(copied_package(tmp_path)) == resolution_id()


def test_comments_and_docstrings_keep_the_digest_of_a_package(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    for path in (package / "resolve").glob("*.py"):
        edited(path, lambda text: '"""Another docstring."""\n# A comment.\n' + text)
    assert digest_of(package) == resolution_id()


@pytest.mark.parametrize(
    "name", ["resolve/inference/mro.py", "modules/python.py", "facts/by_path.py"]
)
def test_a_statement_more_changes_the_digest_of_a_package(tmp_path: Path, name: str) -> None:
    package = copied_package(tmp_path)
    edited(package / name, lambda text: text + "\nANSWER = 42\n")
    assert digest_of(package) != resolution_id()


def test_a_file_more_changes_the_digest_of_a_package(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    (package / "modules" / "cobol.py").write_text("")
    assert digest_of(package) != resolution_id()


def test_other_rooms_do_not_count(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    edited(package / "languages" / "registry.py", lambda text: text + "\nANSWER = 42\n")
    (package / "resolve" / "notes.txt").write_text("not code")
    assert digest_of(package) == resolution_id()


def test_confidence_counts_by_its_values(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    table = package / "resolve" / "confidence.json"
    edited(table, lambda text: text.replace("{", "{ ", 1))
    assert digest_of(package) == resolution_id()
    edited(table, lambda text: text.replace("0.", "0.0", 1))
    assert digest_of(package) != resolution_id()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another."""'),
        ('"""A module."""\n', ""),
        ('"""A limit."""\n', ""),
        ("# why", "# because"),
        ("a + LIMIT", "(\n        a + LIMIT\n    )"),
    ],
)
def test_prose_and_layout_keep_the_digest(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "a.py"
    file.write_text(SAMPLE)
    before = digest_code([file])
    edited(file, lambda text: text.replace(old, new))
    assert digest_code([file]) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a + LIMIT", "a - LIMIT"),
        ("LIMIT = 2", "LIMIT = 3"),
        ("LIMIT = 2", "LIMIT = 2.0"),
        ("LIMIT = 2", "LIMIT = None"),
        ("a: int)", "a: int = 0)"),
        ("a: int)", "*, a: int)"),
        ("def f", "async def f"),
        ("LIMIT = 2", "LIMIT = '2'"),
    ],
)
def test_operators_constants_and_signatures_change_the_digest(
    tmp_path: Path, old: str, new: str
) -> None:
    file = tmp_path / "a.py"
    file.write_text(SAMPLE)
    before = digest_code([file])
    edited(file, lambda text: text.replace(old, new))
    assert digest_code([file]) != before


def test_a_renamed_file_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text(SAMPLE)
    before = digest_code([tmp_path / "room"])
    (tmp_path / "room" / "a.py").rename(tmp_path / "room" / "b.py")
    assert digest_code([tmp_path / "room"]) != before


def test_unchanged_files_are_not_parsed_again(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(SAMPLE)
    before = digest_code([file])
    (memo,) = (cache / "code").iterdir()
    exact, _ = memo.read_text().split()
    memo.write_text(f"{exact} {'0' * 16}")
    assert digest_code([file]) == "0" * 16
    edited(file, lambda text: text + "# more\n")
    assert digest_code([file]) == before


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"one", b"a b c"])
def test_a_damaged_memo_is_written_anew(tmp_path: Path, cache: Path, damage: bytes) -> None:
    file = tmp_path / "a.py"
    file.write_text(SAMPLE)
    before = digest_code([file])
    (memo,) = (cache / "code").iterdir()
    intact = memo.read_bytes()
    memo.write_bytes(damage)
    assert digest_code([file]) == before
    assert memo.read_bytes() == intact


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(SAMPLE)
    before = digest_code([file])
    shutil.rmtree(cache)
    cache.write_text("a file, not a folder")
    assert digest_code([file]) == before
