"""Solved tasks from a repository's own history: what a commit's message asks for, and the functions that it changed.

What the ranker, the encoder and `clew tune` learn from. The rules are those of issue localization: tests are no
targets, a nested function counts as its outermost one, and a constructor as its class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from indexer import (
    CALLABLES,
    LANGUAGES,
    SourceError,
    Symbol,
    extract_symbols,
    language_of,
    open_repository,
)

from ..file_roles import file_role
from .commit_messages import cleaned, is_informative, words_in

if TYPE_CHECKING:
    import pygit2

MAX_COMMITS = 20_000  # that are looked at, the newest first
MAX_FILES = (
    5  # sources that a commit changes or adds; what changes more is no task that one answers
)
MAX_FUNCTIONS = 8
MAX_DELTAS = 60  # files of any kind; a sweep costs as much to compare as it tells little
MAX_HUNKS = 60  # in those sources
MAX_SIDE = 30  # commits of a merged branch whose messages are compared with the merge's own
MAX_BYTES = 400_000  # of a source file; a larger one is a table or a bundle
LEAST_WORDS = 5
_NO_CODE = frozenset(
    {"json", "yaml", "toml", "html", "css", "markdown", "makefile", "dockerfile", "sql"}
)
_TARGETS = frozenset({"source", "front", "declaration"})


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A source file as it was before a commit that changed it."""

    path: str
    blob: str  # git's id of the content before
    symbols: tuple[Symbol, ...]  # of that content
    touched: tuple[
        Symbol, ...
    ]  # what the commit changed in it: outermost functions, classes for their constructors


@dataclass(frozen=True, slots=True)
class Change:
    """A commit that tells what it is about, against its first parent."""

    commit: str
    text: str
    files: tuple[ChangedFile, ...]  # by path; new files and tests are left out


@dataclass(frozen=True, slots=True)
class Task:
    """A change as a question to the tree of an earlier revision."""

    commit: str
    text: str
    files: tuple[str, ...]  # those that the earlier revision has
    functions: tuple[
        str, ...
    ]  # `path::Qual.name`, those that the earlier revision has; never empty


def solved_tasks(
    repository: str,
    base: str,
    tip: str = "HEAD",
    *,
    least_words: int = LEAST_WORDS,
    most_commits: int = MAX_COMMITS,
) -> Iterator[Task]:
    """Tasks from the commits behind `base` up to `tip`, the newest first. Raises SourceError where either is no commit.

    `repository`: a bare repository, a `.git` folder or the top of a work tree.
    """
    changes = past_changes(
        repository, tip, base, least_words=least_words, most_commits=most_commits
    )
    yield from tasks_at(repository, base, changes)


def tasks_at(repository: str, base: str, changes: Iterable[Change]) -> Iterator[Task]:
    """`changes` as questions to the tree of `base`; those of which it has no function are left out."""
    opened = open_repository(repository)
    tree = _commit(opened, base).tree
    known: dict[str, frozenset[str]] = {}  # path → qualified names at `base`
    for change in changes:
        for file in change.files:
            if file.path not in known:
                known[file.path] = _names_at(opened, tree, file)
        files = tuple(file.path for file in change.files if known[file.path])
        functions = (
            f"{file.path}::{symbol.qualname}"
            for file in change.files
            for symbol in file.touched
            if symbol.qualname in known[file.path]
        )
        found = tuple(dict.fromkeys(functions))
        if found:
            yield Task(change.commit, change.text, files, found)


def past_changes(
    repository: str,
    tip: str = "HEAD",
    base: str = "",
    *,
    least_words: int = LEAST_WORDS,
    most_commits: int = MAX_COMMITS,
) -> Iterator[Change]:
    """The informative changes behind `base` ("": all) up to `tip`, the newest first; 1 to MAX_FUNCTIONS functions each.

    A merge stands for its branch where its message has more words than any of the branch's, else the branch's commits
    stand for themselves. Raises SourceError where `tip` or `base` is no commit.
    """
    import pygit2

    opened = open_repository(repository)
    order = pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.TIME
    walker = opened.walk(_commit(opened, tip).id, order)
    if base:
        walker.hide(_commit(opened, base).id)
    told: set[str] = set()  # commits that a merge stands for
    for commit in islice(_readable(walker), most_commits):
        text = cleaned(commit.message)
        if (
            str(commit.id) in told
            or not commit.parents
            or not is_informative(commit.message, text, least_words)
        ):
            continue
        if "[bot]" in (commit.author.email or "") + (commit.author.name or ""):
            continue
        if len(commit.parents) > 1:
            branch = _branch(opened, commit)
            if not branch or max(words_in(cleaned(each.message)) for each in branch) >= words_in(
                text
            ):
                continue
            told.update(str(each.id) for each in branch)
        if files := _changed_files(opened, commit):
            yield Change(str(commit.id), text, files)


def _commit(opened: pygit2.Repository, name: str) -> pygit2.Commit:
    import pygit2

    try:
        return opened.revparse_single(name).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise SourceError(
            f"{name!r} names no commit in {opened.path}: give a branch, a tag or a commit id"
        ) from error


