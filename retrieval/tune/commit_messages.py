"""A commit's message → what it tells of the change, without what programs and conventions put around it."""

from __future__ import annotations

import re

_MERGE = re.compile(r"^(?:Auto m|M)erge\b.*")  # a merge's own first line names branches
_TRAILER = re.compile(
    r"^(?:[A-Z][\w-]+-(?:by|Id|RevId|on|to|with|from|id|url)|CC|Cc|Bug|BUG|Change|Refs?|References?|Fix(?:es|ed)?|Close[sd]?"
    r"|Resolves?|See|See-also|Related|Link|Issue|Tickets?|Backport\w*|git-svn-id|svn path|PiperOrigin-RevId|PR-URL|R|BRANCH"
    r"|Date|Author|Conflicts|[Pp]ull-request(?:-sha)?)\s*[:=].*$|^\(cherry picked from commit \w+\)$|^(?:Fixe?[sd]?|Close[sd]?|Refs?|Resolve[sd]?)"
    r"\s+(?:\S*#\d+|https?://\S+)[\s.,]*$",
)
_NUMBER = re.compile(r"\s*\((?:GH-|gh-|#)\d+\)")
_LOCATION = re.compile(r"(?<=\])\(https?://[^\s)]*\)|https?://[^\s)>\]]+")
_LISTED = re.compile(
    r"^\s*(?:[MADRU]\s+|[*+-]\s+)?[\w.+-]*[/\w.+-]*[\w+-]\.\w{1,5}(?:\s*\|.*|:)?\s*$"
)  # a line that is a path
_ENTRY = re.compile(
    r"^\s*[*+-]\s+(?:[\w.+-]+/)*[\w+-]+\.\w{1,5}\s*(?:\([^)]*\))?(?:,[^:]*)?:\s*"
)  # of a GNU change log
_COUNTED = re.compile(r"^\s*\d+ files? changed\b.*$")
_BULLET = re.compile(r"^\s*[*+-]\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z_]+")
_EMPTY_TITLES = re.compile(
    r"^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:bump|release|version|prepar\w+|post-release|tag|changelog|upgrade|merge|revert\w*"
    r"|back out|undo|update (?:changelog|copyright|year|version|depend\w+|requirements|translations|submodules?|authors|news)"
    r"|initial (?:commit|import)|wip|v?\d+(?:\.\d+)+)\b"
    r"|\b(?:typos?|spelling|whitespaces?|pep-?8|pep-?257|flake8|pylint|linting|lint|isort|black|ruff|autopep8|prettier|reformat\w*"
    r"|formatting|re-?indent\w*|clang-format|gofmt|rustfmt|pyupgrade|copyright|license headers?|f-strings?|mypy|docstrings?"
    r"|unused imports?|\[pre-commit|pre-commit)\b"
    r"|^(?:docs?|style|ci|chore|build|tests?)(?:\([^)]*\))?!?:",
    re.IGNORECASE,
)
"""Of commits that say nothing of what code does: versions, reverts, sweeps over form, documentation, tests."""
SHORT_BULLET = (
    4  # words; the points of a squashed branch that are shorter are notes to self: "fix tests"
)


def cleaned(message: str) -> str:
    """The title and the paragraphs below it; lines that only name people, tickets, branches or files are left out."""
    lines = [line.rstrip() for line in message.replace("\r\n", "\n").strip().split("\n")]
    if _MERGE.match(lines[0]):
        lines = lines[1:]
    kept = [
        _LOCATION.sub("", _NUMBER.sub("", _ENTRY.sub("", line))).rstrip()
        for line in lines
        if _tells(line)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _tells(line: str) -> bool:
    bare = line.strip()
    if not bare:
        return True  # paragraphs stay apart
    if (
        _TRAILER.match(bare)
        or _LISTED.match(line)
        or _COUNTED.match(line)
        or not any(map(str.isalpha, bare))
    ):
        return False
    return not _BULLET.match(line) or words_in(line) >= SHORT_BULLET


def words_in(text: str) -> int:
    """The number of words of two letters and more."""
    return len(_WORD.findall(text))


def is_informative(message: str, text: str, least: int) -> bool:
    """Whether `message`, cleaned to `text`, says in `least` words what the change is about."""
    title = text.split("\n", 1)[0]
    return (
        not (message.startswith("Revert ") or _EMPTY_TITLES.search(title))
        and words_in(text) >= least
    )
