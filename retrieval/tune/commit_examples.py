"""Issue-localization examples from a repository's own commits: a message and the changed functions.

The ranker, the encoder and `clew tune` learn from them. The rules are those of issue localization:
tests are no targets, a nested function counts as its outermost one, and a constructor as its class.
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
from .commit_messages import clean_message, count_words, is_informative

if TYPE_CHECKING:
    import pygit2

MAX_COMMITS = 20_000  # of the walk, the newest first
MAX_FILES = 5  # changed or added source files; a commit with more is not one problem's solution
MAX_FUNCTIONS = 8
MAX_DELTAS = 60  # files of any kind; a sweep is slow to compare and of little use
MAX_HUNKS = 60  # in the changed source files
MAX_BRANCH = 30  # commits of a merged branch
MAX_BYTES = 400_000  # of a source file; a larger one is a table or a bundle
LEAST_WORDS = 5
_NO_CODE = frozenset(
    {"json", "yaml", "toml", "html", "css", "markdown", "makefile", "dockerfile", "sql"}
)
_TARGET_ROLES = frozenset({"source", "front", "declaration"})


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A source file before a commit that changes it."""

    path: str
    blob: str  # git's id of the content before
    symbols: tuple[Symbol, ...]  # of that content
    changed: tuple[Symbol, ...]  # outermost functions, and classes for their constructors


@dataclass(frozen=True, slots=True)
class CommitChange:
    """An informative commit, compared with its first parent."""

    commit: str
    text: str
    files: tuple[ChangedFile, ...]  # by path; new files and tests are left out


@dataclass(frozen=True, slots=True)
class CommitExample:
    """A change as a question to the tree of an earlier revision."""

    commit: str
    text: str
    files: tuple[str, ...]  # those of the earlier revision
    functions: tuple[str, ...]  # `path::Qual.name`, those of the earlier revision; never empty


def find_examples(
    repository: str,
    base: str,
    tip: str = "HEAD",
    *,
    least_words: int = LEAST_WORDS,
    most_commits: int = MAX_COMMITS,
) -> Iterator[CommitExample]:
    """Yield the examples from the commits after `base` up to `tip`, newest first.

    `repository` is a bare repository, a `.git` folder or the top of a work tree. Raises
    `SourceError` if `tip` or `base` is no commit.
    """
    changes = find_changes(
        repository, tip, base, least_words=least_words, most_commits=most_commits
    )
    yield from make_examples(repository, base, changes)


def make_examples(
    repository: str, base: str, changes: Iterable[CommitChange]
) -> Iterator[CommitExample]:
    """Yield `changes` as questions to the tree of `base`, if it has any of their functions."""
    opened = open_repository(repository)
    tree = _find_commit(opened, base).tree
    names: dict[str, frozenset[str]] = {}  # path → qualified names at `base`
    for change in changes:
        for file in change.files:
            if file.path not in names:
                names[file.path] = _names_at(opened, tree, file)
        functions = (
            f"{file.path}::{symbol.qualname}"
            for file in change.files
            for symbol in file.changed
            if symbol.qualname in names[file.path]
        )
        if targets := tuple(dict.fromkeys(functions)):
            files = tuple(file.path for file in change.files if names[file.path])
            yield CommitExample(change.commit, change.text, files, targets)


def find_changes(
    repository: str,
    tip: str = "HEAD",
    base: str = "",
    *,
    least_words: int = LEAST_WORDS,
    most_commits: int = MAX_COMMITS,
) -> Iterator[CommitChange]:
    """Yield the informative changes of 1 to MAX_FUNCTIONS functions, newest first.

    They are those after `base` ("": all) up to `tip`. A merge stands for its branch if its message
    has more words than any of the branch's; else the branch's commits stand for themselves. Raises
    `SourceError` if `tip` or `base` is no commit.
    """
    opened = open_repository(repository)
    represented: set[str] = set()  # commits of merged branches
    for commit in islice(_walk(opened, tip, base), most_commits):
        text = clean_message(commit.message)
        if str(commit.id) in represented or _is_root(commit) or _is_by_bot(commit):
            continue
        if not is_informative(commit.message, text, least_words):
            continue
        if _is_merge(commit):
            branch = _read_branch(opened, commit)
            if not _summarizes(text, branch):
                continue
            represented.update(str(member.id) for member in branch)
        if files := _changed_files(opened, commit):
            yield CommitChange(str(commit.id), text, files)


