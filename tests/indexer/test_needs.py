"""What a change can affect: files that keep their edges have the ones that resolving everything again would give."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from indexer import HashEncoder, Snapshot, Store, VectorCache, build_index, open_worktree
from indexer.extract import extract
from indexer.facts import HeldFacts
from indexer.includers import including_anew
from indexer.languages import language_of
from indexer.link import Before, link_view
from indexer.needs import altered, included, looked_at
from indexer.precise import Told
from indexer.records import Edge, FileFacts
from indexer.resolve import Resolver

from .repositories import write

STEPS = 120
NAMES = ("alpha", "load_all", "SaveEach", "Base")  # few, so that files have much to do with each other
Resolved = dict[str, tuple[list[Edge], list[int]]]


def facts_of(path: str, text: str) -> FileFacts:
    return extract(path, text.encode(), language_of(path, text.encode()))


def python(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    return blocks(
        pick.sample(
            [
                f"from .{module} import {name}\n",
                f"from .{module} import *\n",
                f"from . import {module}\n",
                f"import pkg.{module} as {other}\n",
                f"class {name}({other}):\n    def {third}(self, item: {other}):\n        self.kept = {other}()\n"
                f"        return self.kept.{third}() or item.{name}()\n",
                f"class {third}({module}.{other}):\n    def go_on(self):\n        self.{name}()\n        super().{name}()\n",
                f"def {name}(value) -> {third}:\n    made = {other}()\n    return made.{third}(value.{name}())\n",
                f"{other} = {third}()\n",
                f"{name} = {other}()\n{name} = {third}()\n",
                f"{third} = {name}.{other}()\n",
                f"{name} = {other}\n",
                f"from .{module} import {third} as {other}\n",
                f"class {name}:\n    kept: {other}\n    def {third}(self):\n        return self.kept\n",
                f"class {other}:\n    def {third}(self) -> {name}: ...\n    {name} = {third}\n",
                f"def {third}(a):\n    x = {name}()\n    if isinstance(a, {other}):\n        a.{third}()\n"
                f"        x = {other}()\n    return x.{name}()\n",
                f"def {name}():\n    made = {other}()\n    return made\n",
                f"def go_on():\n    {third}().{name}()\n    {module}.{other}().{third}()\n",
                f"def use_it(thing: {name}):\n    thing.{other}.{third}()\n    return {module}.{other}({third})\n",
            ],
            pick.randint(3, 8),
        )
    )


def typescript(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f'import {{ {name} }} from "./{module}";\n',
        f'export * from "./{module}";\n',
        f'export {{ {name} as {other} }} from "./{module}";\n',
        f'import * as {third} from "./{module}";\n',
        f"export class {name} extends {other} {{\n  {third}(): {name} {{ return this.{third}(); }}\n}}\n",
        f"export function {third}(a: {other}) {{ return a.{name}() ?? {third}.{other}(); }}\n",
        f"export const {other} = new {third}();\n",
    ]
    parts += [
        f"export default {name};\n",
        f"const {third} = {name};\n",
        f'import {other} from "./{module}";\n',
        f"const {name} = {{ {other}() {{ return {third}(); }}, {third}: {other} }};\nexport {{ {name} }};\n",
        f"export interface {third} {{ {name}: {other}; {other}(): {name}; }}\n",
        f"export function {name}() {{ const made = new {other}(); return made; }}\n",
        f"function go{name}() {{ {third}().{name}(); {other}.{third}.{name}(); }}\n",
        f"function use{name}(x: {third}) {{ x.{name}.{other}(); return x.{other}().{third}(); }}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def c(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    parts = [
        f'#include "{pick.choice(modules)}.h"\n',
        f"int {name}(int a) {{ return {other}(a) + {third}(a); }}\n",
        f"static int {other}(int a) {{ return {name}(a); }}\n",
        f"int {third}(int a);\n",
        f"struct {name} {{ int {other}; }};\nint use_{third}(struct {name} *p) {{ return p->{other}; }}\n",
        f"#define {other} 3\n",
        f"#define {name}(x) {third}(x)\n",
        f"struct {name} {{ struct {other} *{third}; int (*{other})(int); }};\n",
        f"struct {name} *{other}(struct {third} *p) {{ return p->{name}->{other}(3); }}\n",
        f"int run_{name}(void) {{ {third}(0)->{other}(1); return {name}(2)->{third}->{name}; }}\n",
        f"typedef struct {name} {third};\n",
        f"static const struct {other} table = {{ .{name} = {third}, .{other} = {name} }};\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def cpp(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    space = pick.choice(("net", "disk"))
    parts = [
        f'#include "{pick.choice(modules)}.hpp"\n',
        f"namespace {space} {{ class {name} : public {other} {{ public: {third} *{other}(); {other} *{third}; }}; }}\n",
        f"namespace {space} {{ {third} *{name}::{other}() {{ return {third}()->{name}(); }} }}\n",
        f"{space}::{name} *{third}(int a) {{ auto x = new {space}::{other}(); return x->{name}(); }}\n",
        f"using namespace {space};\n",
        f"using {space}::{name};\n",
        f"class {third} {{ public: {name} kept; int {other}() {{ return kept.{third}() + {name}(); }} }};\n",
        f"namespace {space} {{ int {name}(int a) {{ return {other}(a); }} }}\n",
        f"typedef {space}::{other} {name};\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def rust(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f"use crate::{module}::{name};\n",
        f"use crate::{module}::*;\n",
        f"pub use crate::{module}::{name} as {other};\n",
        f"pub mod {third} {{ pub fn {name}() {{ super::{other}(); }} pub struct {other} {{ pub {third}: {name} }} }}\n",
        f"pub struct {name} {{ pub {other}: {third} }}\nimpl {name} {{ pub fn {third}(&self) -> {other} {{ self.{other}.{name}() }} }}\n",
        f"pub fn {third}(a: {name}) -> {other} {{ a.{other}.{third}(); crate::{module}::{name}() }}\n",
        f"impl {name} for {other} {{ fn {name}(&self) {{ self.{third}(); }} }}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 6)))


def lua(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f'local {name} = require("{module}")\n',
        f"function {name}.{other}(a)\n  return {third}.{name}(a)\nend\n",
        f"local function {third}(a)\n  return {name}.{other}(a)\nend\n",
        f"local {other} = {{}}\n",
        f"return {name}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 5)))


def go(pick: random.Random, modules: list[str]) -> str:
    name, other, third = (each.capitalize() for each in pick.sample(NAMES, 3))
    parts = [
        f'import "example.com/m/{pick.choice(modules)}"\n',
        f"type {name} struct {{}}\nfunc (s *{name}) {other}() {name} {{ return {third}() }}\n",
        f"func {other}(x {name}) {{ x.{other}(); {pick.choice(modules)}.{third}() }}\n",
        f"func {third}() {name} {{ return {name}{{}} }}\n",
    ]
    return blocks(["package main\n", *pick.sample(parts, pick.randint(2, 4))])


def java(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    package = pick.choice(("a.b", "a.c"))
    parts = [
        f"class {name} extends {other} {{ void {third}() {{ {other}(); }} }}\n",
        f"class {other} {{ {name} kept = new {name}(); void {third}() {{ kept.{third}(); }} }}\n",
        f"interface {third} {{ void {name}({other} x); }}\n",
    ]
    return f"package {package};\nimport a.c.{pick.choice(NAMES)};\n" + "".join(pick.sample(parts, pick.randint(1, 2)))


def blocks(parts: list[str]) -> str:
    """One text of them, in which `edited` finds them again."""
    return "\n".join(parts)


KINDS: dict[str, tuple[Callable[[random.Random, list[str]], str], Callable[[str], str]]] = {
    "python": (python, lambda name: f"pkg/{name}.py"),
    "typescript": (typescript, lambda name: f"web/{name}.ts"),
    "c": (c, lambda name: f"lib/{name}{'.h' if name < 'n' else '.c'}"),
    "cpp": (cpp, lambda name: f"lib/{name}{'.hpp' if name < 'n' else '.cpp'}"),
    "rust": (rust, lambda name: f"src/{name}.rs"),
    "lua": (lua, lambda name: f"{name}.lua"),
    "go": (go, lambda name: f"{name}/{name}.go"),
    "java": (java, lambda name: f"src/{name}.java"),
}
MODULES = ["__init__", "k", "l", "m", "o"]


def resolved(facts: dict[str, FileFacts]) -> tuple[Resolved, Resolver]:
    resolver = Resolver(facts)
    return {path: resolver.resolve(path) for path in facts}, resolver


ACTIONS = ("write", "shift", "remove", "move", "add", "add", "add", "replace", "take", "shuffle") + ("rename",) * 10


def renamed(pick: random.Random, text: str) -> str:
    """The text with another name in one place."""
    places = [match.span() for match in re.finditer("|".join(NAMES), text, re.IGNORECASE)]
    if not places:
        return text
    start, end = pick.choice(places)
    name = pick.choice(NAMES)
    return text[:start] + (name.capitalize() if text[start].isupper() else name) + text[end:]


def edited(pick: random.Random, texts: dict[str, str], kind: str) -> dict[str, str]:
    """The files after a random edit: another content, other lines, another order, one part more, less or another, another name
    in one place, a new file, a file that goes, or one that moves."""
    make, path_of = KINDS[kind]
    new = dict(texts)
    path = path_of(pick.choice(MODULES))
    action = pick.choice(ACTIONS)
    parts = new.get(path, "").split("\n\n")
    if action == "write" or path not in new:
        new[path] = make(pick, MODULES)
    elif action in ("add", "replace", "take"):
        added = [] if action == "take" else [make(pick, MODULES).split("\n\n")[0]]
        at = pick.randrange(len(parts))
        new[path] = "\n\n".join([*parts[:at], *added, *parts[at + (action != "add") :]])
    elif action == "rename":
        new[path] = renamed(pick, new[path])
    elif action == "shuffle":
        new[path] = "\n\n".join(pick.sample(parts, len(parts)))
    elif action == "shift":
        new[path] = ("# more" if kind == "python" else "// more") + "\n" + new[path]
    else:
        text = new.pop(path)
        if action == "move":
            new[path_of(pick.choice(MODULES))] = text
    return dict(sorted(new.items()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_after_any_edit_files_that_keep_their_edges_have_those_of_a_clean_resolution(kind: str, seed: int) -> None:
    pick = random.Random(f"{kind}{seed}")
    texts = {KINDS[kind][1](name): KINDS[kind][0](pick, MODULES) for name in MODULES}
    facts: dict[str, FileFacts] = {}
    edges: Resolved = {}
    consulted: set[tuple[str, str, str]] = set()
    kept = 0
    for _ in range(STEPS):
        texts = edited(pick, texts, kind)
        new = {path: facts_of(path, text) for path, text in texts.items()}
        changed = [path for path in {**facts, **new} if facts.get(path) != new.get(path)]
        asked = altered(only(facts, changed), only(new, changed), sorted(consulted))
        elsewhere = including_anew(HeldFacts(new), only(facts, changed), only(new, changed))
        asked |= included(elsewhere)
        clean, resolver = resolved(new)
        for path in new:
            if path not in changed and path not in elsewhere and not asked.intersection(edges[path][1]):
                assert clean[path] == edges[path], path
                kept += 1
        facts, edges = new, clean
        consulted.update(resolver.consulted())
    assert kept > 20  # else nothing was tested


def only(facts: dict[str, FileFacts], paths: Iterable[str]) -> dict[str, FileFacts]:
    return {path: facts[path] for path in paths if path in facts}


def test_edges_do_not_depend_on_the_order_in_which_files_are_resolved() -> None:
    pick = random.Random(1)
    texts = {f"pkg/{name}.py": python(pick, MODULES) for name in MODULES for _ in range(4)}
    facts = {path: facts_of(path, text) for path, text in sorted(texts.items())}
    forwards, _ = resolved(facts)
    resolver = Resolver(facts)
    assert {path: resolver.resolve(path) for path in reversed(facts)} == forwards


def build(tree: Path, cache: Path, store: Path) -> set[tuple[object, ...]]:
    """Index the tree; its edges."""
    build_index(open_worktree(tree), Store(str(store)), HashEncoder(8), jobs=1, cache=VectorCache(cache))
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
    write(tree, {"app/base.py": "class Base:\n    def walk(self):\n        pass\n"})  # main.py does not name it
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean")
    write(tree, {"app/base.py": "import os\n\n\nclass Base:\n    def run(self):\n        os.getcwd()\n"})
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean2")
    (tree / "app/child.py").rename(tree / "app/other.py")
    assert build(tree, cache, tmp_path / "store") == build(tree, cache, tmp_path / "clean3")


def no_one(facts: Mapping[str, FileFacts]) -> dict[str, tuple[Told, ...]]:
    """No compiler said anything."""
    return {}


def test_only_files_that_a_change_can_affect_are_resolved_again(tmp_path: Path) -> None:
    tree, cache, store = tmp_path / "tree", tmp_path / "cache", Store(str(tmp_path / "store"))
    write(tree, {f"pkg/m{n}.py": f"def f{n}(): pass\n" for n in range(8)} | {"pkg/__init__.py": ""})
    write(tree, {"pkg/user.py": "from pkg.m3 import f3\n\n\ndef use():\n    f3()\n"})
    build(tree, cache, tmp_path / "store")
    state = store.state()
    assert state is not None
    view = state.views[state.latest]
    with store.writer(state.epoch, (state.encoder, state.encoder_id, state.dim)) as writer:
        rows = [row for row in writer.manifest(view.name).to_pylist() if row["file_id"]]
        wanted = {row["path"]: row["file_id"] for row in rows}
        before = {row["path"]: (row["file_id"], row["edges_id"]) for row in rows}
        same = link_view(
            writer.tables, wanted, Before(before, view.consulted), no_one, lambda done, total: None, writer.add
        )
        assert same.resolved == 0
        before["pkg/m3.py"] = (wanted["pkg/m4.py"], 0)  # as if its content had been another's
        changed = link_view(
            writer.tables, wanted, Before(before, view.consulted), no_one, lambda done, total: None, writer.add
        )
    assert changed.resolved == 2
    assert changed.edges_ids == same.edges_ids


def stale(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The files that are not changed and would be resolved again."""
    old, new = ({path: facts_of(path, text) for path, text in sorted(texts.items())} for texts in (before, after))
    edges, resolver = resolved(old)
    changed = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    asked = altered(only(old, changed), only(new, changed), resolver.consulted())
    elsewhere = including_anew(HeldFacts(new), only(old, changed), only(new, changed))
    asked |= included(elsewhere)
    same = {path for path in old if path not in changed}
    found = {path for path in same if path in elsewhere or asked.intersection(edges[path][1])}
    clean, _ = resolved(new)
    assert all(clean[path] == edges[path] for path in same - found if path in new)
    return found


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
    assert stale(files, files | {"lib/x.h": "int ran(int n) { return 2; }\n"}) == {"lib/a.h", "lib/main.c"}
    assert stale(files, files | {"lib/new.c": "int added(int n) { return 2; }\n"}) == set()
    assert stale(files, {path: text for path, text in files.items() if path != "lib/other.c"}) == set()


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
    assert stale(files, files | {"pkg/a.py": "# why\ndef run():\n    print(2)\n    return 2\n"}) == set()