def _readable(walker: Iterator[pygit2.Commit]) -> Iterator[pygit2.Commit]:
    """The commits up to where a shallow or partial history ends."""
    import pygit2

    try:
        for commit in walker:
            _ = [parent.tree_id for parent in commit.parents]
            yield commit
    except (KeyError, pygit2.GitError):
        return


def _branch(opened: pygit2.Repository, merge: pygit2.Commit) -> list[pygit2.Commit]:
    """The commits that a merge of two brought in; none where they are too many to tell one story."""
    import pygit2

    if len(merge.parents) != 2:
        return []
    walker = opened.walk(merge.parents[1].id, pygit2.enums.SortMode.TOPOLOGICAL)
    walker.hide(merge.parents[0].id)
    found = list(islice(_readable(walker), MAX_SIDE + 1))
    return found if len(found) <= MAX_SIDE else []


def _changed_files(opened: pygit2.Repository, commit: pygit2.Commit) -> tuple[ChangedFile, ...]:
    """The sources that the commit changed, if they are a task's; else nothing."""
    import pygit2

    try:
        flags = pygit2.enums.DiffOption.INDENT_HEURISTIC
        diff = opened.diff(
            commit.parents[0], commit, flags=flags, context_lines=0, interhunk_lines=0
        )
        if len(diff) > MAX_DELTAS:
            return ()
        targets = [at for at, delta in enumerate(diff.deltas) if _is_target(delta)]
        if not 1 <= len(targets) <= MAX_FILES:
            return ()
        patches = [diff[at] for at in targets]
        if sum(len(patch.hunks) for patch in patches if patch) > MAX_HUNKS:
            return ()
        files = [
            _changed_file(opened, patch)
            for patch in patches
            if patch and patch.delta.status_char() == "M"
        ]
    except (KeyError, pygit2.GitError):  # an object is missing: a partial clone
        return ()
    found = sorted((file for file in files if file), key=lambda file: file.path)
    return tuple(found) if 1 <= sum(len(file.touched) for file in found) <= MAX_FUNCTIONS else ()


def _is_target(delta: pygit2.DiffDelta) -> bool:
    """Whether the file is a source that is no test, as it was before, or will be."""
    file = delta.new_file if delta.status_char() == "A" else delta.old_file
    try:
        path = file.raw_path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    language = language_of(path)
    return language in LANGUAGES and language not in _NO_CODE and file_role(path) in _TARGETS


def _changed_file(opened: pygit2.Repository, patch: pygit2.Patch) -> ChangedFile | None:
    file = patch.delta.old_file
    symbols = _symbols(opened, file.path, str(file.id))
    if symbols is None:
        return None
    touched = [unit for hunk in patch.hunks for unit in _touched(symbols, hunk)]
    return ChangedFile(file.path, str(file.id), symbols, tuple(dict.fromkeys(touched)))


def _symbols(opened: pygit2.Repository, path: str, blob: str) -> tuple[Symbol, ...] | None:
    """What the content defines; None where it is missing, too large, or no file."""
    import pygit2

    try:
        content = opened[blob]
    except (KeyError, ValueError):
        return None
    if not isinstance(content, pygit2.Blob) or content.size > MAX_BYTES or content.is_binary:
        return None
    return extract_symbols(path, content.data, language_of(path, content.data))


def _touched(symbols: Sequence[Symbol], hunk: pygit2.DiffHunk) -> Iterator[Symbol]:
    """The units whose lines the hunk takes away or writes into; lines are those of the content before."""
    first, last = hunk.old_start, hunk.old_start + hunk.old_lines - 1
    for at, symbol in enumerate(symbols):
        if symbol.kind not in CALLABLES:
            continue
        if hunk.old_lines:
            within = symbol.start_line <= last and first <= symbol.end_line
        else:  # added behind the line `first`
            appended = first == symbol.end_line and _continues(symbols, at, hunk)
            within = symbol.start_line <= first < symbol.end_line or appended
        if within:
            yield unit_of(symbols, at)


def _continues(symbols: Sequence[Symbol], at: int, hunk: pygit2.DiffHunk) -> bool:
    """Whether lines behind the last one of a function still belong to it, as Python's do that are indented deeper."""
    text = next(
        (line.content for line in hunk.lines if line.origin == "+" and line.content.strip()), ""
    )
    depth, parent = 1, symbols[at].parent
    while parent >= 0:
        depth, parent = depth + 1, symbols[parent].parent
    indent = len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip())
    return symbols[at].end_line > symbols[at].start_line and indent >= 4 * depth


def unit_of(symbols: Sequence[Symbol], at: int) -> Symbol:
    """What the function at `at` counts as: the outermost function around it, and for a constructor its class."""
    while symbols[at].parent >= 0 and symbols[symbols[at].parent].kind in CALLABLES:
        at = symbols[at].parent
    outer = symbols[at].parent
    return symbols[outer] if outer >= 0 and symbols[at].name == "__init__" else symbols[at]


def _names_at(opened: pygit2.Repository, tree: pygit2.Tree, file: ChangedFile) -> frozenset[str]:
    """The qualified names that the file has in `tree`; none where it is not there."""
    try:
        blob = str(tree[file.path].id)
    except KeyError:
        return frozenset()
    symbols = file.symbols if blob == file.blob else _symbols(opened, file.path, blob)
    return frozenset(symbol.qualname for symbol in symbols or ())
