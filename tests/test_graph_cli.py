"""The graph's commands, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import networkx  # what reads GraphML elsewhere
import pytest

from .indexer.repositories import git, name_programs, repository
from .program import Ran, clew

FILES = {
    "shop/base.py": (
        "class Store:\n    def save(self, item):\n        raise NotImplementedError\n\n"
        "    def load(self):\n        return 1\n"
    ),
    "shop/disk.py": (
        "from .base import Store\n\n\nclass Disk(Store):\n    def save(self, item):\n"
        "        self.write_row(item)\n\n"
        "    def write_row(self, item):\n        return item\n"
    ),
    "shop/cart.py": (
        "from .disk import Disk\n\n\ndef buy(item):\n    disk = Disk()\n    disk.save(item)\n\n\n"
        "def guess(thing):\n    thing.save(1)\n"
    ),
    "tests/test_cart.py": "from shop.cart import buy\n\n\ndef test_buy():\n    buy(1)\n",
    "web/store.ts": (
        "export interface Keeper { keep(): void }\nexport class Box<T> implements Keeper {\n"
        "  keep(): void {}\n}\n"
        "export function load(): number { return new Box().keep() }\n"
    ),
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = repository(tmp_path_factory.mktemp("graph") / "repo", FILES)
    assert clew("index", "--encoder", "none", "--jobs", "1", cwd=root).code == 0
    return root


def kinds(ran: Ran, kind: str) -> set[tuple[str, str]]:
    return {(row["src"], row["dst"]) for row in ran.values if row["kind"] == kind}


def test_kinds_that_follow_from_others_are_exported(repo: Path) -> None:
    edges = clew("export", "edges", cwd=repo)
    assert ("shop/disk.py::Disk", "shop/disk.py::Disk.save") in kinds(edges, "contains")
    assert ("shop/disk.py", "shop/disk.py::Disk") in kinds(edges, "contains")
    assert kinds(edges, "overrides") == {("shop/disk.py::Disk.save", "shop/base.py::Store.save")}
    assert ("web/store.ts::Box", "web/store.ts::Keeper") in kinds(edges, "implements")
    assert kinds(edges, "tests") == {("tests/test_cart.py::test_buy", "shop/cart.py::buy")}
    assert all(row["rule"] and 0 < row["confidence"] <= 1 for row in edges.values)


def test_an_ambiguous_name_lists_its_candidates_and_how_to_say_which(repo: Path) -> None:
    ran = clew("callers", "save", cwd=repo)
    assert (ran.code, ran.out) == (2, "")
    assert "shop/base.py::Store.save" in ran.err and "shop/disk.py::Disk.save" in ran.err
    assert "path::Qual.name" in ran.last and "--all" in ran.last
    assert "shop/cart.py::buy" in {
        each["id"] for each in clew("callers", "save", "--all", "--json", cwd=repo).value["callers"]
    }


def test_an_answer_says_where_the_graph_stops(repo: Path) -> None:
    answer = clew("callers", "shop/disk.py::Disk.save", "--json", cwd=repo).value
    assert [each["id"] for each in answer["callers"]] == ["shop/cart.py::buy"]
    assert answer["means"] == ["shop/disk.py::Disk.save"]
    assert answer["unresolved"]["count"] == 1
    assert answer["unresolved"]["places"] == [{"path": "shop/cart.py", "line": 10, "name": "save"}]
    assert "shop/base.py::Store.save" in answer["unresolved"]["candidates"]
    assert answer["complete"] is False  # a test calls `buy`
    text = clew("callees", "guess", cwd=repo)
    assert text.code == 1 and "could not be resolved (first: shop/cart.py:10)" in text.err


def test_references_say_what_they_mean(repo: Path) -> None:
    found = clew("refs", "Disk.save", "--json", cwd=repo).value["refs"]
    assert [(each["line"], each["means"]) for each in found] == [
        (6, ["shop/disk.py::Disk.save"]),
        (10, []),
    ]


def test_the_impact_of_a_symbol_names_tests_first_and_goes_through_overrides(repo: Path) -> None:
    answer = clew("impact", "Disk.write_row", "--json", "--depth", "4", cwd=repo).value
    ids = [each["id"] for each in answer["impact"]]
    assert ids[0] == "tests/test_cart.py::test_buy" and answer["impact"][0]["test"] is True
    assert {"shop/disk.py::Disk.save", "shop/cart.py::buy", "shop/base.py::Store.save"} <= set(ids)
    assert answer["changed"] == ["shop/disk.py::Disk.write_row"] and answer["complete"] is True
    near = clew("impact", "Disk.write_row", "--depth", "1", cwd=repo)
    assert "Disk.save" in near.out and "--depth 2" in near.err


def test_the_impact_of_a_diff_is_that_of_the_symbols_on_its_lines(repo: Path) -> None:
    path = repo / "shop/disk.py"
    path.write_text(FILES["shop/disk.py"].replace("return item", "return [item]"))
    try:
        by_git = clew("impact", "--diff", "HEAD", "--json", cwd=repo)
        diff = git(repo, "diff")
    finally:
        path.write_text(FILES["shop/disk.py"])
    by_stdin = clew("impact", "--diff", "-", "--json", cwd=repo, stdin=diff)
    for ran in (by_git, by_stdin):
        assert ran.value["changed"] == ["shop/disk.py::Disk.write_row"]
        assert "tests/test_cart.py::test_buy" in {each["id"] for each in ran.value["impact"]}


def test_the_impact_of_a_diff_runs_no_program_of_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", FILES)
    name_programs(root, tmp_path / "mark")
    (root / "shop/disk.py").write_text(
        FILES["shop/disk.py"].replace("return item", "return [item]")
    )
    assert clew("index", "--encoder", "none", cwd=root).code == 0
    ran = clew("impact", "--diff", "HEAD", "--json", cwd=root)
    assert ran.value["changed"] == ["shop/disk.py::Disk.write_row"]
    assert not (tmp_path / "mark").exists()


def test_a_diff_that_is_none_is_refused(repo: Path) -> None:
    for options in (
        ["--diff", "-"],
        ["--diff", "nowhere"],
        ["--diff", "--output=x"],
        [],
        ["buy", "--diff", "HEAD"],
    ):
        ran = clew("impact", *options, cwd=repo, stdin=b"no diff\n")
        assert ran.code == 2 and ran.last.startswith("clew: ") and "Traceback" not in ran.err, (
            options
        )


def test_kinds_and_depth_choose_what_is_followed(repo: Path) -> None:
    inside = clew("callees", "Disk", "--kind", "contains", "--json", cwd=repo).value["callees"]
    assert [each["symbol"] for each in inside] == ["Disk.save", "Disk.write_row"]
    bases = clew(
        "callees", "Disk", "--kind", "inherits", "--kind", "contains", "--json", cwd=repo
    ).value["callees"]
    assert {"Store", "Disk.save"} <= {each["symbol"] for each in bases}
    assert clew("callers", "buy", "--kind", "nonsense", cwd=repo).code == 2


def test_a_neighbourhood_is_drawn_in_every_format(repo: Path) -> None:
    drawn = {
        form: clew("graph", "Box.keep", "--depth", "2", "--format", form, cwd=repo)
        for form in ("mermaid", "dot", "json", "graphml", "svg")
    }
    assert {ran.code for ran in drawn.values()} == {0}
    assert "calls" in drawn["mermaid"].out and drawn["mermaid"].out.startswith("flowchart")
    assert '"web/store.ts::load" -> "web/store.ts::Box.keep"' in drawn["dot"].out
    whole = json.loads(drawn["json"].out)
    assert whole["centre"] == ["web/store.ts::Box.keep"]
    read = networkx.parse_graphml(drawn["graphml"].out)
    assert set(read.nodes) == {each["id"] for each in whole["nodes"]}
    texts = "".join(ElementTree.fromstring(drawn["svg"].out).itertext())
    assert all(each["symbol"] in texts for each in whole["nodes"])
    assert clew("graph", "no_such_name", cwd=repo).code == 1


def test_what_a_call_may_mean_lies_in_a_language_that_it_can_reach(tmp_path: Path) -> None:
    files = {
        "a.py": "class A:\n    def save(self): ...\n\n\ndef f(x):\n    x.save()\n    x.load()\n",
        "b.js": "class B { save() {} load() {} }\n",
        "c.toml": "save = 1\n",
    }
    root = repository(tmp_path / "two", files)
    assert clew("index", "--encoder", "none", "--jobs", "1", cwd=root).code == 0
    unresolved = clew("callees", "f", "--json", cwd=root).value["unresolved"]
    assert (unresolved["count"], unresolved["candidates"]) == (1, ["a.py::A.save"])


def test_a_file_does_not_write_the_names_of_what_it_contains(tmp_path: Path) -> None:
    files = {"a.py": "def save(): ...\n", "b.py": "import a\n\na.save()\n\n\ndef save(): ...\n"}
    root = repository(tmp_path / "own", files)
    assert clew("index", "--encoder", "none", "--jobs", "1", cwd=root).code == 0
    refs = clew("refs", "save", "--json", cwd=root).value["refs"]
    assert [each["means"] for each in refs if each["kind"] == "call"] == [["a.py::save"]]
