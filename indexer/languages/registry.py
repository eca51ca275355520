"""The languages that clew parses. A language is a row here, `queries/<name>.scm`, and `tests/languages/sample.<ext>`.

A query file is a list of patterns. What a pattern is for follows from its captures:
  `@def.KIND` with `@name`: a definition of that kind. Optional: `@body` (where the signature ends; by default the field
      `body`), `@owner` (the type that a method belongs to, where the text does not nest them).
      `@def.prototype` announces a function that is defined elsewhere and never takes the name of the definition.
  `@scope` with `@name`: a region that qualifies the names in it and is no symbol itself (Rust's `impl`).
  `@import` with `@module`, and optionally `@import.name` (or `@import.star`, or `@import.default`) and `@alias`.
  `@bind` with `@bind.name` (or `@bind.field`, an attribute of the object that methods write without `this`) and one of
      `@bind.type` (an annotation), `@bind.call` (the callee that made the value), `@bind.alias` (another name for it),
      `@bind.element` (what it is an element of), `@bind.whole` or `@bind.of` with `@bind.part` (a value, or a type, and
      the attribute of it), `@bind.alternative` (what follows is another name for a type: `Headers = dict[str, Header]`).
      Or one of `@bind.value`, `@bind.each` (a loop's iterable), `@bind.enter` (what a `with` enters), which are expressions
      of any form; then `@bind.name` may be a pattern that takes a value apart (`values.bound`).
  `@return` with `@bind.type`: the annotated result of the function that the capture spans; with `@bind.call` or
      `@bind.alias` what its last line says; with `@bind.value`, and `@yield` with it, what the function around gives.
  `@package`: the name of the package or namespace that the whole file belongs to.
  `@call`: the callee as written, receiver included.
  `@call.whole`: a call, of which the text before its arguments is the callee.
  `@use`: a name that is read. `@inherit`: a base of the definition around it.
  `@local`: a name that a function binds for itself.
  `@outside`: what stands in a definition and is worked out by what is around it, as the default of a parameter is.
  `@branch`: a block that does not always run, so that what it binds counts after it only beside what was bound before.
  `@narrow`: a call that tests a value's type (`branches.narrowed`).
  `@skip`: a region whose words are no references: types that only announce, documentation.
Captures that begin with `_` serve predicates only. Of two patterns that define the same name, the one that spans more
counts, then the one that stands first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

from .language_pack import tail_language

if TYPE_CHECKING:
    import tree_sitter

TEXT = "text"
"""The language of a file that has no row: found by path and words."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is told, parsed and read."""

    name: str
    extensions: tuple[str, ...]
    grammar: str = ""  # `module:function` that gives the grammar; "" where `line_reader` reads it
    comments: tuple[str, ...] = ()  # node types of comments
    wrappers: tuple[
        str, ...
    ] = ()  # node types around a definition that belong to it: `export`, `template<>`
    attributes: tuple[str, ...] = ()  # node types above a definition that belong to it: `#[derive]`
    docstrings: bool = False  # documentation is the first string of the body, not the comment above
    jsdoc: bool = False  # comments say types
    embeds: bool = False  # holds code of other languages, which `embedded` cuts out
    mask: str = ""  # `module:function` that blanks out what the grammar cannot read; bytes keep their places
    mend: str = ""  # the same, for a file of which the grammar lost whole definitions all the same
    import_reader: str = (
        ""  # `module:function` that reads the text of an `@import`: trees and lists of names
    )
    builtins: frozenset[str] = (
        frozenset()
    )  # names that the language gives: bare mentions of them are no references
    queries: tuple[str, ...] = ()  # query files to join; by default the one of this name
    names: tuple[
        str, ...
    ] = ()  # names of files that are in the language whatever their extension: `Rakefile`
    interpreters: tuple[
        str, ...
    ] = ()  # programs of a `#!` line that say so where the name has no extension
    verbatim: tuple[
        str, ...
    ] = ()  # node types of names that are text, not dotted: headings, keys, Bash's words
    clauses: bool = (
        False  # definitions of one name that follow each other are one symbol: Haskell's equations
    )
    line_reader: str = (
        ""  # `module:function` that reads the outline from the lines, in the place of a grammar
    )
    most_symbols: int = 0  # of one file, the outermost first; 0: all
    largest: int = 0  # bytes; a larger file is read as text; 0: any
    attribute_marks: tuple[
        bytes, ...
    ] = ()  # how those of `attributes` begin that belong to it, if not all do: `@doc`


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
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",), queries=("ecmascript", "javascript", "jsx"), jsdoc=True,
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
    attributes=("attribute_item",), import_reader=".rust_imports:read_imports",
    builtins=frozenset(_RUST_BUILTINS.split()),
)  # fmt: skip
C = Language(
    "c", (".c", ".h"), "tree_sitter_c:language", ("comment",),
    wrappers=("declaration", "type_definition"), mask=".c_macros:mask_attributes", mend=".c_macros:mask_conditionals",
    builtins=frozenset(_C_BUILTINS.split()),
)  # fmt: skip
CPP = Language(
    "cpp", (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".cu", ".cuh"),
    "tree_sitter_cpp:language", ("comment",),
    wrappers=("declaration", "type_definition", "template_declaration"), queries=("c", "cpp"),
    mask=".c_macros:mask_cpp_attributes", mend=".c_macros:mask_statements", builtins=frozenset(_C_BUILTINS.split()),
)  # fmt: skip

