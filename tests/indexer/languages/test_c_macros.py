"""Macros that the grammar of C++ cannot read: what is blanked before parsing, and only that."""

from __future__ import annotations

from indexer.extract.extractor import extract_facts


def names(source: str) -> list[str]:
    return [
        symbol.qualname
        for symbol in extract_facts("a.h", source.encode(), "cpp").symbols
        if symbol.kind != "prototype"
    ]


def test_a_class_with_a_macro_is_found_between_lines_that_end_in_carriage_returns() -> None:
    assert names("\r\nclass LIB_API Node\r\n{\r\n  friend class Tree;\r\n};\r\n") == ["Node"]


def test_a_macro_on_the_line_before_a_method_does_not_hide_its_class() -> None:
    source = """#ifndef A
namespace n {
class Value {
  friend class Other;
public:
  Value();
  LIB_DEPRECATED("Use set(int) instead.")
  void put(const char* text, int size) {
    set(text);
  }
  int kept() const { return 1; }
};
}
#endif
"""
    assert names(source) == ["n", "n.Value", "n.Value.put", "n.Value.kept"]


def test_macros_called_at_the_margin_do_not_hide_the_namespace_after_them() -> None:
    source = """#ifndef A
LIB_WARNINGS_PUSH_(4251 \\
/* of a class */)

LIB_DECLARE_bool_(flag);
namespace n {
LIB_WARNINGS_PUSH_(4805 4100)

class LIB_API_ Test {
 public:
  virtual ~Test();
  int run() { return 1; }
};
}
#endif
"""
    assert names(source) == ["n", "n.Test", "n.Test.run"]


def test_a_word_in_capitals_that_is_a_type_stays() -> None:
    facts = extract_facts(
        "a.cc",
        b"\nstruct S {\n  const DWORD_T other() { return 0; }\n};\n"
        b"SOME_TYPE *made(int a) { return 0; }\n",
        "cpp",
    )
    assert [(b.name, b.type) for b in facts.bindings if b.name == "return"] == [
        ("return", "DWORD_T"),
        ("return", "SOME_TYPE"),
    ]


def test_of_an_unknown_receiver_a_method_of_the_standard_library_is_not_guessed() -> None:
    from indexer.resolve.resolver import Resolver

    source = (
        "struct Text { const char* c_str() { return 0; } void drop_all() {} };\n"
        "void f() { other().c_str(); other().drop_all(); }\n"
    )
    resolver = Resolver({"a.cc": extract_facts("a.cc", source.encode(), "cpp")})
    assert [edge.dst for edge in resolver.edges("a.cc")] == ["a.cc::Text.drop_all"]
