"""Ignore rules for every kind of rule file, as `git check-ignore` applies them.

They are parsed by gitignore(5) and matched by wildmatch, byte for byte. pathspec was tried, but its
patterns match everything below a path too, so the verdict of an entry cannot be told from that of
its parent. It also lacks `[[:alpha:]]`, and raises for patterns that match nothing in git.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

WILD = re.compile(rb"[*?\[\\]")
POSIX_CLASSES = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": rb"\x21-\x7e",
    b"lower": b"a-z",
    b"print": rb"\x20-\x7e",
    b"punct": rb"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    b"space": rb" \t\n\r\f\v",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}
NAMED_CLASS = re.compile(rb"\[:([^]]*):\]")
NEVER = b"(?!)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a rule file."""

    pattern: bytes  # without the marks of the other fields
    negated: bool  # `!`: includes a path again
    dir_only: bool  # ended in a slash
    by_name: bool  # had no other slash: matches the last component at any depth
    regex: bytes  # for a full match

    @property
    def is_suffix(self) -> bool:
        """Return True for a plain `*.ext`."""
        return self.by_name and self.pattern[:1] == b"*" and not WILD.search(self.pattern, 1)


@dataclass(frozen=True, slots=True)
class _Index:
    """The patterns of a file, by the ways to look them up."""

    names: frozenset[bytes]
    tails: frozenset[bytes]
    suffixes: tuple[bytes, ...]
    name_regex: re.Pattern[bytes] | None
    tail_regex: re.Pattern[bytes] | None


