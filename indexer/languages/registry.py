"""The languages that clew parses.

A language is a row here, `queries/<name>.scm` (`grammars` describes its captures), and
`tests/languages/sample.<ext>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import builtin_names
from .language_pack import pack_language

TEXT = "text"
"""The language of a file without a row: found by path and words."""


@dataclass(frozen=True, slots=True)
class Language:
    """The files, grammar and reading rules of one language."""

    name: str
    extensions: tuple[str, ...]
    grammar: str = ""  # `module:function` that returns the grammar; "" with a `line_reader`
    comments: tuple[str, ...] = ()  # node types of comments
    wrappers: tuple[str, ...] = ()
    """Node types around a definition that belong to it: `export`, `template<>`."""
    attributes: tuple[str, ...] = ()  # node types above a definition that belong to it: `#[derive]`
    docstrings: bool = False  # documentation is the first string of the body, not the comment above
    jsdoc: bool = False  # comments state types
    embeds: bool = False  # contains code of other languages, read by `extract.embedded`
    mask: str = ""
    """`module:function` that blanks text that the grammar cannot read; bytes keep their places."""
    mend: str = ""  # the same, for a file of which the grammar still lost whole definitions
    import_reader: str = ""
    """`module:function` that reads the text of an `@import`: trees and lists of names."""
    builtins: frozenset[str] = frozenset()  # uses of these names without a receiver are skipped
    queries: tuple[str, ...] = ()  # query files to join; by default the one of this name
    names: tuple[str, ...] = ()  # file names of the language, whatever the extension: `Rakefile`
    interpreters: tuple[str, ...] = ()  # programs of a `#!` line, for files without an extension
    verbatim: tuple[str, ...] = ()
    """Node types of names that are text, not dotted: headings, keys, Bash's words."""
    clauses: bool = False  # consecutive definitions of one name are one symbol: Haskell's equations
    line_reader: str = ""  # `module:function` that finds symbols line by line, without a grammar
    most_symbols: int = 0  # of one file, the outermost first; 0: all
    largest: int = 0  # bytes; a larger file is read as text; 0: any
    attribute_marks: tuple[bytes, ...] = ()
    """First bytes of the `attributes` that belong to a definition, if not all do: `@doc`."""


_ECMASCRIPT_WRAPPERS = (
    "export_statement", "ambient_declaration", "lexical_declaration", "variable_declaration",
    "expression_statement",
)  # fmt: skip

PYTHON = Language(
    "python", (".py", ".pyi", ".pyw"), "tree_sitter_python:language", ("comment",),
    wrappers=("decorated_definition",), docstrings=True,
)  # fmt: skip
JAVASCRIPT = Language(
    "javascript", (".js", ".jsx", ".mjs", ".cjs"), "tree_sitter_javascript:language", ("comment",),
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",),
    queries=("ecmascript", "javascript", "jsx"), jsdoc=True,
)  # fmt: skip
TYPESCRIPT = Language(
    "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript:language_typescript",
    ("comment",), wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",),
    queries=("ecmascript", "typescript"),
)  # fmt: skip
TSX = Language(
    "tsx", (".tsx",), "tree_sitter_typescript:language_tsx", ("comment",),
    wrappers=_ECMASCRIPT_WRAPPERS, attributes=("decorator",),
    queries=("ecmascript", "typescript", "jsx"),
)  # fmt: skip
GO = Language(
    "go", (".go",), "tree_sitter_go:language", ("comment",), builtins=builtin_names.GO,
)  # fmt: skip
JAVA = Language(
    "java", (".java",), "tree_sitter_java:language", ("line_comment", "block_comment"),
    builtins=builtin_names.JAVA,
)  # fmt: skip
RUST = Language(
    "rust", (".rs",), "tree_sitter_rust:language", ("line_comment", "block_comment"),
    attributes=("attribute_item",), import_reader=".rust_imports:read_imports",
    builtins=builtin_names.RUST,
)  # fmt: skip
C = Language(
    "c", (".c", ".h"), "tree_sitter_c:language", ("comment",),
    wrappers=("declaration", "type_definition"), mask=".c_macros:mask_attributes",
    mend=".c_macros:mask_conditionals", builtins=builtin_names.C,
)  # fmt: skip
CPP = Language(
    "cpp",
    (
        ".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tpp",
        ".cu", ".cuh",
    ),
    "tree_sitter_cpp:language", ("comment",),
    wrappers=("declaration", "type_definition", "template_declaration"), queries=("c", "cpp"),
    mask=".c_macros:mask_cpp_attributes", mend=".c_macros:mask_statements",
    builtins=builtin_names.C,
)  # fmt: skip
KOTLIN = Language(
    "kotlin", (".kt", ".kts"), "tree_sitter_kotlin:language", ("line_comment", "block_comment"),
    builtins=builtin_names.KOTLIN,
)  # fmt: skip
SCALA = Language(
    "scala", (".scala", ".sc", ".sbt"), "tree_sitter_scala:language", ("comment", "block_comment"),
    import_reader=".scala_imports:read_imports", verbatim=("operator_identifier",),
    builtins=builtin_names.SCALA,
)  # fmt: skip
CSHARP = Language(
    "csharp", (".cs",), "tree_sitter_c_sharp:language", ("comment",), builtins=builtin_names.CSHARP,
)  # fmt: skip
SWIFT = Language(
    "swift", (".swift",), "tree_sitter_swift:language", ("comment", "multiline_comment"),
    builtins=builtin_names.SWIFT,
)  # fmt: skip
PHP = Language(
    "php", (".php", ".phtml"), "tree_sitter_php:language_php", ("comment",),
    import_reader=".php_imports:read_imports", builtins=builtin_names.PHP,
)  # fmt: skip
RUBY = Language(
    "ruby", (".rb", ".rake", ".gemspec", ".ru", ".podspec"), "tree_sitter_ruby:language",
    ("comment",), names=("Rakefile", "Gemfile", "Guardfile", "Vagrantfile", "Podfile", "Capfile"),
    interpreters=("ruby",), builtins=builtin_names.RUBY,
)  # fmt: skip
ELIXIR = Language(
    "elixir", (".ex", ".exs"), "tree_sitter_elixir:language", ("comment",),
    attributes=("unary_operator",), attribute_marks=(b"@doc", b"@spec", b"@impl", b"@deprecated"),
    clauses=True, interpreters=("elixir",), import_reader=".text_imports:read_elixir",
    builtins=builtin_names.ELIXIR,
)  # fmt: skip
HASKELL = Language(
    "haskell", (".hs",), "tree_sitter_haskell:language", ("comment", "haddock"), clauses=True,
    verbatim=("operator",), import_reader=".text_imports:read_haskell",
    builtins=builtin_names.HASKELL,
)  # fmt: skip
LUA = Language(
    "lua", (".lua",), "tree_sitter_lua:language", ("comment",), interpreters=("lua", "luajit"),
    builtins=builtin_names.LUA,
)  # fmt: skip
ZIG = Language(
    "zig", (".zig",), "tree_sitter_zig:language", ("comment",), verbatim=("string_content",),
)  # fmt: skip
BASH = Language(
    "bash", (".sh", ".bash", ".ksh", ".bats"), "tree_sitter_bash:language", ("comment",),
    names=(".bashrc", ".bash_profile", ".profile", "PKGBUILD", "APKBUILD"),
    interpreters=("bash", "sh", "dash", "ksh", "ash"), verbatim=("word",),
    import_reader=".text_imports:read_bash", builtins=builtin_names.BASH,
)  # fmt: skip

