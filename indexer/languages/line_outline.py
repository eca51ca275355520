"""Line by line readers for Markdown headings, Makefile targets and Dockerfile stages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MAX_HEADING = 400  # characters of a heading that are searched for markup; its name is shorter


@dataclass(frozen=True, slots=True)
class LineEntry:
    """A heading, target, stage or variable."""

    kind: str
    name: str
    line: int  # 1-based
    level: int  # 1 is the outermost; an entry ends before the next of its own or an outer level
    last_line: int = 0  # 1-based, inclusive; 0 if the next entry decides


LineReader = Callable[[Sequence[str]], Iterator[LineEntry]]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PROSE = re.compile(r" {0,3}(?![#>|<\-*+=]|\d+[.)] |`{3}|~{3})\S")
_MARKUP = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|<[^<>]*>")


def read_markdown(lines: Sequence[str]) -> Iterator[LineEntry]:
    """Yield headings of both forms, outside of fenced code."""
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            is_end = mark and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if is_end else fence
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.match(line):
            yield LineEntry("section", _plain(heading[2] or ""), number, len(heading[1]))
        elif number > 1 and (under := _UNDERLINE.match(line)) and _PROSE.match(lines[number - 2]):
            level = 1 if under[1][0] == "=" else 2
            yield LineEntry("section", _plain(lines[number - 2]), number - 1, level)


def _plain(heading: str) -> str:
    return _MARKUP.sub(lambda match: match[1] or "", heading[:MAX_HEADING]).strip(" \t.:")


_TARGET = re.compile(r"(?![#\t ])((?:[^:=#$]|\$\([^()]*\)|\$\{[^{}]*\})+?)[ \t]*&?::?(?![:=])")
_DEFINE = re.compile(r"(?:override[ \t]+)?define[ \t]+(\S+)")
_ASSIGNED = re.compile(r"(?:export[ \t]+|override[ \t]+)*([\w.-]+)[ \t]*(?:[:?+!]|::|:::)?=")


def read_makefile(lines: Sequence[str]) -> Iterator[LineEntry]:
    """Yield targets with their recipes, variables and `define`d texts.

    Targets that begin with a dot are directives of make itself and left out.
    """
    number = 0
    while number < len(lines):
        line, start = lines[number], number
        number += 1
        if match := _DEFINE.match(line):
            number = _end_of_define(lines, number)
            yield LineEntry("variable", match[1], start + 1, 1, min(number + 1, len(lines)))
        elif match := _ASSIGNED.match(line):
            number = _continued(lines, start)
            yield LineEntry("variable", match[1], start + 1, 1, number)
        elif match := _TARGET.match(line):
            number = _recipe(lines, _continued(lines, start))
            names = (name for name in match[1].split() if name[0] != "." or "/" in name)
            yield from [LineEntry("target", name, start + 1, 1, number) for name in names]


def _end_of_define(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].startswith("endef"):
        at += 1
    return at


def _continued(lines: Sequence[str], at: int) -> int:
    """Return the last line, 1-based, of the logical line at the 0-based position `at`."""
    while at + 1 < len(lines) and lines[at].endswith("\\"):
        at += 1
    return at + 1


def _recipe(lines: Sequence[str], after: int) -> int:
    """Return the last line of the recipe after line `after`, with the blank lines inside."""
    last = at = after
    while at < len(lines) and (lines[at].startswith("\t") or not lines[at].strip()):
        at = _continued(lines, at)
        if lines[at - 1].strip():
            last = at
    return last


_FROM = re.compile(r"[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE)
_ARGUMENT = re.compile(r"[ \t]*(?:ARG|ENV)[ \t]+([A-Za-z_]\w*)", re.IGNORECASE)


def read_dockerfile(lines: Sequence[str]) -> Iterator[LineEntry]:
    """Yield stages, by their name or else their image, and the arguments and variables inside."""
    number = 0
    while number < len(lines):
        line, start = lines[number], number
        number = _continued(lines, start)
        if match := _FROM.match(line):
            yield LineEntry("stage", match[2] or match[1], start + 1, 1)
        elif match := _ARGUMENT.match(line):
            yield LineEntry("variable", match[1], start + 1, 2, number)