LIBRARY = {
    "pkg/__init__.py": "from .base import Base as Root\n",
    "pkg/base.py": "class Base:\n    def run(self):\n        pass\n\n\nclass Other:\n    pass\n",
    "pkg/make.py": "from .base import Base\n\n\ndef make():\n    made = Base()\n    return made\n\n\ndef apart():\n    return 1\n",
    "pkg/names.py": "from .make import make\n\nbuild = make\n",
    "heir.py": "from pkg import Root\n\n\nclass Heir(Root):\n    def go(self):\n        self.run()\n",
    "heirs_user.py": "from heir import Heir\n\n\ndef use():\n    Heir().run()\n",
    "typed.py": "from pkg.make import make\n\n\ndef use():\n    make().run()\n",
    "named.py": "from pkg.names import build\n\n\ndef use():\n    build().run()\n",
    "apart.py": "from pkg.make import apart\n\n\ndef use():\n    apart()\n",
    "whole.py": "import pkg.base\n\n\ndef use():\n    pkg.base.Other()\n",
    "star.py": "from pkg.base import *\n\n\ndef use():\n    Other()\n",
}


def library_without(path: str, old: str, new: str) -> set[str]:
    assert old in LIBRARY[path]
    return stale(LIBRARY, LIBRARY | {path: LIBRARY[path].replace(old, new)})


