"""Code inside documents."""

from __future__ import annotations

import pytest

from indexer.extract.extractor import extract_facts
from indexer.languages.registry import language_of
from indexer.resolve.resolver import Resolver


def edges(files: dict[str, str], kind: str = "calls") -> set[tuple[str, str, int]]:
    facts = {
        path: extract_facts(path, text.encode(), language_of(path))
        for path, text in sorted(files.items())
    }
    resolver = Resolver(facts)
    return {
        (e.src, e.dst, e.line) for path in facts for e in resolver.edges(path) if e.kind == kind
    }


def test_a_component_calls_what_it_imports_and_its_lines_are_the_files() -> None:
    files = {
        "src/App.vue": (
            '<template>\n<p @click="go()"/>\n</template>\n'
            '<script setup>\nimport { go } from "./nav"\n</script>\n'
        ),
        "src/nav.ts": "export function go() {}\n",
    }
    assert edges(files) == {("src/App.vue", "src/nav.ts::go", 2)}


def test_a_component_is_imported_by_its_file() -> None:
    files = {
        "Card.vue": "<template><b/></template>",
        "App.svelte": '<script>\nimport Card from "./Card.vue"\n</script>\n<Card/>\n',
    }
    assert edges(files, "imports") == {("App.svelte", "Card.vue", 2)}
    assert edges(files) == {("App.svelte", "Card.vue", 4)}


def test_a_page_imports_the_scripts_that_it_names() -> None:
    files = {"web/index.html": '<script src="js/app.js"></script>', "web/js/app.js": "var a = 1;\n"}
    assert edges(files, "imports") == {("web/index.html", "web/js/app.js", 1)}


def test_an_element_is_no_function_of_the_script() -> None:
    files = {"a.html": '<div id="run"></div>\n<script>\nrun();\n</script>\n'}
    assert edges(files) == set()


def test_equal_names_in_two_languages_of_a_file_stay_two_symbols() -> None:
    facts = extract_facts(
        "a.html", b'<div id="main"></div><script>function main() {}</script>', "html"
    )
    assert sorted(s.qualname for s in facts.symbols) == ["main", "main#2"]


@pytest.mark.parametrize(
    "text",
    [
        "{" * 5_000,
        "{#if " * 1_000,
        "<script>" * 500,
        "<script lang='ts'>{{{",
        "<style>}}",
        '<a @b="',
        "{{}}" * 1_000,
    ],
    ids=range(7),
)
@pytest.mark.parametrize("language", ["html", "vue", "svelte"])
def test_broken_documents_are_read(text: str, language: str) -> None:
    assert extract_facts(f"a.{language}", text.encode(), language).lines == 1
