"""Edges of C++: members, constructors, overloads and names in several files."""

from __future__ import annotations

import pytest

from .test_resolver import all_edges, edges

CPP_HEADER = """
namespace net {
class Base { public: void close(); virtual void open() = 0; };
class Client;
class Server : public Base {
 public:
  Server(int port);
  void run();
  Client* client();
 private:
  int helper();
  Client* client_;
  std::unique_ptr<Client> owned_;
};
class Client { public: Client(int a); void get(); };
typedef Client Peer;
int free_function(int a);
}
"""
CPP_SOURCE = """
#include "net.hpp"
namespace net {
Server::Server(int port) { helper(); }
void Server::run() { %s }
Client* Server::client() { return client_; }
int Server::helper() { return 1; }
void Base::close() {}
void Client::get() {}
int free_function(int a) { return a; }
}
"""


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("helper();", "net.cc::net.Server.helper"),
        ("close();", "net.cc::net.Base.close"),
        ("open();", "net.hpp::net.Base.open"),
        ("this->helper();", "net.cc::net.Server.helper"),
        ("client_->get();", "net.cc::net.Client.get"),
        ("owned_->get();", "net.cc::net.Client.get"),
        ("Client c(1);", "net.hpp::net.Client"),
        ("Client c; c.get();", "net.cc::net.Client.get"),
        ("Peer* p; p->get();", "net.cc::net.Client.get"),
        ("auto made = std::make_unique<Client>(1); made->get();", "net.cc::net.Client.get"),
        ("net::free_function(1);", "net.cc::net.free_function"),
        ("::net::free_function(1);", "net.cc::net.free_function"),
        ("free_function(1);", "net.cc::net.free_function"),
    ],
)
def test_cpp_members_types_and_namespaces_reach_from_source_to_header_and_back(
    body: str, end: str
) -> None:
    found = edges({"net.hpp": CPP_HEADER, "net.cc": CPP_SOURCE % body})
    assert ("net.cc::net.Server.run", end) in found
    assert len([edge for edge in found if edge[0] == "net.cc::net.Server.run"]) == 1


def test_cpp_chains_follow_return_values_and_using_names_a_namespace_or_a_member() -> None:
    found = edges({
        "net.hpp": CPP_HEADER,
        "net.cc": CPP_SOURCE % "",
        "a.cc": '#include "net.hpp"\nusing namespace net;\n'
        'void a(Server* s) { s->client()->get(); free_function(1); }\n',
        "b.cc": '#include "net.hpp"\nusing net::Client;\nvoid b(Client& c) { c.get(); }\n',
        "c.cc": '#include "net.hpp"\nvoid c() { free_function(1); }\n',
    })  # fmt: skip
    assert {edge for edge in found if edge[0][0] in "abc"} == {
        ("a.cc::a", "net.cc::net.Server.client"),
        ("a.cc::a", "net.cc::net.Client.get"),
        ("a.cc::a", "net.cc::net.free_function"),
        ("b.cc::b", "net.cc::net.Client.get"),
    }


def test_no_edge_leaves_its_family_of_languages() -> None:
    files = {
        "a.py": "def shared_name(): pass\n",
        "b.js": "function main() { shared_name(); x.shared_name(); }\n",
    }
    assert all_edges(files) == []


@pytest.mark.parametrize("inner", ["", ".Inner"])
def test_a_chain_of_bases_that_is_deeper_than_pythons_stack_costs_only_its_far_end(
    inner: str,
) -> None:
    chain = [
        f"class C{n}(C{n - 1}{inner}):\n    def run(self): self.last()\n"
        for n in range(2_000, 0, -1)
    ]
    found = edges(
        {"a.py": "".join(chain) + "class C0:\n    class Inner: pass\n    def last(self): pass\n"}
    )
    assert ("a.py::C2000.run", "a.py::C0.last") not in found
    assert (("a.py::C1.run", "a.py::C0.last") in found) == (not inner)


def test_of_equally_named_scripts_the_neighbour_is_imported() -> None:
    files = {f"{folder}/utils.py": "def run(): pass\n" for folder in ("a", "b", "c")}
    found = edges(
        files
        | {
            "b/main.py": "from utils import run\nrun()\n",
            "d/main.py": "from utils import run\nrun()\n",
        }
    )
    assert found == {("b/main.py", "b/utils.py::run")}


def test_a_name_is_found_through_star_imports_that_form_a_cycle_whoever_asks_first() -> None:
    files = {
        "a.py": "from b import *\nfrom c import *\ndef f():\n    g()\n",
        "b.py": "from a import *\ndef h():\n    g()\n",
        "c.py": "def g(): pass\n",
    }
    assert edges(files) == {("a.py::f", "c.py::g"), ("b.py::h", "c.py::g")}


def test_a_web_of_star_imports_is_resolved() -> None:
    stars = "".join(f"from m{n} import *\n" for n in range(150))
    uses = "".join(f"    f{n}()\n    unknown{n}()\n" for n in range(150))
    files = {f"m{n}.py": f"{stars}def f{n}(): pass\ndef g{n}():\n{uses}" for n in range(150)}
    assert len(edges(files)) == 150 * 150