def test_a_definition_that_comes_concerns_no_file_that_has_not_asked_for_it() -> None:
    assert library_without("pkg/base.py", "class Other", "def come(a):\n    return a\n\n\nclass Other") == set()
    assert library_without("pkg/make.py", "def apart", "def come(a):\n    return a\n\n\ndef apart") == set()


def test_a_file_that_asked_for_a_name_in_vain_is_resolved_when_it_comes() -> None:
    files = {"a.py": "x = 1\n", "b.py": "from a import come\nimport a\n\n\ndef use():\n    come()\n    a.go()\n"}
    assert stale(files, files | {"a.py": "def come(): pass\n"}) == {"b.py"}
    assert stale(files, files | {"a.py": "def go(): pass\n"}) == {"b.py"}
    assert stale(files, files | {"a.py": "x = 1\n\n\ndef stay(): pass\n"}) == set()


def test_a_class_concerns_those_who_inherit_from_it_through_any_file_and_name() -> None:
    heirs = {"heir.py", "heirs_user.py", "typed.py", "named.py"}
    assert library_without("pkg/base.py", "def run", "def walk") == heirs | {"pkg/make.py", "pkg/__init__.py"}
    assert library_without("pkg/base.py", "class Base:", "class Base(Other):") >= heirs
    assert library_without("pkg/__init__.py", "Base as Root", "Other as Root") == {"heir.py", "heirs_user.py"}


