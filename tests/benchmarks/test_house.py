"""The structure of a checkout is measured by its own imports, sizes and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import house


@pytest.fixture
def measured(tmp_path: Path) -> dict[str, house.Row]:
    files = {
        "indexer/__init__.py": "",
        "indexer/__init__.pyi": "from .store import used as used, unused as unused\n",
        "indexer/store/__init__.py": '"""Tables."""\nfrom .writer import used\n',
        "indexer/store/writer.py": "def f():\n    from .lance import g\n\n\nused = unused = 1\n",
        "indexer/store/lance.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    from .writer import f\n\n\ndef g():\n    " + "x = 1; " * 20 + "\n",
        "indexer/source/__init__.py": '"""Where files that git tracks lie."""\n',
        "indexer/source/git.py": "from ..store import used\n\n\ndef deep(a):\n    for x in a:\n"
        "        if x:\n            while x:\n                x -= 1\n",
        "retrieval/__init__.py": "",
        "retrieval/searcher.py": "from indexer import used\n",
        "agent/__init__.py": "",
        "README.md": "# A tool that answers\n\nWhat it does is `that`.\n",
        "docs/more.md": "Plain.\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return {row.name: row for row in house.measure(tmp_path)}


def test_lazy_and_type_checking_imports_make_circles(measured: dict[str, house.Row]) -> None:
    assert measured["circles between files"].offenders == [
        "indexer.store.lance indexer.store.writer"
    ]
    assert measured["circles between rooms"].value == "0"


def test_rooms_and_files_are_counted(measured: dict[str, house.Row]) -> None:
    assert measured["indexer: rooms, files"].value == "2, 1"
    assert measured["retrieval: rooms, files"].value == "0, 2"


def test_nesting_and_columns_are_found(measured: dict[str, house.Row]) -> None:
    assert measured["nested ≤ 2"].offenders == ["indexer/source/git.py:4 deep"]
    assert measured["lines over 100 columns"].offenders == ["indexer/store/lance.py:8"]


def test_question_words_and_relative_words_are_counted(measured: dict[str, house.Row]) -> None:
    asking = measured["docstrings that begin with a question word"]
    assert asking.offenders == ["indexer/source/__init__.py:1 Where files that git tracks lie."]
    assert measured["relative words per 100 of README.md"].value == "25.0"  # 2 of 8, code apart
    assert measured["relative words per 100 of docs/more.md"].value == "0.0"


def test_a_name_without_a_user_is_found(measured: dict[str, house.Row]) -> None:
    assert measured["names exported without a user"].offenders == ["indexer.unused"]
