"""The commits before an indexed one, with their messages and changed paths.

A commit never changes, so its row is written once and shared by all views of a store. The commits
of a view are its own one and all ancestors; later ones are not read.
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

MAX_COMMITS = 10_000  # of a view, the newest; for cost and gain see the benchmark log
MAX_MESSAGE = 4_000  # characters; longer ones repeat other messages or quote a log
MAX_PATHS = 50  # of a commit; a larger sweep says little about any one path
UNKNOWN = -1  # number of paths of a commit whose trees, or its parent's, are missing
MAX_BY_LIBGIT2 = 500  # comparisons of trees: each costs ten times git's
READ_BYTES = 1 << 16
TreePair = tuple[str, str]  # ids of the trees before and after
Difference = tuple[list[str], int]  # at most MAX_PATHS changed paths, and the number of all
_PairDifference = tuple[TreePair, Difference]
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # known to git even if it is not stored


class Commit(NamedTuple):
    """A row of the commits table."""

    commit: str  # id, as 40 hex digits
    parents: list[str]  # ids, even if a shallow clone lacks the commits
    time: int  # of the committer, seconds since 1970
    message: str  # without secrets, at most MAX_MESSAGE
    terms: str  # search terms of the message
    # changed against the first parent, relative to the repository's top, at most MAX_PATHS
    paths: list[str]
    touched: int  # number of all changed paths, or UNKNOWN


def newest(
    start: str, look: Callable[[str], tuple[int, Sequence[str]] | None], limit: int
) -> list[str]:
    """Return `start` and its ancestors, newest first, at most `limit`.

    `look` returns the time and the parents of a commit, or None if it is unknown. Of equal times
    the smaller id comes first, so that the list depends on the commits alone.
    """
    commits: list[str] = []
    first = look(start)
    seen, heap = {start}, [(-first[0], start, first[1])] if first is not None else []
    while heap and len(commits) < limit:
        _, commit, parents = heapq.heappop(heap)
        commits.append(commit)
        for parent in parents:
            if parent not in seen and (data := look(parent)) is not None:
                seen.add(parent)
                heapq.heappush(heap, (-data[0], parent, data[1]))
    return commits


def read_commits(source: Source, known: Mapping[str, int]) -> list[Commit]:
    """Read `source.commit` and its newest ancestors, without those in `known`.

    `known` is commit → number of its paths. A commit with UNKNOWN is tried again, and returned if
    its paths are available now. Never raise for missing objects; return none without git.
    """
    if not source.commit:
        return []
    try:
        repository = _repository(source)
    except SourceError:
        return []
    commits: dict[str, tuple[pygit2.Commit, list[str]]] = {}

    def look(name: str) -> tuple[int, Sequence[str]] | None:
        commit = _commit(repository, name)
        if commit is None:
            return None
        commits[name] = commit, _parents(repository, commit)
        return commit.commit_time, commits[name][1]

    ids = newest(source.commit, look, MAX_COMMITS)
    ids = [each for each in ids if known.get(each, UNKNOWN) == UNKNOWN]
    pairs = {each: pair for each in ids if (pair := _trees(repository, *commits[each]))}
    differences = _compare(repository, list(dict.fromkeys(pairs.values())))
    rows = [_row(*commits[each], differences.get(pairs.get(each, ("", "")))) for each in ids]
    return [row for row in rows if row.commit not in known or row.touched != UNKNOWN]


def _repository(source: Source) -> pygit2.Repository:
    import pygit2

    is_revision = source.kind == "revision"
    folder = source.root if is_revision else pygit2.discover_repository(source.root)
    return open_repository(folder or source.root)


def _commit(repository: pygit2.Repository, name: str) -> pygit2.Commit | None:
    import pygit2

    try:
        commit = repository[name]
    except (KeyError, ValueError, pygit2.GitError):  # a shallow or a damaged repository
        return None
    return commit if isinstance(commit, pygit2.Commit) else None


def _parents(repository: pygit2.Repository, commit: pygit2.Commit) -> list[str]:
    """Return the ids in the commit's header: libgit2 hides those that a shallow clone lacks."""
    if commit.parent_ids or not repository.is_shallow:
        return [str(parent) for parent in commit.parent_ids]
    header = commit.read_raw().partition(b"\n\n")[0]
    ids = re.findall(rb"^parent ([0-9a-f]{40})$", header, re.MULTILINE)
    return [parent.decode() for parent in ids]