@dataclass(frozen=True)
class RuleFile:
    """The rules of one file, for paths below its directory."""

    base: bytes  # that directory, relative to the top; "" or ending in a slash
    rules: tuple[Rule, ...]
    _regexes: dict[bytes, re.Pattern[bytes]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def verdict(self, path: bytes, is_dir: bool) -> bool | None:
        """Return True if the path is ignored, False if included again, None if no rule matches.

        `path` is below `base`, relative to the top, without a trailing slash. The verdicts of its
        parents do not matter.
        """
        tail = path[len(self.base) :]
        name = tail[tail.rfind(b"/") + 1 :]
        if not self._may_match(name, tail):
            return None
        for rule in reversed(self.rules):
            if (is_dir or not rule.dir_only) and self._matches(
                rule.regex, name if rule.by_name else tail
            ):
                return not rule.negated
        return None

    def _may_match(self, name: bytes, tail: bytes) -> bool:
        """Exclude most paths quickly: by a set, a suffix test and one regular expression."""
        index = self._index
        return (
            name in index.names
            or name.endswith(index.suffixes)
            or tail in index.tails
            or (index.name_regex is not None and index.name_regex.fullmatch(name) is not None)
            or (index.tail_regex is not None and index.tail_regex.fullmatch(tail) is not None)
        )

    @cached_property
    def _index(self) -> _Index:
        plain = [rule for rule in self.rules if not WILD.search(rule.pattern)]
        suffixes = [rule for rule in self.rules if rule.is_suffix]
        rest = [rule for rule in self.rules if WILD.search(rule.pattern) and not rule.is_suffix]
        return _Index(
            names=frozenset(rule.pattern for rule in plain if rule.by_name),
            tails=frozenset(rule.pattern for rule in plain if not rule.by_name),
            suffixes=tuple(rule.pattern[1:] for rule in suffixes),
            name_regex=_any_of([rule.regex for rule in rest if rule.by_name]),
            tail_regex=_any_of([rule.regex for rule in rest if not rule.by_name]),
        )

    def _matches(self, regex: bytes, text: bytes) -> bool:
        compiled = self._regexes.get(regex)
        if compiled is None:
            compiled = self._regexes[regex] = re.compile(regex, re.DOTALL)
        return compiled.fullmatch(text) is not None


def parse_rules(text: bytes, base: bytes = b"") -> RuleFile:
    """Parse the text of a rule file; git's blank lines and comments are left out."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    lines = (line.removesuffix(b"\r") for line in text.split(b"\n"))
    return RuleFile(
        base,
        tuple(_parse_rule(_strip(line)) for line in lines if line and not line.startswith(b"#")),
    )


def _parse_rule(line: bytes) -> Rule:
    negated = line.startswith(b"!")
    pattern = line[1:] if negated else line
    dir_only = pattern.endswith(b"/")
    pattern = pattern.removesuffix(b"/")
    by_name = b"/" not in pattern
    pattern = pattern.removeprefix(b"/")
    return Rule(pattern, negated, dir_only, by_name, wildmatch(pattern, crosses_slash=by_name))


def _strip(line: bytes) -> bytes:
    """Return a line without trailing spaces; a backslash keeps one."""
    end = position = 0
    while position < len(line):
        if line[position : position + 1] == b"\\":
            if position + 1 == len(line):
                return line
            position += 1
            end = position + 1
        elif line[position : position + 1] != b" ":
            end = position + 1
        position += 1
    return line[:end]


def _any_of(regexes: list[bytes]) -> re.Pattern[bytes] | None:
    return (
        re.compile(b"|".join(b"(?:%s)" % regex for regex in regexes), re.DOTALL)
        if regexes
        else None
    )


def wildmatch(pattern: bytes, crosses_slash: bool = False) -> bytes:
    """Translate a glob to a regular expression for a full match. A malformed one matches nothing.

    With `crosses_slash`, a star matches slashes too, as in rules for a name alone.

    The part between two stars becomes an atomic group: its first match leaves the most to the
    rest, so other ones need not be tried. A rule file made to be slow (`*a*a*a*a*b`) is not.
    """
    parts: list[bytes] = []
    star = deep = -1  # positions of the last `*` of this component and the last `**` in `parts`
    for kind, regex in _tokens(pattern, crosses_slash):
        if kind == "star" and star >= 0:
            parts[star:] = [b"(?>%s)" % b"".join(parts[star:])]
        elif kind == "deep" and deep >= 0:
            parts[deep:] = [b"(?>%s)" % b"".join(parts[deep:])]
        if kind == "deep":
            star, deep = -1, len(parts)
        elif kind != "one":
            star = len(parts) if kind == "star" else -1
        parts.append(regex)
    return b"".join(parts)


def _tokens(pattern: bytes, crosses_slash: bool) -> Iterator[tuple[str, bytes]]:
    """Yield (kind, regex) of the parts: `one` character, `slash`, `star`, `deep` for `**`."""
    position = 0
    while position < len(pattern):
        char = pattern[position : position + 1]
        if char == b"*":
            kind, regex, position = _star(pattern, position, crosses_slash)
        elif char == b"[":
            kind, (regex, position) = "one", _bracket(pattern, position)
        elif char == b"?":
            kind, regex, position = "one", b"[^/]", position + 1
        elif char == b"\\":
            char = pattern[position + 1 : position + 2]
            kind, regex, position = (
                "slash" if char == b"/" else "one",
                re.escape(char) or NEVER,
                position + 2,
            )
        else:
            kind, regex, position = (
                "slash" if char == b"/" else "one",
                re.escape(char),
                position + 1,
            )
        yield kind, regex


def _star(pattern: bytes, start: int, crosses_slash: bool) -> tuple[str, bytes, int]:
    end = start
    while pattern[end : end + 1] == b"*":
        end += 1
    after = pattern[end : end + 2]
    alone = (start == 0 or pattern[start - 1 : start] == b"/") and (
        after in (b"", b"\\/") or after[:1] == b"/"
    )
    if crosses_slash:
        return "star", b".*?", end
    if end - start == 1 or not alone:
        return "star", b"[^/]*?", end
    if after[:1] == b"/":
        return "deep", b"(?:.*?/)??", end + 1
    return "deep", b".*?", end


def _bracket(pattern: bytes, start: int) -> tuple[bytes, int]:
    """Return the regex of a class such as `[!x]` or `[[:digit:]]`, and its end.

    No class matches a slash.
    """
    position = start + 1
    negated = pattern[position : position + 1] in (b"!", b"^")
    members, end = _members(pattern, position + negated)
    if members is None:
        return NEVER, len(pattern)
    if negated:
        return b"[^/%s]" % members, end
    return (b"(?!/)[%s]" % members if members else NEVER), end


def _members(pattern: bytes, start: int) -> tuple[bytes | None, int]:
    """Return the members of a class, None if it is malformed in git, and the end of the class."""
    members: list[bytes] = []
    previous = b""  # it starts a range if `-` follows
    position = start
    while position == start or pattern[position : position + 1] != b"]":
        named = NAMED_CLASS.match(pattern, position)
        if named:
            if named[1] not in POSIX_CLASSES:
                return None, position
            members.append(POSIX_CLASSES[named[1]])
            previous, position = b"", named.end()
            continue
        low = previous if _is_range(pattern, position) else b""
        char, position = _class_member(pattern, position + bool(low))
        if not char:
            return None, position
        if not low:
            members.append(re.escape(char))
        elif low <= char:
            members.append(b"%s-%s" % (re.escape(low), re.escape(char)))
        previous = b"" if low else char
    return b"".join(members), position + 1


def _is_range(pattern: bytes, position: int) -> bool:
    return pattern[position : position + 1] == b"-" and pattern[position + 1 : position + 2] != b"]"


def _class_member(pattern: bytes, position: int) -> tuple[bytes, int]:
    """Return the character, none at the end of the pattern, and the next position."""
    if pattern[position : position + 1] == b"\\":
        position += 1
    return pattern[position : position + 1], position + 1


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule files for a directory; the first one decides first."""

    files: tuple[RuleFile, ...] = ()

    def below(self, base: bytes, text: bytes) -> Rules:
        """Return the rules for the folder `base` with the rule file `text`.

        `base` is relative to the top and ends in a slash.
        """
        return Rules((parse_rules(text, base), *self.files))

    def verdict(self, path: bytes, is_dir: bool) -> bool | None:
        """Return the first verdict of the rule files, as from `RuleFile.verdict`."""
        for rules in self.files:
            verdict = rules.verdict(path, is_dir)
            if verdict is not None:
                return verdict
        return None