MAX_KEYS = 500
"""Keys of one JSON, YAML or TOML file that are symbols, the outermost first: data has no end of
them. The queries go three levels deep: `jobs.build.steps` is a place, deeper keys name values."""
MAX_SETTINGS = 1 << 18
"""Bytes of a JSON, YAML or TOML file. A larger one is data and read as text: no handwritten
settings are as large."""

JSON = Language(
    "json", (".json", ".jsonc", ".webmanifest"), "tree_sitter_json:language", ("comment",),
    verbatim=("string_content",), most_symbols=MAX_KEYS, largest=MAX_SETTINGS,
)  # fmt: skip
YAML = Language(
    "yaml", (".yaml", ".yml"), "tree_sitter_yaml:language", ("comment",), most_symbols=MAX_KEYS,
    largest=MAX_SETTINGS, verbatim=("plain_scalar", "double_quote_scalar", "single_quote_scalar"),
)  # fmt: skip
TOML = Language(
    "toml", (".toml",), "tree_sitter_toml:language", ("comment",),
    verbatim=("bare_key", "quoted_key"), most_symbols=MAX_KEYS, largest=MAX_SETTINGS,
)  # fmt: skip
SQL = Language(
    "sql", (".sql",), "tree_sitter_sql:language", ("comment", "marginalia"),
    wrappers=("statement",),
)  # fmt: skip
HTML = Language(
    "html", (".html", ".htm", ".xhtml"), "tree_sitter_html:language", ("comment",), embeds=True,
    verbatim=("text", "attribute_value"), queries=("html", "embedded"),
)  # fmt: skip
VUE = Language(
    "vue", (".vue",), "tree_sitter_html:language", ("comment",), embeds=True,
    queries=("embedded",),
)  # fmt: skip
SVELTE = Language(
    "svelte", (".svelte",), "tree_sitter_html:language", ("comment",), embeds=True,
    queries=("embedded",),
)  # fmt: skip
CSS = Language(
    "css", (".css",), "tree_sitter_css:language", ("comment",),
    verbatim=("selectors", "keyframes_name", "property_name"),
)  # fmt: skip
MARKDOWN = Language(
    "markdown", (".md", ".markdown", ".mdx"), line_reader=".line_outline:read_markdown",
)  # fmt: skip
MAKEFILE = Language(
    "makefile", (".mk", ".mak"), line_reader=".line_outline:read_makefile",
    names=("Makefile", "makefile", "GNUmakefile"),
)  # fmt: skip
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
_CPP_HEADER = re.compile(rb"namespace |template ?<|\nclass |public:|private:|constexpr |std::")


def language_of(path: str, data: bytes = b"") -> str:
    """Return the name of a file's language, one of the language pack's too, or `TEXT`.

    The file's name decides, then its extension; for a file without one, the `#!` line in `data`. A
    `.h` file is C++ if its first 16 KiB look like it.
    """
    name = path.rsplit("/", 1)[-1]
    dot = name.rfind(".")
    row = _BY_NAME.get(name) or (_BY_EXTENSION.get(name[dot:].lower()) if dot > 0 else None)
    if row is None and dot > 0:
        row = _BY_NAME.get(name[: name.find(".")])  # `Dockerfile.dev`
    if row is None and dot <= 0 and (interpreter := _INTERPRETER.match(data)):
        row = _BY_INTERPRETER.get(interpreter[1].decode())
    if row is None:
        return (pack_language(name[dot:].lower()) if dot > 0 else "") or TEXT
    if name.endswith(".h") and _CPP_HEADER.search(data, 0, 1 << 14):
        return CPP.name
    return row.name
