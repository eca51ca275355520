"""The files of a revision, from the object database: without a checkout, blobs may be missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import SourceError
from .classify import is_secret
from .git import open_repository
from .gitignore import Rules
from .tree import MAX_FILE_BYTES, TOOL_FOLDERS, Reader, Skipped, SkipReason, SourceFile, depth_first

if TYPE_CHECKING:
    import pygit2

TREE, LINK, COMMIT = b"40000", b"120000", b"160000"  # modes of tree entries; all others are files


@dataclass(frozen=True, slots=True)
class _Tree:
    path: str  # "" or ending in a slash
    oid: bytes
    rules: Rules  # of .clewignore; all files are tracked, so .gitignore does not matter


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    mode: bytes
    oid: bytes

    @property
    def sort_key(self) -> str:
        return self.name + "/" if self.mode in (TREE, COMMIT) else self.name


@dataclass(frozen=True, slots=True)
class Revision:
    """A `Source`: the tree of one commit."""

    root: str
    commit: str
    git_dir: str
    tree: bytes

    @property
    def kind(self) -> str:
        return "revision"

    @property
    def view(self) -> str:
        return f"rev:{self.commit}"

    @property
    def prefix(self) -> str:
        return ""

    def reader(self) -> Reader:
        return RevisionReader(self.git_dir)

    def files(self) -> Iterator[SourceFile | Skipped]:
        odb = _repository(self.git_dir).odb
        return depth_first(_Tree("", self.tree, Rules()), lambda tree: _scan(odb, tree))


@dataclass(frozen=True, slots=True)
class RevisionReader:
    """Reads blobs by id. Each process opens the repository once."""

    git_dir: str

    def __call__(self, file: SourceFile) -> bytes | SkipReason:
        return _blob(_repository(self.git_dir).odb, bytes.fromhex(file.content), MAX_FILE_BYTES)


def open_revision(git_dir: str | os.PathLike[str], rev: str = "HEAD") -> Revision:
    """Open the tree of `rev`: a branch, a tag, an id or another name of a commit.

    Raise `SourceError` if there is no such repository or commit.
    """
    import pygit2

    root = os.path.realpath(git_dir)
    if not os.path.isdir(root):
        raise SourceError(
            f"{os.fspath(git_dir)} is no folder: give --git-dir a bare repository or a .git folder"
        )
    repository = open_repository(root)
    try:
        commit = repository.revparse_single(rev).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise SourceError(
            f"{rev!r} names no commit in {root}: give a branch, a tag or a commit id"
        ) from error
    return Revision(root, str(commit.id), repository.path, commit.tree_id.raw)


@lru_cache(maxsize=4)
def _repository(git_dir: str) -> pygit2.Repository:
    return open_repository(git_dir)


def _scan(odb: pygit2.Odb, tree: _Tree) -> Iterator[SourceFile | Skipped | _Tree]:
    data = _object(odb, tree.oid)
    if isinstance(data, SkipReason):
        yield Skipped(tree.path or "./", data)
        return
    try:
        entries = sorted(_entries(data), key=lambda entry: entry.sort_key)
    except ValueError:
        yield Skipped(tree.path or "./", SkipReason.UNREADABLE)
        return
    rules = _rules(odb, tree, entries)
    for entry in entries:
        if entry.name not in TOOL_FOLDERS:
            yield _visit(odb, tree.path + entry.name, entry, rules)


def _visit(odb: pygit2.Odb, path: str, entry: _Entry, rules: Rules) -> SourceFile | Skipped | _Tree:
    is_dir = entry.mode in (TREE, COMMIT)
    if entry.name in ("", ".", "..") or "/" in entry.name:  # only in a crafted tree
        return Skipped(path, SkipReason.UNREADABLE)
    if rules.files and rules.verdict(os.fsencode(path), is_dir):
        return Skipped(path + "/" if is_dir else path, SkipReason.IGNORED)
    if entry.mode == TREE:
        return _Tree(path + "/", entry.oid, rules)
    if entry.mode == COMMIT:
        return Skipped(path + "/", SkipReason.SUBMODULE)
    if entry.mode == LINK:
        return Skipped(path, SkipReason.LINK)
    if is_secret(path):
        return Skipped(path, SkipReason.SECRET)
    size = _size(odb, entry.oid)
    if isinstance(size, SkipReason):
        return Skipped(path, size)
    return (
        Skipped(path, SkipReason.TOO_LARGE)
        if size > MAX_FILE_BYTES
        else SourceFile(path, size, 0, entry.oid.hex())
    )


def _rules(odb: pygit2.Odb, tree: _Tree, entries: list[_Entry]) -> Rules:
    for entry in entries:
        if entry.name == ".clewignore" and entry.mode not in (TREE, LINK, COMMIT):
            text = _blob(odb, entry.oid, MAX_FILE_BYTES)
            return (
                tree.rules
                if isinstance(text, SkipReason)
                else tree.rules.below(os.fsencode(tree.path), text)
            )
    return tree.rules


def _entries(data: bytes) -> Iterator[_Entry]:
    """Yield the entries of a tree object: mode, space, name, NUL, 20 bytes of id.

    Raise ValueError if it is cut off.
    """
    position = 0
    while position < len(data):
        space = data.index(b" ", position)
        end = data.index(b"\0", space)
        name, mode = os.fsdecode(data[space + 1 : end]), data[position:space]
        position = end + 21
        if position > len(data):
            raise ValueError("cut off in an id")
        yield _Entry(name, mode, data[end + 1 : position])


def _size(odb: pygit2.Odb, oid: bytes) -> int | SkipReason:
    """Return the size of a blob from its header, without unpacking it: some microseconds."""
    import pygit2

    try:
        return int(odb.read_header(pygit2.Oid(raw=oid))[1])
    except KeyError:
        return SkipReason.MISSING_BLOB
    except pygit2.GitError:
        return SkipReason.UNREADABLE


def _blob(odb: pygit2.Odb, oid: bytes, limit: int) -> bytes | SkipReason:
    size = _size(odb, oid)
    if isinstance(size, SkipReason):
        return size
    return SkipReason.TOO_LARGE if size > limit else _object(odb, oid)


def _object(odb: pygit2.Odb, oid: bytes) -> bytes | SkipReason:
    import pygit2

    try:
        return bytes(odb.read(pygit2.Oid(raw=oid))[1])
    except KeyError:
        return SkipReason.MISSING_BLOB
    except pygit2.GitError:
        return SkipReason.UNREADABLE