# -- filters of commits


def _is_root(commit: pygit2.Commit) -> bool:
    return not commit.parents


def _is_merge(commit: pygit2.Commit) -> bool:
    return len(commit.parents) > 1


def _is_by_bot(commit: pygit2.Commit) -> bool:
    return "[bot]" in (commit.author.email or "") + (commit.author.name or "")


def _summarizes(text: str, branch: Sequence[pygit2.Commit]) -> bool:
    """Return True if a merge's message has more words than each of its branch's."""
    words = [count_words(clean_message(commit.message)) for commit in branch]
    return bool(words) and max(words) < count_words(text)


def _is_target(delta: pygit2.DiffDelta) -> bool:
    """Return True for code outside tests, by its path before the commit, or after if it is new."""
    file = delta.new_file if delta.status_char() == "A" else delta.old_file
    try:
        path = file.raw_path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    language = language_of(path)
    is_code = language in LANGUAGES and language not in _NO_CODE
    return is_code and file_role(path) in _TARGET_ROLES


def _is_modified(patch: pygit2.Patch | None) -> bool:
    return patch is not None and patch.delta.status_char() == "M"


def _is_focused(patches: Sequence[pygit2.Patch | None]) -> bool:
    """Return True for a change of few hunks."""
    return sum(len(patch.hunks) for patch in patches if patch) <= MAX_HUNKS


# -- reading


def _find_commit(opened: pygit2.Repository, name: str) -> pygit2.Commit:
    import pygit2

    try:
        return opened.revparse_single(name).peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise SourceError(
            f"{name!r} names no commit in {opened.path}: give a branch, a tag or a commit id"
        ) from error


def _walk(opened: pygit2.Repository, tip: str, base: str) -> Iterator[pygit2.Commit]:
    import pygit2

    order = pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.TIME
    walker = opened.walk(_find_commit(opened, tip).id, order)
    if base:
        walker.hide(_find_commit(opened, base).id)
    return _until_missing(walker)


def _until_missing(walker: Iterator[pygit2.Commit]) -> Iterator[pygit2.Commit]:
    """Yield the commits up to the end of a shallow or partial history."""
    import pygit2

    try:
        for commit in walker:
            _ = [parent.tree_id for parent in commit.parents]
            yield commit
    except (KeyError, pygit2.GitError):
        return


def _read_branch(opened: pygit2.Repository, merge: pygit2.Commit) -> list[pygit2.Commit]:
    """Return the commits merged into the first of two parents; empty if there are too many."""
    import pygit2

    if len(merge.parents) != 2:
        return []
    walker = opened.walk(merge.parents[1].id, pygit2.enums.SortMode.TOPOLOGICAL)
    walker.hide(merge.parents[0].id)
    branch = list(islice(_until_missing(walker), MAX_BRANCH + 1))
    return branch if len(branch) <= MAX_BRANCH else []


def _changed_files(opened: pygit2.Repository, commit: pygit2.Commit) -> tuple[ChangedFile, ...]:
    """Return the changed source files; empty if the commit is no example."""
    import pygit2

    try:
        patches = _read_patches(opened, commit)
        modified = [patch for patch in patches if patch is not None and _is_modified(patch)]
        read = [_read_changed_file(opened, patch) for patch in modified]
    except (KeyError, pygit2.GitError):  # an object is missing: a partial clone
        return ()
    files = sorted((file for file in read if file), key=lambda file: file.path)
    return tuple(files) if 1 <= sum(len(file.changed) for file in files) <= MAX_FUNCTIONS else ()


