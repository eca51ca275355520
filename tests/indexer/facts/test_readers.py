"""All readers of facts give the same answers."""

from __future__ import annotations

import pytest

from indexer.extract.extractor import extract_facts
from indexer.facts.arrow_files import ArrowFacts
from indexer.facts.arrow_writer import write_arrow_facts
from indexer.facts.in_memory import InMemoryFacts
from indexer.facts.tables import TableFacts
from indexer.languages.registry import language_of
from indexer.store.writer import Writer

from ..sources import PROGRAMS


def extracted() -> InMemoryFacts:
    return InMemoryFacts(
        {
            path: extract_facts(path, text.encode(), language_of(path, text.encode()))
            for path, text in sorted(PROGRAMS.items())
        }
    )


@pytest.fixture(scope="module", params=["arrow", "tables"])
def found(
    request: pytest.FixtureRequest,
    writer: tuple[Writer, dict[str, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> ArrowFacts | TableFacts:
    """The facts as the store has them."""
    if request.param == "tables":
        return TableFacts(writer[0].tables, writer[1])
    return write_arrow_facts(writer[0].tables, writer[1], (), tmp_path_factory.mktemp("facts"))


def test_facts_from_columns_are_those_that_were_extracted(
    found: ArrowFacts | TableFacts,
) -> None:
    held = extracted()
    assert found.languages == held.languages
    for path in PROGRAMS:
        whole, known = found.with_references(path), held.with_references(path)
        assert (whole.references, whole.imports, whole.bindings) == (
            known.references,
            known.imports,
            known.bindings,
        )
        assert [symbol._replace(doc="") for symbol in known.symbols] == list(whole.symbols)
        assert found[path].symbols == whole.symbols
        assert [r for r in found[path].references if r.kind == "inherit"] == [
            r for r in known.references if r.kind == "inherit"
        ]


@pytest.mark.parametrize(
    "name",
    [
        "grow",
        "head",
        "own",
        "LIST",
        "ALIAS",
        "net.Box",
        "net.Box.open",
        "use_it",
        "nothing",
        "helper",
        "two",
    ],
)
def test_names_that_a_program_shares_are_found_in_columns_as_in_facts(
    found: ArrowFacts | TableFacts, name: str
) -> None:
    held = extracted()
    for family in ("c", "bash"):
        assert list(found.find_definitions(family, name)) == list(
            held.find_definitions(family, name)
        )
        assert list(found.find_methods(family, name)) == list(held.find_methods(family, name))


def test_who_imports_a_file_of_some_name_is_found_in_columns_as_in_facts(
    found: ArrowFacts | TableFacts,
) -> None:
    for names in ({"list.h"}, {"app.base", "app.base.Base"}, {"no.h"}):
        assert sorted(found.find_importers(names)) == sorted(extracted().find_importers(names))
    assert len(list(found.find_importers({"list.h"}))) == 2
