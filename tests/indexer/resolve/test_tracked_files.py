"""A file is resolved again if a part that it read has changed; no other file is."""

from __future__ import annotations

from indexer.resolve.dependencies import files_of_keys

from ..changes import facts_of, resolved, stale

LIBRARY = {
    "pkg/__init__.py": "from .base import Base as Root\n",
    "pkg/base.py": "class Base:\n    def run(self):\n        pass\n\n\nclass Other:\n    pass\n",
    "pkg/make.py": "from .base import Base\n\n\ndef make():\n"
    "    made = Base()\n    return made\n"
    "\n\ndef apart():\n    return 1\n",
    "pkg/names.py": "from .make import make\n\nbuild = make\n",
    "heir.py": "from pkg import Root\n\n\nclass Heir(Root):\n"
    "    def go(self):\n        self.run()\n",
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
    assert (
        library_without("pkg/base.py", "class Other", "def come(a):\n    return a\n\n\nclass Other")
        == set()
    )
    assert (
        library_without("pkg/make.py", "def apart", "def come(a):\n    return a\n\n\ndef apart")
        == set()
    )


def test_a_file_that_asked_for_a_name_in_vain_is_resolved_when_it_comes() -> None:
    files = {
        "a.py": "x = 1\n",
        "b.py": "from a import come\nimport a\n\n\ndef use():\n    come()\n    a.go()\n",
    }
    assert stale(files, files | {"a.py": "def come(): pass\n"}) == {"b.py"}
    assert stale(files, files | {"a.py": "def go(): pass\n"}) == {"b.py"}
    assert stale(files, files | {"a.py": "x = 1\n\n\ndef stay(): pass\n"}) == set()


def test_a_class_concerns_those_who_inherit_from_it_through_any_file_and_name() -> None:
    heirs = {"heir.py", "heirs_user.py", "typed.py", "named.py"}
    assert library_without("pkg/base.py", "def run", "def walk") == heirs | {
        "pkg/make.py",
        "pkg/__init__.py",
    }
    assert library_without("pkg/base.py", "class Base:", "class Base(Other):") >= heirs
    assert library_without("pkg/__init__.py", "Base as Root", "Other as Root") == {
        "heir.py",
        "heirs_user.py",
    }


def test_what_a_function_gives_back_concerns_those_who_call_it_by_any_name() -> None:
    assert library_without("pkg/make.py", "made = Base()", "made = None") == {
        "pkg/names.py",
        "typed.py",
        "named.py",
    }
    assert library_without("pkg/make.py", "return 1", "return Base()") == {"apart.py"}
    assert library_without("pkg/names.py", "build = make", "build = None") == {"named.py"}


def test_a_class_that_only_some_name_concerns_those_alone() -> None:
    assert library_without("pkg/base.py", "class Other:", "class Other(dict):") == {
        "whole.py",
        "star.py",
    }


def test_the_order_of_bindings_at_the_top_concerns_readers_of_names_that_depend_on_it() -> None:
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
    "core.c": '#include "dev.h"\n#include "bus.h"\n'
    "struct dev *open_dev(int n) { return 0; }\n"
    "static int own(void) { return LIMIT; }\n",
    "driver.c": '#include "dev.h"\n#include "bus.h"\n'
    "int start(struct dev *dev) { dev->bus->scan(3); return LIMIT; }\n",
    "apart.c": '#include "dev.h"\nint apart(struct other *o) { return o->a; }\n',
}


def test_a_macro_that_comes_into_a_header_concerns_those_alone_who_name_it() -> None:
    assert stale(HEADERS, HEADERS | {"dev.h": HEADERS["dev.h"] + "#define MORE(x) (x)\n"}) == set()
    before = HEADERS | {"user.c": '#include "dev.h"\nint user(void) { return MORE(3); }\n'}
    assert stale(before, before | {"dev.h": HEADERS["dev.h"] + "#define MORE(x) (x)\n"}) == {
        "user.c"
    }


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
        "net.h": "namespace net {\nclass Server { public: void run(); };\n"
        "class Other { public: void walk(); };\n"
        "}\n",
        "main.cc": '#include "net.h"\nvoid start(net::Server *server) { server->run(); }\n',
        "other.cc": '#include "net.h"\nvoid go(net::Other *other) { other->walk(); }\n',
    }
    changed = files["net.h"].replace("void walk();", "void walk(); void stop();")
    assert stale(files, files | {"net.h": changed}) == {"other.cc"}


def test_modules_that_give_each_other_back_end_in_nothing() -> None:
    files = {
        "a.lua": 'local b = require("b")\nreturn b\n',
        "b.lua": 'local a = require("a")\nreturn a\n',
    }
    edges, _ = resolved({path: facts_of(path, text) for path, text in files.items()})
    assert {edge.dst for found, _ in edges.values() for edge in found} <= {"a.lua", "b.lua"}


def test_the_files_that_a_resolution_files_of_keys_are_told_by_its_needs() -> None:
    facts = {path: facts_of(path, text) for path, text in LIBRARY.items()}
    edges, _ = resolved(facts)
    assert set(files_of_keys(edges["typed.py"][1], facts)) == {"pkg/make.py", "pkg/base.py"}


def test_another_name_for_what_a_module_defines_concerns_those_who_use_it() -> None:
    files = {
        "a.ts": "export function go() {}\nexport function stop() {}\nexport { go as run };\n",
        "b.ts": 'export * from "./a";\n',
        "run.ts": 'import { run } from "./a";\nexport function use() { run(); }\n',
        "through.ts": 'import { run } from "./b";\nexport function use() { run(); }\n',
        "stop.ts": 'import { stop } from "./b";\nexport function use() { stop(); }\n',
    }
    assert stale(files, files | {"a.ts": files["a.ts"].replace("go as", "stop as")}) == {
        "run.ts",
        "through.ts",
    }
    assert stale(files, files | {"b.ts": ""}) == {"through.ts", "stop.ts"}


def test_a_function_of_a_package_concerns_the_files_of_the_package() -> None:
    files = {
        "net/a.go": "package net\nfunc Run() {}\n",
        "net/b.go": "package net\nfunc Use() { Run(); More() }\n",
        "other/c.go": "package other\nfunc Use() { Run() }\n",
    }
    assert stale(files, files | {"net/a.go": files["net/a.go"] + "func More() {}\n"}) == {
        "net/b.go"
    }
