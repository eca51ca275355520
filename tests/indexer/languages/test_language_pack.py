"""Languages of the optional language pack: no query, files cut along their syntax."""

from __future__ import annotations

import subprocess
import sys

import pytest

from indexer.extract.chunker import MAX_LINES
from indexer.extract.extractor import extract_facts
from indexer.languages.language_pack import LARGEST, syntax_blocks
from indexer.languages.registry import TEXT, language_of

DART = "import 'a.dart';\n\n" + "".join(
    f"// Adds {n}.\nint add{n}(int a) {{\n  var b = a;\n\n  b += {n};\n  return b;\n}}\n\n"
    for n in range(20)
)


def test_a_file_of_the_pack_is_cut_at_its_functions() -> None:
    facts = extract_facts("a.dart", DART.encode(), language_of("a.dart"))
    assert (facts.language, facts.symbols, facts.references) == ("dart", (), ())
    assert [chunk.text.split("\n")[0] for chunk in facts.chunks[1:]] == [
        f"// Adds {n}." for n in range(20)
    ]


def test_chunks_of_the_pack_cover_every_line_once() -> None:
    facts = extract_facts("a.dart", DART.encode(), "dart")
    covered = [
        line for chunk in facts.chunks for line in range(chunk.start_line, chunk.end_line + 1)
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) >= {
        number for number, line in enumerate(DART.split("\n"), 1) if line.strip()
    }


def test_a_large_file_of_the_pack_is_text() -> None:
    assert syntax_blocks("dart", b"int a = 1;\n" * (LARGEST // 8), MAX_LINES) == []


@pytest.mark.parametrize("source", [b"", b"\xff\xfe\x00", b"{" * 5_000, b"class A {\n" * 2_000])
def test_damaged_files_of_the_pack_are_read(source: bytes) -> None:
    for extension in (".dart", ".pl", ".ml", ".tf", ".proto"):
        facts = extract_facts(f"a{extension}", source, language_of(f"a{extension}"))
        assert all(1 <= chunk.start_line <= chunk.end_line <= facts.lines for chunk in facts.chunks)


def test_without_the_pack_files_are_text() -> None:
    code = """
import importlib.metadata as metadata
def absent(name):
    raise metadata.PackageNotFoundError(name)
metadata.version = absent
from indexer.languages.registry import language_of
print(language_of("a.dart"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == TEXT