def _read_patches(
    opened: pygit2.Repository, commit: pygit2.Commit
) -> Sequence[pygit2.Patch | None]:
    """Return the patches of the targets; empty for a sweep."""
    import pygit2

    flags = pygit2.enums.DiffOption.INDENT_HEURISTIC
    diff = opened.diff(commit.parents[0], commit, flags=flags, context_lines=0, interhunk_lines=0)
    if len(diff) > MAX_DELTAS:
        return ()
    targets = [at for at, delta in enumerate(diff.deltas) if _is_target(delta)]
    if not 1 <= len(targets) <= MAX_FILES:
        return ()
    patches = [diff[at] for at in targets]
    return patches if _is_focused(patches) else ()


def _read_changed_file(opened: pygit2.Repository, patch: pygit2.Patch) -> ChangedFile | None:
    file = patch.delta.old_file
    symbols = _read_symbols(opened, file.path, str(file.id))
    if symbols is None:
        return None
    changed = [unit for hunk in patch.hunks for unit in _changed_units(symbols, hunk)]
    return ChangedFile(file.path, str(file.id), symbols, tuple(dict.fromkeys(changed)))


def _read_symbols(opened: pygit2.Repository, path: str, blob: str) -> tuple[Symbol, ...] | None:
    """Return the definitions; None if the content is missing, too large, or no file."""
    import pygit2

    try:
        content = opened[blob]
    except (KeyError, ValueError):
        return None
    if not isinstance(content, pygit2.Blob) or content.size > MAX_BYTES or content.is_binary:
        return None
    return extract_symbols(path, content.data, language_of(path, content.data))


def _names_at(opened: pygit2.Repository, tree: pygit2.Tree, file: ChangedFile) -> frozenset[str]:
    """Return the qualified names of the file in `tree`; empty if it has no such file."""
    try:
        blob = str(tree[file.path].id)
    except KeyError:
        return frozenset()
    symbols = file.symbols if blob == file.blob else _read_symbols(opened, file.path, blob)
    return frozenset(symbol.qualname for symbol in symbols or ())


# -- changed functions


def _changed_units(symbols: Sequence[Symbol], hunk: pygit2.DiffHunk) -> Iterator[Symbol]:
    """Yield the units with lines that the hunk removes or adds to; lines are those before."""
    for at, symbol in enumerate(symbols):
        if symbol.kind in CALLABLES and _changes(hunk, symbols, at):
            yield localization_unit(symbols, at)


def _changes(hunk: pygit2.DiffHunk, symbols: Sequence[Symbol], at: int) -> bool:
    """Return True if the hunk changes the function at `at`."""
    symbol, first, last = symbols[at], hunk.old_start, hunk.old_start + hunk.old_lines - 1
    if hunk.old_lines:
        return symbol.start_line <= last and first <= symbol.end_line
    # only additions, after the line `first`
    if symbol.start_line <= first < symbol.end_line:
        return True
    return first == symbol.end_line and _continues(symbols, at, hunk)


def _continues(symbols: Sequence[Symbol], at: int, hunk: pygit2.DiffHunk) -> bool:
    """Return True if lines after a function still belong to it: in Python, if indented deeper."""
    text = next(
        (line.content for line in hunk.lines if line.origin == "+" and line.content.strip()), ""
    )
    depth, parent = 1, symbols[at].parent
    while parent >= 0:
        depth, parent = depth + 1, symbols[parent].parent
    indent = len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip())
    return symbols[at].end_line > symbols[at].start_line and indent >= 4 * depth


def localization_unit(symbols: Sequence[Symbol], at: int) -> Symbol:
    """Return the outermost function around the one at `at`, and for a constructor its class."""
    while symbols[at].parent >= 0 and symbols[symbols[at].parent].kind in CALLABLES:
        at = symbols[at].parent
    outer = symbols[at].parent
    return symbols[outer] if outer >= 0 and symbols[at].name == "__init__" else symbols[at]
