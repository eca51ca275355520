"""Imports that are read from their text: what an `@import` of Elixir, Haskell or Bash brings in, as (module, name, alias)."""

from __future__ import annotations

import re
from collections.abc import Iterator

Found = tuple[str, str, str]
"""(module, name, alias), as in `records.Import`."""

_ELIXIR = re.compile(r"(alias|import|require|use)[\s(]+([\w.]+?)(?:\.\{([^}]*)\})?(?:[\s,)]|$)")
_ELIXIR_AS = re.compile(r"\bas:\s*([\w.]+)")


def read_elixir(written: str) -> Iterator[Found]:
    """`alias A.{B, C}` → (A.B, "", B), (A.C, "", C); `import A`, `use A` → everything; `require A, as: B` → (A, "", B)."""
    found = _ELIXIR.match(written)
    if found is None:
        return
    form, module, several = found.groups()
    renamed = _ELIXIR_AS.search(written, found.end(2))
    for name in (
        [f"{module}.{part.strip()}" for part in several.split(",")]
        if several is not None
        else [module]
    ):
        if form in ("import", "use"):
            yield name, "*", ""
        elif renamed:
            yield name, "", renamed[1]
        elif form == "alias":
            yield name, "", name.rpartition(".")[2]
        else:
            yield name, "", name


_HASKELL_COMMENT = re.compile(r"--[^\n]*|\{-.*?-\}", re.DOTALL)
_HASKELL = re.compile(
    r"import\s+(?:safe\s+)?(?P<before>qualified\s+)?(?:\"[^\"]*\"\s+)?(?P<module>[\w.']+)(?:\s+(?P<after>qualified))?"
    r"(?:\s+as\s+(?P<alias>[\w.']+))?(?:\s+(?P<hiding>hiding))?\s*(?P<list>\(.*\))?",
    re.DOTALL,
)
_HASKELL_ITEM = re.compile(
    r"(?:type\s+|pattern\s+)?([\w']+|\([^()\w]+\))\s*(\([^()]*\))?\s*(?:,|$)"
)


def read_haskell(written: str) -> Iterator[Found]:
    """`import qualified A as B` → (A, "", B); `import A (f, T(..))` → (A, f, ""), (A, T, ""), and everything, for `T`'s parts.

    A name that is hidden still counts as brought in: what hides it defines it elsewhere, where it is found first.
    """
    found = _HASKELL.match(_HASKELL_COMMENT.sub("", written))
    if found is None:
        return
    module, items = found["module"], found["list"]
    yield module, "", found["alias"] or module
    if found["before"] or found["after"]:
        return
    if items is None or found["hiding"]:
        yield module, "*", ""
        return
    for name, parts in _HASKELL_ITEM.findall(items.strip()[1:-1].strip()):
        if name[0] != "(":  # operators are not followed
            yield module, name, ""
        if ".." in parts:
            yield module, "*", ""
        for part in re.findall(r"[\w']+", parts):
            yield module, part, ""


_BASH = re.compile(r"(\.|source|\S+)\s*(.*)", re.DOTALL)
_BASH_EXPANSION = re.compile(r"^.*(?:\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\)|`)", re.DOTALL)


def read_bash(written: str) -> Iterator[Found]:
    """`source "$DIR/lib.sh"` → everything of `/lib.sh`, wherever it lies; `./run.sh -x` → the module `./run.sh`."""
    words = written.split()
    sources = words[0] in (".", "source")
    at = (
        1
        if sources
        else next(
            (n for n, word in enumerate(words) if word.strip("\"'").endswith("sh") and "." in word),
            0,
        )
    )
    path = written.split(None, 1)[1] if sources else words[at]
    path = _first_word(path)
    if path:
        yield _BASH_EXPANSION.sub("", path), "*" if sources else "", ""


def _first_word(written: str) -> str:
    """The first word of a command's arguments, without its quotes; blanks within `"$(…)"` divide nothing."""
    if written[:1] in ("'", '"'):
        depth = 0
        for at, char in enumerate(written[1:], 1):
            depth += (char == "(") - (char == ")")
            if char == written[0] and depth == 0:
                return written[1:at]
    depth = 0
    for at, char in enumerate(written):
        depth += (char == "(") - (char == ")")
        if char in " \t\n;&|" and depth == 0:
            return written[:at].replace('"', "").replace("'", "")
    return written.replace('"', "").replace("'", "")
