"""Who calls what, by the rules of the language and not by equal names."""

from __future__ import annotations

from textwrap import dedent

import pytest

from indexer.extract.extractor import extract_facts
from indexer.languages.registry import language_of
from indexer.records import Edge
from indexer.resolve.resolver import Resolver


def edges(files: dict[str, str], kind: str = "calls") -> set[tuple[str, str]]:
    """(src, dst) of all edges of `kind` in a repository of `files`."""
    return {(edge.src, edge.dst) for edge in all_edges(files) if edge.kind == kind}


def all_edges(files: dict[str, str]) -> list[Edge]:
    facts = {
        path: extract_facts(path, dedent(text).encode(), language_of(path))
        for path, text in sorted(files.items())
    }
    resolver = Resolver(facts)
    return [edge for path in facts for edge in resolver.edges(path)]


def test_an_alias_leads_to_the_function_it_renames() -> None:
    found = edges({
        "pkg/__init__.py": "",
        "pkg/a.py": "def run(): pass\n",
        "pkg/b.py": "def run(): pass\n",
        "main.py": "from pkg.a import run as go\ndef main():\n    go()\n",
    })  # fmt: skip
    assert found == {("main.py::main", "pkg/a.py::run")}


def test_equal_names_are_told_apart_by_their_import() -> None:
    found = edges({
        "a.py": "def load(): pass\n",
        "b.py": "def load(): pass\n",
        "c.py": "import b\ndef main():\n    b.load()\n",
    })  # fmt: skip
    assert found == {("c.py::main", "b.py::load")}


def test_a_re_export_is_followed_to_the_definition() -> None:
    found = edges({
        "pkg/__init__.py": "from .core import *\nfrom .extra import helper\n",
        "pkg/core.py": "def work(): pass\n",
        "pkg/extra.py": "def helper(): pass\n",
        "main.py": "import pkg\nfrom pkg import work\ndef main():\n    work()\n    pkg.helper()\n",
    })  # fmt: skip
    assert found == {
        ("main.py::main", "pkg/core.py::work"),
        ("main.py::main", "pkg/extra.py::helper"),
    }


def test_self_reaches_inherited_methods_and_the_nearest_override() -> None:
    found = edges({
        "base.py": "class Base:\n    def start(self): pass\n    def stop(self): pass\n",
        "app.py": """
            from base import Base
            class App(Base):
                def stop(self):
                    super().stop()
                def run(self):
                    self.start()
                    self.stop()
        """,
    })  # fmt: skip
    assert found == {
        ("app.py::App.stop", "base.py::Base.stop"),
        ("app.py::App.run", "base.py::Base.start"),
        ("app.py::App.run", "app.py::App.stop"),
    }


@pytest.mark.parametrize(
    "body",
    [
        "client = Client()\n    client.send()",
        "client: Client = make()\n    client.send()",
        "with Client() as client:\n        client.send()",
        "Client().send()",
        "build().send()",
    ],
)
def test_a_receiver_is_known_from_its_constructor_its_annotation_or_a_return_type(
    body: str,
) -> None:
    found = edges({
        "net.py": "class Client:\n    def send(self): pass\n"
        "class Other:\n    def send(self): pass\n"
        "def build() -> Client: ...\n",
        "main.py": f"from net import Client, build\ndef main():\n    {body}\n",
    })  # fmt: skip
    assert ("main.py::main", "net.py::Client.send") in found
    assert ("main.py::main", "net.py::Other.send") not in found


def test_an_attribute_set_in_the_constructor_has_its_type_elsewhere() -> None:
    found = edges({
        "app.py": """
            class Log:
                def write(self): pass
            class App:
                def __init__(self, log: Log):
                    self.log = log
                    self.own = Log()
                def run(self):
                    self.log.write()
                    self.own.write()
        """,
    })  # fmt: skip
    assert ("app.py::App.run", "app.py::Log.write") in found


def test_a_parameter_hides_a_function_of_its_name() -> None:
    assert edges({"a.py": "def get(): pass\ndef main(get):\n    get()\n"}) == set()


