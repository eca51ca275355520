"""The effects of a change: kept edges are those of a resolution of everything."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from indexer import HashEncoder, Snapshot, Store, VectorCache, build_index, open_worktree
from indexer.facts.in_memory import InMemoryFacts
from indexer.records import FileFacts
from indexer.resolve.c_includers import find_changed_includers
from indexer.resolve.dependencies import altered_keys, include_keys
from indexer.resolve.resolver import Resolver

from ..changes import Resolved, facts_of, only, resolved, stale
from ..repositories import write
from ..sources import KINDS, MODULES, edited, python

STEPS = 120


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_after_any_edit_files_that_keep_their_edges_have_those_of_a_clean_resolution(
    kind: str, seed: int
) -> None:
    pick = random.Random(f"{kind}{seed}")
    texts = {KINDS[kind][1](name): KINDS[kind][0](pick, MODULES) for name in MODULES}
    facts: dict[str, FileFacts] = {}
    edges: Resolved = {}
    module_inputs: set[tuple[str, str, str]] = set()
    kept = 0
    for _ in range(STEPS):
        texts = edited(pick, texts, kind)
        new = {path: facts_of(path, text) for path, text in texts.items()}
        changed = [path for path in {**facts, **new} if facts.get(path) != new.get(path)]
        asked = altered_keys(only(facts, changed), only(new, changed), sorted(module_inputs))
        elsewhere = find_changed_includers(
            InMemoryFacts(new), only(facts, changed), only(new, changed)
        )
        asked |= include_keys(elsewhere)
        clean, resolver = resolved(new)
        for path in new:
            if (
                path not in changed
                and path not in elsewhere
                and not asked.intersection(edges[path][1])
            ):
                assert clean[path] == edges[path], path
                kept += 1
        facts, edges = new, clean
        module_inputs.update(resolver.module_inputs())
    assert kept > 20  # else nothing was tested


def test_edges_do_not_depend_on_the_order_in_which_files_are_resolved() -> None:
    pick = random.Random(1)
    texts = {f"pkg/{name}.py": python(pick, MODULES) for name in MODULES for _ in range(4)}
    facts = {path: facts_of(path, text) for path, text in sorted(texts.items())}
    forwards, _ = resolved(facts)
    resolver = Resolver(facts)
    assert {path: resolver.resolve(path) for path in reversed(facts)} == forwards


def build(tree: Path, cache: Path, store: Path) -> set[tuple[object, ...]]:
    """Index the tree; its edges."""
    build_index(
        open_worktree(tree), Store(str(store)), HashEncoder(8), jobs=1, cache=VectorCache(cache)
    )
    return {tuple(row.values()) for row in Snapshot.open(str(store)).all_edges().to_pylist()}


def test_edges_that_point_to_a_changed_file_are_those_of_a_clean_build(tmp_path: Path) -> None:
    tree, cache = tmp_path / "tree", tmp_path / "cache"
    files = {
        "app/__init__.py": "",
        "app/base.py": "class Base:\n    def run(self):\n        pass\n",
        "app/child.py": "from app.base import Base\n\n\nclass Child(Base):\n    pass\n",
        "app/main.py": "from app.child import Child\n\n\ndef main():\n    Child().run()\n",
    }
    write(tree, files)
    build(tree, cache, tmp_path / "store")
    write(
        tree, {"app/base.py": "class Base:\n    def walk(self):\n        pass\n"}
    )  # main.py does not name it
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean")
    write(
        tree,
        {"app/base.py": "import os\n\n\nclass Base:\n    def run(self):\n        os.getcwd()\n"},
    )
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean2")
    (tree / "app/child.py").rename(tree / "app/other.py")
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean3")


def test_a_header_that_includes_another_changes_what_its_users_mean() -> None:
    files = {
        "a.h": '#include "x.h"\n',
        "x.h": "int run(int n) { return 1; }\n",
        "y.h": "int run(int n) { return 2; }\n",
        "main.c": '#include "a.h"\nint main(void) { return run(3); }\n',
        "other.c": "int other(void) { return 3; }\n",
    }
    assert stale(files, files | {"a.h": '#include "y.h"\n'}) == {"main.c"}


def test_a_file_of_c_that_comes_or_goes_concerns_those_that_may_include_it_alone() -> None:
    files = {
        "lib/a.h": '#include "x.h"\n',
        "x.h": "int run(int n) { return 1; }\n",
        "lib/main.c": '#include "a.h"\nint main(void) { return run(3); }\n',
        "lib/other.c": '#include "b.h"\nint other(void) { return 3; }\n',
    }
    assert stale(files, files | {"lib/x.h": "int ran(int n) { return 2; }\n"}) == {
        "lib/a.h",
        "lib/main.c",
    }
    assert stale(files, files | {"lib/new.c": "int added(int n) { return 2; }\n"}) == set()
    assert (
        stale(files, {path: text for path, text in files.items() if path != "lib/other.c"}) == set()
    )


def test_imports_of_other_go_files_say_where_modules_begin() -> None:
    files = {
        "util/util.go": "package util\nfunc Do() {}\n",
        "main.go": 'package main\nimport "example.com/m/util"\nfunc main() { util.Do() }\n',
        "lib/lib.go": 'package lib\nimport "example.com/m/util"\n',
    }
    assert "main.go" in stale(files, files | {"lib/lib.go": "package lib\n"})


def test_a_change_within_a_function_concerns_no_other_file() -> None:
    files = {
        "pkg/a.py": "def run():\n    return 1\n",
        "pkg/b.py": "from .a import run\n\n\ndef use():\n    run()\n",
    }
    assert (
        stale(files, files | {"pkg/a.py": "# why\ndef run():\n    print(2)\n    return 2\n"})
        == set()
    )


@pytest.mark.parametrize("settings", ["tsconfig.json", "deno.json"])
def test_a_setting_that_leads_an_import_elsewhere_concerns_its_importers(settings: str) -> None:
    files = {
        "a/x.ts": "export function run() {}\n",
        "b/x.ts": "export function run() {}\n",
        "main.ts": 'import { run } from "#lib/x";\nexport function main() { run(); }\n',
        settings: '{"imports": {"#lib/*": "./a/*"}, "compilerOptions": {"paths": {"#lib/*": '
        '["./a/*"]}}}',
    }
    assert "main.ts" in stale(files, files | {settings: files[settings].replace("./a/", "./b/")})