def test_what_a_function_gives_back_concerns_those_who_call_it_by_any_name() -> None:
    assert library_without("pkg/make.py", "made = Base()", "made = None") == {"pkg/names.py", "typed.py", "named.py"}
    assert library_without("pkg/make.py", "return 1", "return Base()") == {"apart.py"}
    assert library_without("pkg/names.py", "build = make", "build = None") == {"named.py"}


def test_a_class_that_only_some_name_concerns_those_alone() -> None:
    assert library_without("pkg/base.py", "class Other:", "class Other(dict):") == {"whole.py", "star.py"}


def test_the_order_of_what_is_bound_at_the_top_concerns_those_who_ask_for_what_follows_from_it() -> None:
    files = {
        "a.py": "class A:\n    def run(self): pass\n\n\nclass B:\n    def run(self): pass\n",
        "m.py": "from a import A, B\n\nheld = A()\nheld = B()\nmade = held\n",
        "use.py": "from m import made\n\n\ndef use():\n    made.run()\n",
    }
    moved = "from a import A, B\n\nheld = A()\nmade = held\nheld = B()\n"
    assert stale(files, files | {"m.py": moved}) == {"use.py"}


HEADERS = {
    "dev.h": "struct dev { struct bus *bus; };\nstruct other { int a; };\n#define LIMIT 3\n",
    "bus.h": "struct bus { int (*scan)(int); };\nint scan_all(struct bus *bus);\n",
    "core.c": '#include "dev.h"\n#include "bus.h"\nstruct dev *open_dev(int n) { return 0; }\nstatic int own(void) { return LIMIT; }\n',
    "driver.c": '#include "dev.h"\n#include "bus.h"\nint start(struct dev *dev) { dev->bus->scan(3); return LIMIT; }\n',
    "apart.c": '#include "dev.h"\nint apart(struct other *o) { return o->a; }\n',
}


