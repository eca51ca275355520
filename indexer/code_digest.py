"""Digests of code by its meaning: comments, docstrings, layout and positions do not count.

Results of an older version of some code are kept only if the code still means the same.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

SUFFIXES = (".py", ".json")
_FORMAT = b"1"  # of the text that is hashed for a syntax tree
_IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def digest_code(paths: Iterable[Path]) -> str:
    """Return a digest of the Python code and JSON data in `paths`, which are files or folders.

    It depends on file names below the folders, but not on the folders' location or on the version
    of Python. Parsing takes 0.2 s for 6,000 lines, so the digest is remembered in the user's cache
    folder for as long as the files have the same bytes.
    """
    sources = list(_read_sources(paths))
    exact = _hash(_FORMAT, *(part for name, path, data in sources for part in (name, data)))
    memo = _memo_file(sources)
    if memo and (digest := _recall(memo, exact)):
        return digest
    digest = _hash(*(part for name, _, data in sources for part in (name, _meaning(name, data))))
    if memo:
        _remember(memo, exact, digest)
    return digest


def _read_sources(paths: Iterable[Path]) -> Iterator[tuple[bytes, Path, bytes]]:
    """Yield (name, path, content) of each file, in a fixed order."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in SUFFIXES and file.is_file():
                name = file.relative_to(path.parent).as_posix().encode()
                yield name, file, file.read_bytes()


def _hash(*parts: bytes) -> str:
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


# -- meaning


def _meaning(name: bytes, data: bytes) -> bytes:
    if name.endswith(b".json"):
        return json.dumps(json.loads(data), sort_keys=True).encode()
    words: list[str] = []
    _write(ast.parse(data), words)
    return " ".join(words).encode("utf-8", "surrogatepass")


def _write(node: Any, words: list[str]) -> None:
    """Append a syntax tree's text to `words`."""
    if isinstance(node, list):
        words.append("[")
        for each in node:
            _write(each, words)
        words.append("]")
    elif isinstance(node, ast.AST) and not isinstance(node, ast.Constant):
        words.append(f"{type(node).__name__}(")
        for field, value in _fields(node):
            words.append(field)
            _write(value, words)
        words.append(")")
    else:
        words.append(repr(node.value if isinstance(node, ast.Constant) else node))


def _fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield the fields with a value; versions of Python differ in the others."""
    for field, value in ast.iter_fields(node):
        if field in _IGNORED_FIELDS or value is None:
            continue
        if isinstance(value, list):
            value = [each for each in value if not _is_string_statement(each)]
        if value != []:
            yield field, value


def _is_string_statement(node: Any) -> bool:
    """Return True for docstrings, of attributes too: no program sees those."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# -- memory


def _memo_file(sources: Iterable[tuple[bytes, Path, bytes]]) -> Path | None:
    """Return the file that remembers the digest of these paths; None without a home folder."""
    from .resources import cache_folder

    with suppress(RuntimeError):
        name = _hash(*(os.fsencode(path.absolute()) for _, path, _ in sources))
        return cache_folder() / "code" / name
    return None


def _recall(memo: Path, exact: str) -> str:
    with suppress(OSError, UnicodeDecodeError):
        known, _, digest = memo.read_text("ascii").partition(" ")
        if known == exact and len(digest) == len(exact):
            return digest
    return ""


def _remember(memo: Path, exact: str, digest: str) -> None:
    """Write the memo; a cache that cannot be written only costs time."""
    draft = memo.with_name(f"{memo.name}.{os.getpid()}")
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{exact} {digest}", "ascii")
        draft.replace(memo)