KOTLIN = Language(
    "kotlin", (".kt", ".kts"), "tree_sitter_kotlin:language", ("line_comment", "block_comment"),
    builtins=frozenset(_KOTLIN_BUILTINS.split()),
)  # fmt: skip
SCALA = Language(
    "scala", (".scala", ".sc", ".sbt"), "tree_sitter_scala:language", ("comment", "block_comment"),
    import_reader=".scala_imports:read_imports", verbatim=("operator_identifier",),
    builtins=frozenset(_SCALA_BUILTINS.split()),
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
    import_reader=".php_imports:read_imports", builtins=frozenset(_PHP_BUILTINS.split()),
)  # fmt: skip

_RUBY_BUILTINS = """Array BasicObject Comparable Enumerable Float Hash Integer Kernel NilClass Object Proc String Symbol
abort alias_method attr attr_accessor attr_reader attr_writer autoload binding block_given? caller catch class_attribute
define_method delegate exit extend fail format freeze gets include instance_variable_get instance_variable_set lambda load
loop method module_function nil p prepend print printf private private_class_method private_constant proc protected public
public_send putc puts raise rand refine require require_relative respond_to? send sleep sprintf system throw trap warn"""
_ELIXIR_BUILTINS = """__MODULE__ abs alias and apply binding case cond def defdelegate defexception defguard defguardp
defimpl defmacro defmacrop defmodule defn defoverridable defp defprotocol defstruct div elem exit for hd if import in
inspect is_atom is_binary is_bitstring is_boolean is_float is_function is_integer is_list is_map is_map_key is_nil
is_number is_pid is_port is_reference is_struct is_tuple length make_ref map_size max min node not or put_elem put_in quote
raise receive rem require reraise round self send spawn spawn_link super tap then throw tl to_charlist to_string trunc try
tuple_size unless unquote unquote_splicing update_in use var! with"""
_HASKELL_BUILTINS = """Bool Char Double Either Float IO Int Integer Just Left Maybe Nothing Ordering Right String True False
concatMap const either error filter flip foldl foldr fmap fst id length map mapM mapM_ maybe mempty not null otherwise
print pure putStrLn return reverse sequence show snd uncurry unwords zip"""
_LUA_BUILTINS = """_G assert collectgarbage dofile error getfenv getmetatable ipairs load loadfile loadstring next pairs
pcall print rawequal rawget rawlen rawset require select self setfenv setmetatable tonumber tostring type unpack xpcall"""
_BASH_BUILTINS = """. : [ alias awk basename bg bind break builtin caller cat cd chmod chown command compgen complete continue
cp cut date declare dirname disown do done echo egrep else enable env esac eval exec exit export expr false fc fg fgrep fi
find for getopts grep hash head help history if in jobs kill let ln local logout ls mapfile mkdir mktemp mv popd printf
pushd pwd read readarray readonly return rm rmdir sed select set shift shopt sleep sort source suspend tail tee test then
time times touch tr trap true type typeset ulimit umask unalias uname uniq unset until wait wc while xargs"""

