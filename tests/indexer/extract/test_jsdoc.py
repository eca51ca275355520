"""Types in comments."""

import pytest

from indexer.extract.extractor import extract_facts
from indexer.records import Binding


def bindings(text: str) -> list[Binding]:
    return [*extract_facts("a.js", text.encode(), "javascript").bindings]


@pytest.mark.parametrize(
    ("comment", "type"),
    [
        ("@param {Server} s", "Server"),
        ("@param {?Server} [s]", "Server"),
        ("@param {...Server} s", "Server"),
        ("@param {Array.<Server>} [s=null] text", "Array<Server>"),
        ("@param {{a: Server}} s", "{a: Server}"),
        ("@param {import('./x').Server} s", "Server"),
    ],
)
def test_a_parameter_has_the_type_that_its_comment_says(comment: str, type: str) -> None:
    assert [
        b.type for b in bindings(f"/** {comment} */\nfunction f(s) {{}}\n") if b.name == "s"
    ] == [type]


@pytest.mark.parametrize(
    "text",
    [
        "/** @param {A s */ function f(s) {}",
        "/** @param {",
        "/** " * 500,
        "/** @type {A} */",
        "/** @type {" + "{" * 5000,
    ],
    ids=range(5),
)
def test_a_comment_that_says_no_type_binds_nothing(text: str) -> None:
    assert bindings(text) == []


def test_a_class_field_has_the_type_above_it() -> None:
    found = bindings(
        "class A {\n  /** @type {B} */\n  b = null;\n"
        "  constructor() {\n    /** @type {C[]} */\n    this.c = [];\n  }\n}\n"
    )
    assert [(b.name, b.type) for b in found] == [("this.b", "B"), ("this.c", "C[]")]
