"""The commits that lead to an indexed one: what they say and which paths they touch. None where there is no git.

A commit never changes, so its row is written once and shared by all views of a store. Which commits are a view's is found
by walking from its own commit back through the parents: what came later is the future, and is not read.
"""

from __future__ import annotations

import heapq
import re
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from ..errors import SourceError
from ..tokenizer import cut_terms
from .git import open_repository, safe_git
from .redact import redact_text

if TYPE_CHECKING:
    import pygit2

    from .tree import Source

MAX_COMMITS = 10_000
"""The newest of a view. LOG history: what they cost and gain."""
MAX_MESSAGE = 4_000  # characters; what is longer repeats other messages or holds a log
MAX_PATHS = 50  # of a commit that are kept; a sweep over more says little of any one
UNKNOWN = -1  # how many paths a commit touched where its trees, or its parent's, are not here
COMPARED_WITHOUT_GIT = 500  # commits whose trees libgit2 compares, at ten times git's cost
READ_BYTES = 1 << 16
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git knows it, whether it is stored or not


class Commit(NamedTuple):
    """A commit as the store holds it."""

    commit: str  # id, as 40 hex digits
    parents: list[str]  # ids, also of those that a shallow clone lacks
    time: int  # of the committer, seconds since 1970
    message: str  # without secrets, cut at MAX_MESSAGE
    terms: str  # search terms of the message
    paths: list[
        str
    ]  # changed against the first parent, the first MAX_PATHS of them in order; from the repository's top
    touched: int  # how many paths there are in all, or UNKNOWN


def newest(
    start: str, look: Callable[[str], tuple[int, Sequence[str]] | None], limit: int
) -> list[str]:
    """`start` and its ancestors, newest first, at most `limit`. `look` gives a commit's time and parents, None where it
    is not known. Of equal times the smaller id comes first, so that the same commits always give the same list."""
    found: list[str] = []
    known = look(start)
    seen, heap = {start}, [(-known[0], start, known[1])] if known is not None else []
    while heap and len(found) < limit:
        _, commit, parents = heapq.heappop(heap)
        found.append(commit)
        for parent in parents:
            if parent not in seen and (known := look(parent)) is not None:
                seen.add(parent)
                heapq.heappush(heap, (-known[0], parent, known[1]))
    return found


def read_commits(source: Source, known: Mapping[str, int]) -> list[Commit]:
    """The newest commits that `source.commit` descends from, itself included, without those of `known`.

    `known` says of a commit how many paths it touched; where that is UNKNOWN it is looked at again, and given if it
    can be told now. Never raises for what a repository lacks.
    """
    if not source.commit:
        return []
    try:
        repository = _repository(source)
    except SourceError:
        return []
    commits: dict[str, tuple[pygit2.Commit, list[str]]] = {}

    def look(commit: str) -> tuple[int, Sequence[str]] | None:
        found = _commit(repository, commit)
        if found is None:
            return None
        commits[commit] = found, _parents(repository, found)
        return found.commit_time, commits[commit][1]

    wanted = [
        each
        for each in newest(source.commit, look, MAX_COMMITS)
        if known.get(each, UNKNOWN) == UNKNOWN
    ]
    pairs = {
        each: pair for each in wanted if (pair := _trees(repository, *commits[each])) is not None
    }
    touched = _compare(repository, list(dict.fromkeys(pairs.values())))
    rows = [_row(*commits[each], touched.get(pairs.get(each, ("", "")))) for each in wanted]
    return [row for row in rows if row.commit not in known or row.touched != UNKNOWN]


def _repository(source: Source) -> pygit2.Repository:
    import pygit2

    where = source.root if source.kind == "revision" else pygit2.discover_repository(source.root)
    return open_repository(where or source.root)


def _commit(repository: pygit2.Repository, commit: str) -> pygit2.Commit | None:
    import pygit2

    try:
        found = repository[commit]
    except (KeyError, ValueError, pygit2.GitError):  # a shallow or a torn repository
        return None
    return found if isinstance(found, pygit2.Commit) else None


def _parents(repository: pygit2.Repository, commit: pygit2.Commit) -> list[str]:
    """As the commit itself names them: libgit2 hides those that a shallow clone lacks, and a deeper one has them."""
    if commit.parent_ids or not repository.is_shallow:
        return [str(parent) for parent in commit.parent_ids]
    header = commit.read_raw().partition(b"\n\n")[0]
    return [
        found.decode() for found in re.findall(rb"^parent ([0-9a-f]{40})$", header, re.MULTILINE)
    ]