RUBY = Language(
    "ruby", (".rb", ".rake", ".gemspec", ".ru", ".podspec"), "tree_sitter_ruby:language", ("comment",),
    names=("Rakefile", "Gemfile", "Guardfile", "Vagrantfile", "Podfile", "Capfile"), interpreters=("ruby",),
    builtins=frozenset(_RUBY_BUILTINS.split()),
)  # fmt: skip
ELIXIR = Language(
    "elixir", (".ex", ".exs"), "tree_sitter_elixir:language", ("comment",),
    attributes=("unary_operator",), attribute_marks=(b"@doc", b"@spec", b"@impl", b"@deprecated"), clauses=True, interpreters=("elixir",),
    import_reader=".text_imports:read_elixir", builtins=frozenset(_ELIXIR_BUILTINS.split()),
)  # fmt: skip
HASKELL = Language(
    "haskell", (".hs",), "tree_sitter_haskell:language", ("comment", "haddock"), clauses=True,
    verbatim=("operator",),
    import_reader=".text_imports:read_haskell", builtins=frozenset(_HASKELL_BUILTINS.split()),
)  # fmt: skip
LUA = Language(
    "lua", (".lua",), "tree_sitter_lua:language", ("comment",), interpreters=("lua", "luajit"),
    builtins=frozenset(_LUA_BUILTINS.split()),
)  # fmt: skip
ZIG = Language(
    "zig", (".zig",), "tree_sitter_zig:language", ("comment",), verbatim=("string_content",)
)
BASH = Language(
    "bash", (".sh", ".bash", ".ksh", ".bats"), "tree_sitter_bash:language", ("comment",),
    names=(".bashrc", ".bash_profile", ".profile", "PKGBUILD", "APKBUILD"),
    interpreters=("bash", "sh", "dash", "ksh", "ash"), verbatim=("word",), import_reader=".text_imports:read_bash",
    builtins=frozenset(_BASH_BUILTINS.split()),
)  # fmt: skip

MAX_KEYS = 500
"""Keys of one JSON, YAML or TOML file that are symbols, the outermost first: settings have fewer, data has no end of them.
The queries go three levels deep: `jobs.build.steps` names a place, deeper keys name values."""
MAX_SETTINGS = 1 << 18
"""Bytes of a JSON, YAML or TOML file above which it is data, that is text: of the settings that people write none is as large."""

JSON = Language(
    "json", (".json", ".jsonc", ".webmanifest"), "tree_sitter_json:language", ("comment",),
    verbatim=("string_content",), most_symbols=MAX_KEYS, largest=MAX_SETTINGS,
)  # fmt: skip
YAML = Language(
    "yaml", (".yaml", ".yml"), "tree_sitter_yaml:language", ("comment",), most_symbols=MAX_KEYS, largest=MAX_SETTINGS,
    verbatim=("plain_scalar", "double_quote_scalar", "single_quote_scalar"),
)  # fmt: skip
TOML = Language(
    "toml", (".toml",), "tree_sitter_toml:language", ("comment",), verbatim=("bare_key", "quoted_key"),
    most_symbols=MAX_KEYS, largest=MAX_SETTINGS,
)  # fmt: skip
SQL = Language(
    "sql", (".sql",), "tree_sitter_sql:language", ("comment", "marginalia"), wrappers=("statement",)
)
HTML = Language(
    "html", (".html", ".htm", ".xhtml"), "tree_sitter_html:language", ("comment",), embeds=True,
    verbatim=("text", "attribute_value"), queries=("html", "embedded"),
)  # fmt: skip
VUE = Language(
    "vue", (".vue",), "tree_sitter_html:language", ("comment",), embeds=True, queries=("embedded",)
)  # fmt: skip
SVELTE = Language(
    "svelte", (".svelte",), "tree_sitter_html:language", ("comment",), embeds=True, queries=("embedded",)
)  # fmt: skip
CSS = Language(
    "css", (".css",), "tree_sitter_css:language", ("comment",),
    verbatim=("selectors", "keyframes_name", "property_name"),
)  # fmt: skip
MARKDOWN = Language(
    "markdown", (".md", ".markdown", ".mdx"), line_reader=".line_outline:read_markdown"
)
MAKEFILE = Language(
    "makefile",
    (".mk", ".mak"),
    line_reader=".line_outline:read_makefile",
    names=("Makefile", "makefile", "GNUmakefile"),
)
DOCKERFILE = Language(
    "dockerfile", (".dockerfile", ".containerfile"), line_reader=".line_outline:read_dockerfile",
    names=("Dockerfile", "Containerfile"),
)  # fmt: skip