def test_a_name_from_outside_the_repository_is_not_guessed() -> None:
    files = {
        "a.py": "def dumps(): pass\n",
        "b.py": "from json import dumps\ndef main():\n    dumps()\n    len([])\n",
    }
    assert edges(files) == set()


def test_an_unknown_receiver_gives_an_edge_only_for_a_telling_name_that_one_type_has() -> None:
    found = [edge for edge in all_edges({
        "a.rb": "class A\n  def close; end\n  def flush_journal; end\nend\n",
        "b.rb": "def main(x)\n  x.close()\n  x.flush_journal()\nend\n",
    }) if edge.kind == "calls"]  # fmt: skip
    assert [(edge.dst, edge.rule) for edge in found] == [("a.rb::A.flush_journal", "unique")]
    assert found[0].confidence < 0.8


def test_python_guesses_no_receiver() -> None:
    assert (
        edges(
            {
                "a.py": "class A:\n    def flush_journal(self): pass\n"
                "def main(x):\n    x.flush_journal()\n"
            }
        )
        == set()
    )


def test_imports_and_bases_are_edges_of_their_own() -> None:
    files = {"a.py": "class Base: pass\n", "b.py": "import a\nclass B(a.Base): pass\n"}
    assert edges(files, "imports") == {("b.py", "a.py")}
    assert edges(files, "inherits") == {("b.py::B", "a.py::Base")}


def test_a_callback_passed_by_name_is_a_reference() -> None:
    assert ("a.py::main", "a.py::done") in edges(
        {"a.py": "def done(): pass\ndef main():\n    start(done)\n"}, "references"
    )


def test_cycles_of_imports_aliases_and_bases_end() -> None:
    files = {
        "a.py": "from b import *\nfrom b import x as y\n"
        "class A(B): pass\nq = r\nr = q\n"
        "def f():\n    y()\n    q.z()\n",
        "b.py": "from a import *\nfrom a import y as x\nclass B(A): pass\n",
    }
    assert edges(files) == set()


def test_every_edge_ends_at_a_definition_or_a_file_of_the_repository() -> None:
    files = {
        "pkg/__init__.py": "from . import a\n",
        "pkg/a.py": "import os, pkg\nclass A:\n    def f(self): return self.g()\n"
        "    def g(self): os.getcwd()\n",
    }
    known = set(files) | {"pkg/a.py::A", "pkg/a.py::A.f", "pkg/a.py::A.g"}
    assert {end for edge in all_edges(files) for end in (edge.src, edge.dst)} <= known


def test_the_same_files_give_the_same_edges_in_the_same_order() -> None:
    files = {
        f"m{n}.py": f"from m{(n + 1) % 9} import f\n"
        "def f():\n    f()\nclass C:\n    def g(self): f()\n"
        for n in range(9)
    }
    assert all_edges(files) == all_edges(files)


def test_a_default_export_and_a_renamed_one_lead_to_their_definitions() -> None:
    found = edges({
        "a.ts": "function run() {}\nfunction walk() {}\n"
        "export { walk as stroll };\nexport default run;\n",
        "b.ts": "import go, { stroll } from './a';\nexport function main() { go(); stroll(); }\n",
    })  # fmt: skip
    assert found == {("b.ts::main", "a.ts::run"), ("b.ts::main", "a.ts::walk")}


def test_a_required_module_is_what_it_exports() -> None:
    found = edges({
        "a.js": "function run() {}\nmodule.exports = run;\n",
        "b.js": "const go = require('./a');\nfunction main() { go(); }\n",
    })  # fmt: skip
    assert found == {("b.js::main", "a.js::run")}


def test_go_packages_methods_and_embedded_imports() -> None:
    found = edges({
        "go.mod": "module example.com/app\n",
        "server/server.go": "package server\n\ntype Server struct{}\n"
        "\nfunc New() *Server { return &Server{} }\n"
        "\nfunc (s *Server) Start() { s.listen(); helper() }\n\nfunc (s *Server) listen() {}\n",
        "server/help.go": "package server\n\nfunc helper() {}\n",
        "main.go": 'package main\n\nimport "example.com/app/server"\n'
        '\nfunc main() {\n\ts := server.New()\n'
        '\ts.Start()\n}\n',
    })  # fmt: skip
    assert found == {
        ("server/server.go::Server.Start", "server/server.go::Server.listen"),
        ("server/server.go::Server.Start", "server/help.go::helper"),
        ("main.go::main", "server/server.go::New"),
        ("main.go::main", "server/server.go::Server.Start"),
    }