def test_a_macro_that_comes_into_a_header_concerns_those_alone_who_name_it() -> None:
    assert stale(HEADERS, HEADERS | {"dev.h": HEADERS["dev.h"] + "#define MORE(x) (x)\n"}) == set()
    before = HEADERS | {"user.c": '#include "dev.h"\nint user(void) { return MORE(3); }\n'}
    assert stale(before, before | {"dev.h": HEADERS["dev.h"] + "#define MORE(x) (x)\n"}) == {"user.c"}


def test_a_struct_concerns_those_who_name_it() -> None:
    changed = HEADERS["dev.h"].replace("struct dev {", "struct dev { int more;")
    assert stale(HEADERS, HEADERS | {"dev.h": changed}) == set()  # members are not followed in C
    changed = HEADERS["dev.h"].replace("struct other", "union other")
    assert stale(HEADERS, HEADERS | {"dev.h": changed}) == {"apart.c"}


def test_what_a_function_of_another_source_gives_is_told_by_what_that_source_includes() -> None:
    files = {
        "one.hpp": "class Dev { public: void run(); };\n",
        "two.hpp": "class Dev { public: void run(); };\n",
        "all.hpp": '#include "one.hpp"\n',
        "core.cpp": '#include "all.hpp"\nDev *open_dev(int n) { return 0; }\n',
        "user.cpp": "void use() { open_dev(3)->run(); }\n",
    }
    assert stale(files, files | {"all.hpp": '#include "two.hpp"\n'}) == {"core.cpp", "user.cpp"}


