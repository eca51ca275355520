"""The languages that clew parses. A language is a row here, `queries/<name>.scm`, and `tests/languages/sample.<ext>`.

A query file is a list of patterns. What a pattern is for follows from its captures:
  `@def.KIND` with `@name`: a definition of that kind. Optional: `@body` (where the signature ends; by default the field
      `body`), `@owner` (the type that a method belongs to, where the text does not nest them).
      `@def.prototype` announces a function that is defined elsewhere and never takes the name of the definition.
  `@scope` with `@name`: a region that qualifies the names in it and is no symbol itself (Rust's `impl`).
  `@import` with `@module`, and optionally `@import.name` (or `@import.star`, or `@import.default`) and `@alias`.
  `@bind` with `@bind.name` (or `@bind.field`, an attribute of the object that methods write without `this`) and one of
      `@bind.type` (an annotation), `@bind.call` (the callee that made the value), `@bind.alias` (another name for it).
  `@return` with `@bind.type`: the annotated result of the function that the capture spans.
  `@package`: the name of the package or namespace that the whole file belongs to.
  `@call`: the callee as written, receiver included.
  `@call.whole`: a call, of which the text before its arguments is the callee.
  `@use`: a name that is read. `@inherit`: a base of the definition around it.
  `@local`: a name that a function binds for itself.
Captures that begin with `_` serve predicates only. Of two patterns that define the same name, the one that spans more
counts, then the one that stands first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter

TEXT = "text"
"""The language of a file that has no row: found by path and words."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is told, parsed and read."""

    name: str
    extensions: tuple[str, ...]
    grammar: str  # `module:function` that gives the grammar
    comments: tuple[str, ...]  # node types of comments
    wrappers: tuple[str, ...] = ()  # node types around a definition that belong to it: `export`, `template<>`
    attributes: tuple[str, ...] = ()  # node types above a definition that belong to it: `#[derive]`
    docstrings: bool = False  # documentation is the first string of the body, not the comment above
    import_reader: str = ""  # `module:function` that reads the text of an `@import`: trees and lists of names
    builtins: frozenset[str] = frozenset()  # names that the language gives: bare mentions of them are no references
    queries: tuple[str, ...] = ()  # query files to join; by default the one of this name


_ECMASCRIPT_WRAPPERS = (
    "export_statement", "ambient_declaration", "lexical_declaration", "variable_declaration", "expression_statement",
)  # fmt: skip

_GO_BUILTINS = """any append bool byte cap complex64 complex128 copy delete error float32 float64 int int8 int16 int32
int64 len make new panic print println recover rune string uint uint8 uint16 uint32 uint64 uintptr"""
_JAVA_BUILTINS = "Boolean Class Deprecated Integer Long Object Override String SuppressWarnings var"
_RUST_BUILTINS = """Box Err None Ok Option Result Self Some String Vec assert assert_eq assert_ne debug_assert
debug_assert_eq eprintln format matches panic print println todo unimplemented unreachable vec write writeln"""

_KOTLIN_BUILTINS = """Any Boolean Byte ByteArray Char CharSequence Double Float Int Long Nothing Short String Unit and
arrayOf downTo emptyList emptyMap it let listOf mapOf mutableListOf mutableMapOf or println setOf shl shr step to until
xor"""
_SCALA_BUILTINS = """Any AnyRef AnyVal Array Boolean Byte Char Double Either Float Int Left List Long Map None Nil
Nothing Null Option Right Seq Set Short Some String Unit Vector implicitly println require"""
_SWIFT_BUILTINS = """Any AnyObject Array Bool Character Codable Dictionary Double Equatable Error Float Hashable Int
Int32 Int64 MainActor Sendable Set String UInt UInt8 UInt32 UInt64 Void autoclosure available discardableResult escaping
fatalError inlinable main objc precondition print testable unchecked"""
_CSHARP_BUILTINS = """Action Boolean Byte Convert DateTime Enum Exception Func Guid IDisposable IEnumerable IList Int32
List Math Nullable Object String StringBuilder Task Type nameof"""
_PHP_BUILTINS = """array_filter array_key_exists array_keys array_map array_merge array_pop array_shift array_values class
compact count define explode false implode in_array is_array is_callable is_int is_null is_object is_string isset json_decode
json_encode null preg_match preg_replace sprintf str_replace strlen strpos strtolower strtoupper substr trim true"""

_C_BUILTINS = """NULL EXPORT_SYMBOL EXPORT_SYMBOL_GPL likely unlikely defined static_cast dynamic_cast
reinterpret_cast const_cast true false nullptr"""

