"""Languages without a query: cut along their syntax if `tree-sitter-language-pack` is installed.

Otherwise their files are plain text. They have no symbols: without a query, a grammar only tells
where the pieces of a file begin and end.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_PACK = "tree-sitter-language-pack"

_EXTENSIONS = """
ada: .adb .ads; agda: .agda; apex: .cls .trigger; astro: .astro; bicep: .bicep; clojure: .clj .cljs
.cljc .edn; cmake: .cmake; cobol: .cob .cbl; commonlisp: .lisp .lsp .cl; cuda: .cuda; d: .d;
dart: .dart; elisp: .el; elm: .elm; erlang: .erl .hrl; fennel: .fnl; fish: .fish; fortran: .f .f90
.f95 .f03 .for; fsharp: .fs .fsx; gdscript: .gd; gleam: .gleam; glsl: .glsl .vert .frag; gn: .gn
.gni; graphql: .graphql .gql; groovy: .groovy .gradle; hack: .hack; hare: .ha; haxe: .hx; hcl: .hcl;
terraform: .tf .tfvars; hlsl: .hlsl; janet: .janet; jsonnet: .jsonnet .libsonnet; julia: .jl;
latex: .tex .sty; luau: .luau; meson: .meson; nim: .nim .nims; nix: .nix; objc: .mm; ocaml: .ml;
ocaml_interface: .mli; odin: .odin; pascal: .pas .pp; perl: .pl .pm .t; pony: .pony;
powershell: .ps1 .psm1; prisma: .prisma; proto: .proto; puppet: .puppet; purescript: .purs;
qmljs: .qml; r: .r; racket: .rkt; rego: .rego; scheme: .scm .ss; scss: .scss; smithy: .smithy;
solidity: .sol; starlark: .bzl .star .bazel; svelte: .svelte; tcl: .tcl; thrift: .thrift;
verilog: .sv .svh; vhdl: .vhd .vhdl; vim: .vim; vue: .vue; wat: .wat; wgsl: .wgsl;
xml: .xml .xsd .svg
"""
_GRAMMARS = {
    extension: name.strip()
    for row in _EXTENSIONS.split(";")
    for name, _, extensions in [row.partition(":")]
    for extension in extensions.split()
}

LARGEST = 1 << 19
"""Bytes; a larger file is read as text: these grammars were not measured on megabytes."""


@cache
def pack_version() -> str:
    """Return the version of the installed pack, or "": facts depend on it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version(_PACK)
    except PackageNotFoundError:
        return ""
    # later versions contain no grammars and would download them
    return installed if installed.startswith("0.") else ""


def pack_language(extension: str) -> str:
    """Return the language of an extension (lower case, with its dot); "" without the pack."""
    name = _GRAMMARS.get(extension, "")
    return name if name and pack_version() else ""


def syntax_blocks(language: str, source: bytes, longest: int) -> list[tuple[int, int]]:
    """Return the first and last lines (1-based, inclusive) of the outermost short nodes.

    A short node has at most `longest` lines.
    """
    if len(source) > LARGEST:
        return []
    blocks: list[tuple[int, int]] = []
    stack: list[Node] = [_parser(language).parse(source).root_node]
    while stack:
        node = stack.pop()
        first, last = node.start_point.row, node.end_point.row - (node.end_point.column == 0)
        if last - first >= longest or node.parent is None:
            stack.extend(reversed(node.named_children))
            continue
        if blocks and first < blocks[-1][1]:  # a body that starts in the last line of its head
            first = blocks.pop()[0] - 1
        blocks.append((first + 1, max(first, last) + 1))
    return blocks


@cache
def _parser(language: str) -> Parser:
    from tree_sitter_language_pack import get_parser

    return get_parser(language)  # type: ignore[arg-type]