def test_java_classes_of_a_package_and_through_imports() -> None:
    found = edges({
        "src/a/Store.java": "package a;\npublic class Store {\n  public void load() {}\n}\n",
        "src/b/Main.java": "package b;\nimport a.Store;\nclass Main {\n"
        "  private Store store = new Store();\n"
        "  void run() { store.load(); help(); Other.go(); }\n  void help() {}\n}\n",
        "src/b/Other.java": "package b;\nclass Other { static void go() {} }\n",
    })  # fmt: skip
    assert {
        ("src/b/Main.java::Main.run", "src/a/Store.java::Store.load"),
        ("src/b/Main.java::Main.run", "src/b/Main.java::Main.help"),
        ("src/b/Main.java::Main.run", "src/b/Other.java::Other.go"),
    } <= found


def test_rust_use_trees_and_associated_functions() -> None:
    found = edges({
        "src/lib.rs": "mod store;\nuse crate::store::{Store, load as fetch};\n\npub fn main() {\n"
        "    let s = Store::new();\n    s.save();\n    fetch();\n}\n",
        "src/store.rs": "pub struct Store;\n\nimpl Store {\n"
        "    pub fn new() -> Self { Store }\n"
        "    pub fn save(&self) {}\n}\n"
        "\npub fn load() {}\n",
    })  # fmt: skip
    assert {
        ("src/lib.rs::main", "src/store.rs::Store.new"),
        ("src/lib.rs::main", "src/store.rs::Store.save"),
        ("src/lib.rs::main", "src/store.rs::load"),
    } <= found


def test_a_java_package_reaches_over_source_folders_by_its_declared_name() -> None:
    found = edges({
        "main/a/Tool.java": "package a.b;\nclass Tool { static void go() {} }\n",
        "test/a/ToolTest.java": "package a.b;\nclass ToolTest { void run() { Tool.go(); } }\n",
        "test/a/Stray.java": "package other;\nclass Stray { void run() { Tool.go(); } }\n",
    })  # fmt: skip
    assert found == {("test/a/ToolTest.java::ToolTest.run", "main/a/Tool.java::Tool.go")}


def test_c_calls_reach_the_definition_behind_a_prototype_and_static_names_stay_in_their_file() -> (
    None
):
    found = edges({
        "io.h": "int io_read(int fd);\n",
        "io.c": '#include "io.h"\nstatic int check(int fd) { return fd; }\n'
        'int io_read(int fd) { return check(fd); }\n',
        "main.c": '#include "io.h"\nstatic int check(int x) { return x; }\n'
        'int main(void) { check(1); return io_read(0); }\n',
    })  # fmt: skip
    assert found == {
        ("io.c::io_read", "io.c::check"),
        ("main.c::main", "main.c::check"),
        ("main.c::main", "io.c::io_read"),
    }


def test_a_c_header_that_is_not_included_gives_no_name_and_an_own_macro_none_to_others() -> None:
    found = edges({
        "util.h": "static inline int twice(int a) { return 2 * a; }\n#define unlink(p) twice(p)\n",
        "other.c": "#define helper(p) other(p)\nint other(int a) { return a; }\n",
        "main.c": "int main(void) { helper(1); unlink(2); return twice(1); }\n",
        "user.c": '#include "util.h"\nint user(void) { return twice(1); }\n',
    })  # fmt: skip
    assert found == {
        ("util.h::unlink", "util.h::twice"),
        ("other.c::helper", "other.c::other"),
        ("user.c::user", "util.h::twice"),
    }


def test_a_call_means_the_function_and_not_a_macro_that_renames_it() -> None:
    found = edges({
        "conf.h": "#  define inflate z_inflate\n",
        "inflate.c": '#include "conf.h"\nint inflate(int a) { return a; }\n',
        "main.c": '#include "conf.h"\nint main(void) { return inflate(1); }\n',
    })  # fmt: skip
    assert found == {("main.c::main", "inflate.c::inflate")}
