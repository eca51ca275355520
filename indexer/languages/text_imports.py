"""Imports of Elixir, Haskell and Bash, read from the text of an `@import`."""

from __future__ import annotations

import re
from collections.abc import Iterator

ImportedName = tuple[str, str, str]
"""(module, name, alias), as in `records.Import`."""

_ELIXIR = re.compile(r"(alias|import|require|use)[\s(]+([\w.]+?)(?:\.\{([^}]*)\})?(?:[\s,)]|$)")
_ELIXIR_AS = re.compile(r"\bas:\s*([\w.]+)")


def read_elixir(statement: str) -> Iterator[ImportedName]:
    """Yield the names that a statement imports.

    `alias A.{B, C}` → (A.B, "", B), (A.C, "", C); `import A`, `use A` → (A, *, "");
    `require A, as: B` → (A, "", B).
    """
    match = _ELIXIR.match(statement)
    if match is None:
        return
    form, module, group = match.groups()
    renamed = _ELIXIR_AS.search(statement, match.end(2))
    members = [f".{part.strip()}" for part in group.split(",")] if group is not None else [""]
    for member in members:
        name = module + member
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
    r"import\s+(?:safe\s+)?(?P<before>qualified\s+)?(?:\"[^\"]*\"\s+)?"
    r"(?P<module>[\w.']+)(?:\s+(?P<after>qualified))?"
    r"(?:\s+as\s+(?P<alias>[\w.']+))?(?:\s+(?P<hiding>hiding))?\s*(?P<list>\(.*\))?",
    re.DOTALL,
)
_HASKELL_ITEM = re.compile(
    r"(?:type\s+|pattern\s+)?([\w']+|\([^()\w]+\))\s*(\([^()]*\))?\s*(?:,|$)"
)


def read_haskell(statement: str) -> Iterator[ImportedName]:
    """Yield the names that a statement imports.

    `import qualified A as B` → (A, "", B); `import A (f, T(..))` → (A, f, ""), (A, T, ""), and
    (A, *, "") for the constructors of `T`. A hidden name still counts as imported: a file with its
    own definition of the name uses that first.
    """
    match = _HASKELL.match(_HASKELL_COMMENT.sub("", statement))
    if match is None:
        return
    module, items = match["module"], match["list"]
    yield module, "", match["alias"] or module
    if match["before"] or match["after"]:
        return
    if items is None or match["hiding"]:
        yield module, "*", ""
        return
    for name, parts in _HASKELL_ITEM.findall(items.strip()[1:-1].strip()):
        if name[0] != "(":  # operators are not followed
            yield module, name, ""
        if ".." in parts:
            yield module, "*", ""
        for part in re.findall(r"[\w']+", parts):
            yield module, part, ""


_BASH_EXPANSION = re.compile(r"^.*(?:\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\)|`)", re.DOTALL)


def read_bash(command: str) -> Iterator[ImportedName]:
    """Yield the file that a command sources or runs.

    `source "$DIR/lib.sh"` → (/lib.sh, *, ""), a path below any folder; `./run.sh -x` → the module
    `./run.sh`.
    """
    words = command.split()
    is_source = words[0] in (".", "source")
    if is_source:
        path = command.split(None, 1)[1]
    else:
        path = next((word for word in words if _is_script(word)), words[0])
    path = _first_word(path)
    if path:
        yield _BASH_EXPANSION.sub("", path), "*" if is_source else "", ""


def _is_script(word: str) -> bool:
    return word.strip("\"'").endswith("sh") and "." in word


def _first_word(arguments: str) -> str:
    """Return the first of a command's arguments, unquoted; blanks in `"$(…)"` divide nothing."""
    if arguments[:1] in ("'", '"'):
        end = _end_of(arguments[1:], arguments[0])
        if end >= 0:
            return arguments[1 : end + 1]
    end = _end_of(arguments, " \t\n;&|")
    word = arguments[:end] if end >= 0 else arguments
    return word.replace('"', "").replace("'", "")


def _end_of(text: str, marks: str) -> int:
    """Return the position of the first of `marks` outside of parentheses, or -1."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char in marks and depth == 0:
            return at
    return -1
