"""The comments of every sample in tests/languages state the expected facts of their lines.

`#? ` (or `//? `, `/*? `, `--? `, `{-? `, `<!--? `) begins expected facts, `#! ` forbidden ones;
`;` divides several. A comment on a line of its own belongs to the nearest code line above. Facts
are written as

    def KIND QUALNAME · call CALLEE in SCOPE · use NAME in SCOPE · inherit BASE in SCOPE
    import MODULE as ALIAS in SCOPE · from MODULE import NAME as ALIAS in SCOPE
    bind NAME annotation|call|alias TYPE in SCOPE · doc TEXT · span NUMBER-OF-LINES
    sig SIGNATURE

without `in SCOPE` or `as ALIAS` if there is none. On a line with expectations every definition,
call, base and import must be expected; uses, bindings, doc, span and sig need not be.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from indexer.extract.extractor import extract_facts
from indexer.languages.registry import LANGUAGES, language_of
from indexer.records import FileFacts

SAMPLES = sorted((Path(__file__).parents[2] / "languages").glob("sample*"))
MARK = re.compile(r"(?:#|//|/\*|--|<!--|\{-)(?P<sign>[?!]) (?P<facts>.*?)(?:\*/|-->|-\}|$)")
MUST_BE_EXPECTED = ("def ", "call ", "inherit ", "import ", "from ")


def expectations(text: str) -> dict[int, tuple[set[str], set[str]]]:
    """Return line → (expected facts, forbidden facts)."""
    expected: dict[int, tuple[set[str], set[str]]] = {}
    code_line = 0
    for number, line in enumerate(text.split("\n"), 1):
        mark = MARK.search(line)
        if mark is None or line[: mark.start()].strip():
            code_line = number
        if mark is not None:
            stated = {fact.strip() for fact in mark["facts"].split(";")} - {""}
            expected.setdefault(code_line, (set(), set()))[mark["sign"] == "!"].update(stated)
    return expected


def written_out(facts: FileFacts) -> dict[int, set[str]]:
    """Return line → its facts, written out."""
    lines: dict[int, set[str]] = defaultdict(set)

    def add(line: int, fact: str, scope: int = -1) -> None:
        lines[line].add(fact if scope < 0 else f"{fact} in {facts.symbols[scope].qualname}")

    for symbol in facts.symbols:
        add(symbol.start_line, f"def {symbol.kind} {symbol.qualname}")
        add(symbol.start_line, f"doc {symbol.doc.splitlines()[0] if symbol.doc else ''}")
        add(symbol.start_line, f"span {symbol.end_line - symbol.start_line + 1}")
        add(symbol.start_line, f"sig {symbol.signature}")
    for r in facts.references:
        add(r.line, f"{r.kind} {r.receiver}{'.' if r.receiver else ''}{r.name}", r.scope)
    for i in facts.imports:
        what = f"from {i.module} import {i.name}" if i.name else f"import {i.module}"
        add(i.line, f"{what} as {i.alias}" if i.alias else what, i.scope)
    for b in facts.bindings:
        add(b.line, f"bind {b.name} {b.how} {b.type}", b.scope)
    return lines


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_yields_the_facts_in_its_comments(sample: Path) -> None:
    source = sample.read_bytes()
    found = written_out(extract_facts(sample.name, source, language_of(sample.name, source)))
    wrong = []
    for line, (expected, forbidden) in expectations(source.decode()).items():
        here = found.get(line, set())
        unexpected = {fact for fact in here if fact.startswith(MUST_BE_EXPECTED)} - expected
        wrong += [f"{line}: missing    {fact}" for fact in sorted(expected - here)]
        wrong += [f"{line}: unexpected {fact}" for fact in sorted(unexpected | (forbidden & here))]
    assert not wrong, "\n".join(wrong)


def test_every_language_has_a_sample() -> None:
    covered = {language_of(sample.name, sample.read_bytes()) for sample in SAMPLES}
    assert covered == set(LANGUAGES)