_ROWS = (
    PYTHON, JAVASCRIPT, TYPESCRIPT, TSX, GO, JAVA, RUST, C, CPP, KOTLIN, SCALA, CSHARP, SWIFT, PHP,
    RUBY, ELIXIR, HASKELL, LUA, ZIG, BASH,
    JSON, YAML, TOML, SQL, HTML, VUE, SVELTE, CSS, MARKDOWN, MAKEFILE, DOCKERFILE,
)  # fmt: skip
LANGUAGES = {row.name: row for row in _ROWS}
_BY_EXTENSION = {extension: row for row in LANGUAGES.values() for extension in row.extensions}
_BY_NAME = {name: row for row in LANGUAGES.values() for name in row.names}
_BY_INTERPRETER = {name: row for row in LANGUAGES.values() for name in row.interpreters}
_INTERPRETER = re.compile(
    rb"#![ \t]*(?:\S*/env[ \t]+(?:-S[ \t]+)?)?(?:\S*/)?([a-z]+)[0-9.]*(?=[\s]|$)"
)
_CAPTURE = re.compile(r"@(\w[\w.]*)")
_GROUPS = frozenset({"scope", "import", "bind", "return", "yield"})
_CPP_HEADER = re.compile(rb"namespace |template ?<|\nclass |public:|private:|constexpr |std::")


def language_of(path: str, data: bytes = b"") -> str:
    """The name of the language of a file, one of the tail's too, or `TEXT`: by its name, its extension, or, where it has none, its `#!` line.

    A `.h` file is C++ where its first 16 KiB say so.
    """
    name = path.rsplit("/", 1)[-1]
    dot = name.rfind(".")
    row = _BY_NAME.get(name) or (_BY_EXTENSION.get(name[dot:].lower()) if dot > 0 else None)
    if row is None and dot > 0:
        row = _BY_NAME.get(name[: name.find(".")])  # `Dockerfile.dev`
    if row is None and dot <= 0 and (said := _INTERPRETER.match(data)):
        row = _BY_INTERPRETER.get(said[1].decode())
    if row is None:
        return (tail_language(name[dot:].lower()) if dot > 0 else "") or TEXT
    if name.endswith(".h") and _CPP_HEADER.search(data, 0, 1 << 14):
        return CPP.name
    return row.name


SYMBOL_ROLES = frozenset({"scope", "import", "skip"})
"""Of patterns that decide, beside definitions, which symbols a file has."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language's compiled parser and query; one per process."""

    parser: tree_sitter.Parser
    query: tree_sitter.Query
    roles: tuple[
        str, ...
    ]  # pattern → `def.KIND`, `scope`, `import`, `bind`, `return`, or the name of its only capture


@cache
def grammar(name: str) -> Grammar:
    """Load the grammar of the language `name` and compile its query."""
    import tree_sitter

    language, text = _language(LANGUAGES[name]), _query_text(LANGUAGES[name])
    query = tree_sitter.Query(language, text)
    source = text.encode()
    spans = (
        (query.start_byte_for_pattern(i), query.end_byte_for_pattern(i))
        for i in range(query.pattern_count)
    )
    return Grammar(
        tree_sitter.Parser(language),
        query,
        tuple(_role(source[low:high].decode()) for low, high in spans),
    )


@cache
def symbols_query(name: str) -> tree_sitter.Query:
    """The query of the language `name`, its patterns in the same places, of which only those match that make symbols."""
    import tree_sitter

    query = tree_sitter.Query(_language(LANGUAGES[name]), _query_text(LANGUAGES[name]))
    for place, role in enumerate(grammar(name).roles):
        if not role.startswith("def.") and role not in SYMBOL_ROLES:
            query.disable_pattern(place)
    return query


def _language(row: Language) -> tree_sitter.Language:
    import tree_sitter

    module, function = row.grammar.split(":")
    return tree_sitter.Language(getattr(import_module(module), function)())


def _query_text(row: Language) -> str:
    folder = resources.files(__package__).joinpath("queries")
    return "".join(
        folder.joinpath(f"{stem}.scm").read_text("utf-8") for stem in row.queries or (row.name,)
    )


def _role(pattern: str) -> str:
    names: list[str] = [name for name in _CAPTURE.findall(pattern) if not name.startswith("_")]
    groups = [name for name in names if name.startswith("def.") or name in _GROUPS]
    return (groups or names)[0]


@cache
def load_function(name: str) -> Callable[..., Any]:
    """The function that a row names as `module:function`."""
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(import_module(module, __package__), function)
    return found