def test_in_a_namespace_each_definition_is_a_part_of_its_own() -> None:
    files = {
        "net.h": "namespace net {\nclass Server { public: void run(); };\nclass Other { public: void walk(); };\n}\n",
        "main.cc": '#include "net.h"\nvoid start(net::Server *server) { server->run(); }\n',
        "other.cc": '#include "net.h"\nvoid go(net::Other *other) { other->walk(); }\n',
    }
    changed = files["net.h"].replace("void walk();", "void walk(); void stop();")
    assert stale(files, files | {"net.h": changed}) == {"other.cc"}


def test_modules_that_give_each_other_back_end_in_nothing() -> None:
    files = {"a.lua": 'local b = require("b")\nreturn b\n', "b.lua": 'local a = require("a")\nreturn a\n'}
    edges, _ = resolved({path: facts_of(path, text) for path, text in files.items()})
    assert {edge.dst for found, _ in edges.values() for edge in found} <= {"a.lua", "b.lua"}


def test_the_files_that_a_resolution_looked_at_are_told_by_its_needs() -> None:
    facts = {path: facts_of(path, text) for path, text in LIBRARY.items()}
    edges, _ = resolved(facts)
    assert set(looked_at(edges["typed.py"][1], facts)) == {"pkg/make.py", "pkg/base.py"}


@pytest.mark.parametrize("settings", ["tsconfig.json", "deno.json"])
def test_a_setting_that_leads_an_import_elsewhere_concerns_its_importers(settings: str) -> None:
    files = {
        "a/x.ts": "export function run() {}\n",
        "b/x.ts": "export function run() {}\n",
        "main.ts": 'import { run } from "#lib/x";\nexport function main() { run(); }\n',
        settings: '{"imports": {"#lib/*": "./a/*"}, "compilerOptions": {"paths": {"#lib/*": ["./a/*"]}}}',
    }
    assert "main.ts" in stale(files, files | {settings: files[settings].replace("./a/", "./b/")})
