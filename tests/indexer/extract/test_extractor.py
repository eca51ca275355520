"""Extraction of one file under odd input: it never raises, and its lines and names hold."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.extract.extractor import extract_facts, extract_symbols
from indexer.languages.registry import LANGUAGES, language_of
from indexer.records import Binding, FileFacts, Import, Reference

SAMPLES = sorted((Path(__file__).parents[2] / "languages").glob("sample*"))
NAMES = sorted(LANGUAGES)
SLOW = {"bash": 1_000, "haskell": 1_000, "lua": 2_000, "ruby": 2_000, "elixir": 2_000}
"""Levels of nesting, else 10,000: these grammars or queries take time by its square. In a build, a
worker's time limit ends them."""


def check(facts: FileFacts) -> None:
    """Assert the invariants of any file's facts."""
    qualnames = [symbol.qualname for symbol in facts.symbols]
    assert len(set(qualnames)) == len(qualnames)
    for symbol in facts.symbols:
        assert symbol.name
        assert 1 <= symbol.start_line <= symbol.end_line <= max(facts.lines, 1)
        assert -1 <= symbol.parent < len(qualnames)
    located: list[Reference | Import | Binding] = [
        *facts.references,
        *facts.imports,
        *facts.bindings,
    ]
    for fact in located:
        assert -1 <= fact.scope < len(qualnames)
        assert 1 <= fact.line <= max(facts.lines, 1)
    last = 0
    for chunk in facts.chunks:
        assert last < chunk.start_line <= chunk.end_line <= facts.lines
        last = chunk.end_line


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_truncated_sample_is_read(sample: Path) -> None:
    source = sample.read_bytes()
    language = language_of(sample.name, source)
    for end in range(0, len(source), 50):
        check(extract_facts(sample.name, source[:end], language))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_symbols_alone_are_those_among_all_facts(sample: Path) -> None:
    source = sample.read_bytes()
    language = language_of(sample.name, source)
    assert (
        extract_symbols(sample.name, source, language)
        == extract_facts(sample.name, source, language).symbols
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_damaged_sample_is_read(sample: Path) -> None:
    chance = random.Random(7)
    source = sample.read_bytes()
    for _ in range(30):
        damaged = bytearray(source)
        for _ in range(chance.randrange(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        check(extract_facts(sample.name, bytes(damaged), language_of(sample.name, source)))


@pytest.mark.parametrize("language", NAMES)
def test_random_bytes_are_read(language: str) -> None:
    chance = random.Random(11)
    for size in (0, 1, 2, 10, 1000, 20_000):
        check(extract_facts("a", chance.randbytes(size), language))


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize(
    "opening", [b"(", b"{", b"[", b"f(", b"a.", b"<", b"if (a) {", b"function f() {", b"class A { "]
)
def test_ten_thousand_levels_are_read(language: str, opening: bytes) -> None:
    check(extract_facts("a", opening * SLOW.get(language, 10_000), language))


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("depth", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_deep_nesting_does_not_end_the_process(language: str, depth: int) -> None:
    code = (
        "from indexer import extract_facts; "
        f"extract_facts('a', b'(' * {depth} + b')' * {depth}, {language!r})"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("language", NAMES)
def test_a_chain_of_thousands_of_calls_is_read(language: str) -> None:
    check(extract_facts("a", b"x = a" + b".b(1)" * SLOW.get(language, 4_000) + b";", language))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_carriage_returns_and_byte_order_marks_change_no_line(sample: Path) -> None:
    source = sample.read_bytes()
    language = language_of(sample.name, source)
    plain = extract_facts(sample.name, source, language)
    for other in (source.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + source):
        facts = extract_facts(sample.name, other, language)
        assert facts.lines == plain.lines
        assert [(s.qualname, s.start_line, s.end_line) for s in facts.symbols] == [
            (s.qualname, s.start_line, s.end_line) for s in plain.symbols
        ]


def test_form_feeds_and_odd_line_ends_start_no_line() -> None:
    facts = extract_facts(
        "a.py", b"x = 1\x0c\n\x0c\ndef f():\n    a = '\xe2\x80\xa8'\n    return g()\n", "python"
    )
    assert [(s.name, s.start_line, s.end_line) for s in facts.symbols] == [("x", 1, 1), ("f", 3, 5)]
    assert [(r.name, r.line) for r in facts.references] == [("g", 5)]


def test_a_file_without_a_final_line_feed_ends_on_its_last_line() -> None:
    facts = extract_facts("a.py", b"def f():\n    pass", "python")
    assert (facts.lines, facts.symbols[0].end_line, facts.chunks[-1].end_line) == (2, 2, 2)


def test_text_has_lines_and_chunks_only() -> None:
    facts = extract_facts("notes.txt", b"one\n\ntwo\n", "text")
    assert (facts.lines, facts.symbols, len(facts.chunks)) == (3, (), 1)


def test_a_method_far_from_its_type_has_a_chunk_of_its_own() -> None:
    source = b"package a\n\ntype S struct{}\n\nfunc (s S) M() {\n\tone()\n\ttwo()\n\tthree()\n}\n"
    facts = extract_facts("a.go", source, "go")
    assert [
        facts.symbols[chunk.symbol].qualname for chunk in facts.chunks if chunk.symbol >= 0
    ] == ["S.M"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", "import {}\n".format(".".join(["a"] * 50_000))),
        ("a.go", 'package a\nimport "a.b{}"\n'.format("/b" * 50_000)),
        ("A.java", "import {};\n".format(".".join(["a"] * 50_000))),
        ("a.rs", "use {};\n".format("::".join(["a"] * 50_000))),
    ],
)
def test_a_module_of_ten_thousand_parts_is_no_import(path: str, source: str) -> None:
    assert extract_facts(path, source.encode(), language_of(path)).imports == ()


def test_a_name_that_is_defined_again_and_again_costs_no_more_than_others() -> None:
    facts = extract_facts("a.py", b"def f(): 0\n" * 20_000, "python")
    assert [symbol.qualname for symbol in facts.symbols[:3]] == ["f", "f#2", "f#3"]
    assert facts.symbols[-1].qualname == "f#20000"