PYTHON = Language(
    "python", (".py", ".pyi", ".pyw"), "tree_sitter_python:language", ("comment",),
    wrappers=("decorated_definition",), docstrings=True,
)  # fmt: skip
JAVASCRIPT = Language(
    "javascript", (".js", ".jsx", ".mjs", ".cjs"), "tree_sitter_javascript:language", ("comment",),
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",), queries=("ecmascript", "javascript", "jsx"),
)  # fmt: skip
TYPESCRIPT = Language(
    "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript:language_typescript", ("comment",),
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",), queries=("ecmascript", "typescript"),
)  # fmt: skip
TSX = Language(
    "tsx", (".tsx",), "tree_sitter_typescript:language_tsx", ("comment",),
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",), queries=("ecmascript", "typescript", "jsx"),
)  # fmt: skip
GO = Language(
    "go", (".go",), "tree_sitter_go:language", ("comment",),
    builtins=frozenset(_GO_BUILTINS.split()),
)  # fmt: skip
JAVA = Language(
    "java", (".java",), "tree_sitter_java:language", ("line_comment", "block_comment"),
    builtins=frozenset(_JAVA_BUILTINS.split()),
)  # fmt: skip
RUST = Language(
    "rust", (".rs",), "tree_sitter_rust:language", ("line_comment", "block_comment"),
    attributes=("attribute_item",), import_reader=".rust_use:read_imports",
    builtins=frozenset(_RUST_BUILTINS.split()),
)  # fmt: skip
C = Language(
    "c", (".c", ".h"), "tree_sitter_c:language", ("comment",),
    wrappers=("declaration", "type_definition"), builtins=frozenset(_C_BUILTINS.split()),
)  # fmt: skip
CPP = Language(
    "cpp", (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".cu", ".cuh"),
    "tree_sitter_cpp:language", ("comment",),
    wrappers=("declaration", "type_definition", "template_declaration"), queries=("c", "cpp"),
    builtins=frozenset(_C_BUILTINS.split()),
)  # fmt: skip

KOTLIN = Language(
    "kotlin", (".kt", ".kts"), "tree_sitter_kotlin:language", ("line_comment", "block_comment"),
    builtins=frozenset(_KOTLIN_BUILTINS.split()),
)  # fmt: skip
SCALA = Language(
    "scala", (".scala", ".sc", ".sbt"), "tree_sitter_scala:language", ("comment", "block_comment"),
    import_reader=".scala_import:read_imports", builtins=frozenset(_SCALA_BUILTINS.split()),
)  # fmt: skip
CSHARP = Language(
    "csharp", (".cs",), "tree_sitter_c_sharp:language", ("comment",), builtins=frozenset(_CSHARP_BUILTINS.split()),
)  # fmt: skip
SWIFT = Language(
    "swift", (".swift",), "tree_sitter_swift:language", ("comment", "multiline_comment"),
    builtins=frozenset(_SWIFT_BUILTINS.split()),
)  # fmt: skip
PHP = Language(
    "php", (".php", ".phtml"), "tree_sitter_php:language_php", ("comment",),
    import_reader=".php_use:read_imports", builtins=frozenset(_PHP_BUILTINS.split()),
)  # fmt: skip

_ROWS = (PYTHON, JAVASCRIPT, TYPESCRIPT, TSX, GO, JAVA, RUST, C, CPP, KOTLIN, SCALA, CSHARP, SWIFT, PHP)
LANGUAGES = {row.name: row for row in _ROWS}
_BY_EXTENSION = {extension: row for row in LANGUAGES.values() for extension in row.extensions}
_CAPTURE = re.compile(r"@(\w[\w.]*)")
_CPP_HEADER = re.compile(rb"namespace |template ?<|\nclass |public:|private:|constexpr |std::")


def language_of(path: str, data: bytes = b"") -> str:
    """The name of the language of a file, or `TEXT`. A `.h` file is C++ where its first 16 KiB say so."""
    name = path.rsplit("/", 1)[-1]
    dot = name.rfind(".")
    row = _BY_EXTENSION.get(name[dot:].lower()) if dot > 0 else None
    if row is None:
        return TEXT
    if name.endswith(".h") and _CPP_HEADER.search(data, 0, 1 << 14):
        return CPP.name
    return row.name


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language's compiled parser and query; one per process."""

    parser: tree_sitter.Parser
    query: tree_sitter.Query
    roles: tuple[str, ...]  # pattern → `def.KIND`, `scope`, `import`, `bind`, `return`, or the name of its only capture


@cache
def grammar(name: str) -> Grammar:
    """Load the grammar of the language `name` and compile its query."""
    import tree_sitter

    row = LANGUAGES[name]
    module, function = row.grammar.split(":")
    language = tree_sitter.Language(getattr(import_module(module), function)())
    folder = resources.files(__package__).joinpath("queries")
    text = "".join(folder.joinpath(f"{stem}.scm").read_text("utf-8") for stem in row.queries or (row.name,))
    query = tree_sitter.Query(language, text)
    source = text.encode()
    spans = ((query.start_byte_for_pattern(i), query.end_byte_for_pattern(i)) for i in range(query.pattern_count))
    return Grammar(tree_sitter.Parser(language), query, tuple(_role(source[low:high].decode()) for low, high in spans))


def _role(pattern: str) -> str:
    names: list[str] = [name for name in _CAPTURE.findall(pattern) if not name.startswith("_")]
    groups = [name for name in names if name.startswith("def.") or name in ("scope", "import", "bind", "return")]
    return (groups or names)[0]
