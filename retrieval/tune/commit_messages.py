"""Commit messages, cleaned of the additions of programs and conventions."""

from __future__ import annotations

import re

_MERGE = re.compile(r"^(?:Auto m|M)erge\b.*")  # a merge's own first line names branches
_TRAILER = re.compile(
    r"^(?:[A-Z][\w-]+-(?:by|Id|RevId|on|to|with|from|id|url)|CC|Cc|Bug|BUG|Change|Refs?|References?"
    r"|Fix(?:es|ed)?|Close[sd]?|Resolves?|See|See-also|Related|Link|Issue|Tickets?|Backport\w*"
    r"|git-svn-id|svn path|PiperOrigin-RevId|PR-URL|R|BRANCH|Date|Author|Conflicts"
    r"|[Pp]ull-request(?:-sha)?)\s*[:=].*$"
    r"|^\(cherry picked from commit \w+\)$"
    r"|^(?:Fixe?[sd]?|Close[sd]?|Refs?|Resolve[sd]?)\s+(?:\S*#\d+|https?://\S+)[\s.,]*$",
)
_NUMBER = re.compile(r"\s*\((?:GH-|gh-|#)\d+\)")
_LOCATION = re.compile(r"(?<=\])\(https?://[^\s)]*\)|https?://[^\s)>\]]+")
# a path on a line of its own
_LISTED = re.compile(
    r"^\s*(?:[MADRU]\s+|[*+-]\s+)?[\w.+-]*[/\w.+-]*[\w+-]\.\w{1,5}(?:\s*\|.*|:)?\s*$"
)
# the start of an entry of a GNU change log
_ENTRY = re.compile(r"^\s*[*+-]\s+(?:[\w.+-]+/)*[\w+-]+\.\w{1,5}\s*(?:\([^)]*\))?(?:,[^:]*)?:\s*")
_COUNTED = re.compile(r"^\s*\d+ files? changed\b.*$")
_BULLET = re.compile(r"^\s*[*+-]\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z_]+")
_EMPTY_TITLES = re.compile(
    r"^(?:\w+(?:\([^)]*\))?!?:\s*)?"
    r"(?:bump|release|version|prepar\w+|post-release|tag|changelog|upgrade|merge|revert\w*|back out"
    r"|undo|update (?:changelog|copyright|year|version|depend\w+|requirements|translations"
    r"|submodules?|authors|news)|initial (?:commit|import)|wip|v?\d+(?:\.\d+)+)\b"
    r"|\b(?:typos?|spelling|whitespaces?|pep-?8|pep-?257|flake8|pylint|linting|lint|isort|black"
    r"|ruff|autopep8|prettier|reformat\w*|formatting|re-?indent\w*|clang-format|gofmt|rustfmt"
    r"|pyupgrade|copyright|license headers?|f-strings?|mypy|docstrings?|unused imports?"
    r"|\[pre-commit|pre-commit)\b"
    r"|^(?:docs?|style|ci|chore|build|tests?)(?:\([^)]*\))?!?:",
    re.IGNORECASE,
)
"""Titles of commits without a change of behavior: versions, reverts, style, prose, tests."""
MIN_BULLET = 4  # words; shorter points of a squashed branch are notes to self: "fix tests"


def clean_message(message: str) -> str:
    """Return the title and the paragraphs, without lines of people, tickets, branches or files."""
    lines = [line.rstrip() for line in message.replace("\r\n", "\n").strip().split("\n")]
    if _MERGE.match(lines[0]):
        lines = lines[1:]
    prose = [
        _LOCATION.sub("", _NUMBER.sub("", _ENTRY.sub("", line))).rstrip()
        for line in lines
        if _is_prose(line)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(prose)).strip()


def _is_prose(line: str) -> bool:
    bare = line.strip()
    if not bare:
        return True  # paragraphs stay apart
    if _TRAILER.match(bare) or _LISTED.match(line) or _COUNTED.match(line):
        return False
    if not any(map(str.isalpha, bare)):
        return False
    return not _BULLET.match(line) or count_words(line) >= MIN_BULLET


def count_words(text: str) -> int:
    """Return the number of words of two letters and more."""
    return len(_WORD.findall(text))


def is_informative(message: str, text: str, least: int) -> bool:
    """Return True if `message`, cleaned to `text`, has `least` words about a change of behavior."""
    title = text.split("\n", 1)[0]
    if message.startswith("Revert ") or _EMPTY_TITLES.search(title):
        return False
    return count_words(text) >= least