def _trees(
    repository: pygit2.Repository, commit: pygit2.Commit, parents: Sequence[str]
) -> tuple[str, str] | None:
    """Return the trees of the first parent and of the commit, or None if one is missing."""
    if not parents:
        return EMPTY_TREE, str(commit.tree_id)
    parent = _commit(repository, parents[0])
    if parent is None or parent.tree_id not in repository or commit.tree_id not in repository:
        return None
    return str(parent.tree_id), str(commit.tree_id)


def _row(commit: pygit2.Commit, parents: list[str], difference: Difference | None) -> Commit:
    message, _ = redact_text(_text(commit)[: 2 * MAX_MESSAGE])  # before a cut through a secret
    message = message[:MAX_MESSAGE]
    paths, count = difference if difference is not None else ([], UNKNOWN)
    return Commit(
        str(commit.id), parents, commit.commit_time, message, cut_terms(message), paths, count
    )


def _text(commit: pygit2.Commit) -> str:
    raw = commit.raw_message
    try:
        text = raw.decode(commit.message_encoding or "utf-8", "replace")
    except (LookupError, UnicodeError):  # the encoding is named by the author
        text = raw.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


# -- differences of trees


def _compare(
    repository: pygit2.Repository, pairs: Sequence[TreePair]
) -> dict[TreePair, Difference]:
    """Return the difference of the trees of each pair, if both are available."""
    differences = dict(_by_git(repository.path, pairs))
    rest = [pair for pair in pairs if pair not in differences]
    for pair in rest[:MAX_BY_LIBGIT2]:
        if (difference := _by_libgit2(repository, *pair)) is not None:
            differences[pair] = difference
    return differences


def _by_git(git_dir: str, pairs: Sequence[TreePair]) -> Iterator[tuple[TreePair, Difference]]:
    """Yield differences from the git program, up to a missing tree; none if it is not installed.

    It compares trees by id, runs nothing for the repository, and fetches nothing.
    """
    command, environment = safe_git()
    command += [f"--git-dir={git_dir}", "diff-tree", "--stdin", "-r", "-z"]
    command += ["--name-only", "--no-renames"]
    with tempfile.TemporaryFile() as lines:
        lines.write("".join(f"{before} {after}\n" for before, after in pairs).encode())
        lines.seek(0)
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=lines,
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


def _parse(
    output: IO[bytes], pairs: Sequence[TreePair]
) -> Generator[_PairDifference, None, _PairDifference | None]:
    """Yield pairs in order, with their differences; return the last, which may be cut off.

    The output is `BEFORE AFTER`, a line break, and paths that end in NUL, for each pair. Only the
    paths of one pair are in memory, since a commit may change everything.
    """
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
                paths += _decode(token)
    return (pairs[at], (paths, count)) if at >= 0 else None


def _tokens(output: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := output.read(READ_BYTES):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
    yield rest


def _by_libgit2(repository: pygit2.Repository, before: str, after: str) -> Difference | None:
    import pygit2

    try:
        tree = repository[after].peel(pygit2.Tree)
        if before == EMPTY_TREE:
            diff = tree.diff_to_tree(swap=True)
        else:
            diff = repository[before].peel(pygit2.Tree).diff_to_tree(tree, context_lines=0)
        paths = [delta.new_file.raw_path for delta in diff.deltas]
    except (KeyError, ValueError, pygit2.GitError):  # a tree is missing: a partial clone
        return None
    return [path for raw in paths[:MAX_PATHS] for path in _decode(raw)], len(paths)


def _decode(path: bytes) -> list[str]:
    """Return the path, or nothing if it is not UTF-8: no view has it under that name."""
    try:
        return [path.decode("utf-8")]
    except UnicodeDecodeError:
        return []