def _trees(
    repository: pygit2.Repository, commit: pygit2.Commit, parents: Sequence[str]
) -> tuple[str, str] | None:
    """The trees between which its changes lie; None where one is not here. A merge changes what its first parent lacks."""
    if not parents:
        return EMPTY_TREE, str(commit.tree_id)
    parent = _commit(repository, parents[0])
    if parent is None or parent.tree_id not in repository or commit.tree_id not in repository:
        return None
    return str(parent.tree_id), str(commit.tree_id)


def _row(
    commit: pygit2.Commit, parents: list[str], touched: tuple[list[str], int] | None
) -> Commit:
    message, _ = redact_text(
        _text(commit)[: 2 * MAX_MESSAGE]
    )  # before the cut, which could hide what a secret is
    message = message[:MAX_MESSAGE]
    paths, count = touched if touched is not None else ([], UNKNOWN)
    return Commit(
        str(commit.id), parents, commit.commit_time, message, cut_terms(message), paths, count
    )


def _text(commit: pygit2.Commit) -> str:
    raw = commit.raw_message
    try:
        text = raw.decode(commit.message_encoding or "utf-8", "replace")
    except (LookupError, UnicodeError):  # whoever made the commit names the encoding
        text = raw.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


# -- what lies between trees

Pair = tuple[str, str]
Told = tuple[Pair, tuple[list[str], int]]
Touched = dict[Pair, tuple[list[str], int]]


def _compare(repository: pygit2.Repository, pairs: Sequence[Pair]) -> Touched:
    """Which paths differ between the trees of each pair, and how many; without those that cannot be told."""
    found = dict(_by_git(repository.path, pairs))
    left = [pair for pair in pairs if pair not in found]
    for pair in left[:COMPARED_WITHOUT_GIT]:
        if (paths := _by_libgit2(repository, *pair)) is not None:
            found[pair] = paths
    return found


def _by_git(git_dir: str, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, tuple[list[str], int]]]:
    """What git says of the pairs, as far as it gets: it stops at a tree that is missing, and may not be installed.

    It compares trees by their ids, asks no setting of the repository for what could run, and fetches nothing.
    """
    command, environment = safe_git()
    command += [
        f"--git-dir={git_dir}",
        "diff-tree",
        "--stdin",
        "-r",
        "-z",
        "--name-only",
        "--no-renames",
    ]
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{before} {after}\n" for before, after in pairs).encode())
        asked.seek(0)
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        with process:
            assert process.stdout is not None
            last = yield from _parse(process.stdout, pairs)
        if last is not None and process.returncode == 0:
            yield last


def _parse(output: IO[bytes], pairs: Sequence[Pair]) -> Generator[Told, None, Told | None]:
    """The pairs in their order, each with its paths: `BEFORE AFTER`, a line break, paths that each end in a NUL. Returns
    the last, which may have been cut off. The paths of one pair are held at a time, since a commit may touch everything."""
    at, paths, count = -1, list[str](), 0
    for token in _tokens(output):
        while at + 1 < len(pairs) and token.startswith(
            header := b"%s %s\n" % tuple(map(str.encode, pairs[at + 1]))
        ):
            if at >= 0:
                yield pairs[at], (paths, count)
            at, paths, count = at + 1, [], 0
            token = token[len(header) :]
        if token:
            count += 1
            if len(paths) < MAX_PATHS:
                paths += _decoded(token)
    return (pairs[at], (paths, count)) if at >= 0 else None


def _tokens(output: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := output.read(READ_BYTES):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
    yield rest


def _by_libgit2(
    repository: pygit2.Repository, before: str, after: str
) -> tuple[list[str], int] | None:
    import pygit2

    try:
        tree = repository[after].peel(pygit2.Tree)
        if before == EMPTY_TREE:
            diff = tree.diff_to_tree(swap=True)
        else:
            diff = repository[before].peel(pygit2.Tree).diff_to_tree(tree, context_lines=0)
        found = [delta.new_file.raw_path for delta in diff.deltas]
    except (KeyError, ValueError, pygit2.GitError):  # a tree is missing: a partial clone
        return None
    return [path for raw in found[:MAX_PATHS] for path in _decoded(raw)], len(found)


def _decoded(path: bytes) -> list[str]:
    """Nothing for a path that is not UTF-8, which no view has under that name."""
    try:
        return [path.decode("utf-8")]
    except UnicodeDecodeError:
        return []
