"""Mentions of a question matched in the index: symbols, lines and files, each with a confidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from indexer import FoundSymbol, Symbol

from .lookup import Lookup
from .mentions import Frame
from .question import Question

K = TypeVar("K")

MAX_DEFINITIONS = 24  # a name with more definitions means none of them
MAX_FILES = 24  # a path that fits more files means none of them
FRAME_DECAY = 0.85  # of the confidence, from each frame of a trace to the next
MEMBER = 0.6  # `x.name` with an unknown qualifier: `x` is probably a variable
PLAIN_WORD = 0.5  # a symbol named by a plain word, beside one named as code


class MentionSpan(NamedTuple):
    """The lines of a match."""

    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    confidence: float
    symbol: FoundSymbol | None  # None for a line


@dataclass(slots=True)
class MentionMatches:
    """Confidences from 0 to 1."""

    symbols: dict[FoundSymbol, float] = field(default_factory=dict)
    lines: dict[tuple[str, int], float] = field(default_factory=dict)  # (path, line)
    files: dict[str, float] = field(default_factory=dict)

    def spans_by_path(self) -> dict[str, list[MentionSpan]]:
        """Return path → its matched symbols and lines, both in order."""
        spans: dict[str, list[MentionSpan]] = defaultdict(list)
        for symbol, confidence in self.symbols.items():
            lines = (symbol.symbol.start_line, symbol.symbol.end_line)
            spans[symbol.path].append(MentionSpan(*lines, confidence, symbol))
        for (path, line), confidence in self.lines.items():
            spans[path].append(MentionSpan(line, line, confidence, None))
        return {path: sorted(spans[path], key=lambda span: span[:3]) for path in sorted(spans)}


def match_mentions(lookup: Lookup, question: Question) -> MentionMatches:
    """Return the matches of the question's frames, paths and names."""
    matches = MentionMatches()
    _match_frames(lookup, question, matches)
    for mention in question.mentions.paths:
        _match_files(lookup, mention, 1.0, matches)
    _match_names(lookup, question, matches)
    return matches


def _match_frames(lookup: Lookup, question: Question, matches: MentionMatches) -> None:
    """Match the frames of traces; those nearer to the error count more.

    Python's traces end with the innermost frame, all others begin with it.
    """
    strength = 1.0
    frames = question.mentions.frames
    python = any(frame.path.endswith(".py") for frame in frames)
    for frame in reversed(frames) if python else frames:
        files = lookup.files(frame.path)
        if not files or (len(files) > 1 and files[0][1] < 1.0):
            continue  # another project's file of the same name
        for path, agreement in files[:MAX_FILES]:
            confidence = strength * agreement**0.5 / len(files)
            function = _find_function(lookup, path, frame)
            if function is not None:
                _raise_to(matches.symbols, function, confidence)
            else:
                _raise_to(matches.lines, (path, frame.line), confidence)
            _raise_to(matches.files, path, confidence)
        strength *= FRAME_DECAY


def _find_function(lookup: Lookup, path: str, frame: Frame) -> FoundSymbol | None:
    """Return the frame's function; of several the nearest, since lines shift between versions."""
    name = frame.name.rpartition(".")[2]
    symbols = [symbol for symbol in lookup.symbols_in([path])[path] if symbol.symbol.name == name]
    return min(symbols, key=lambda symbol: _distance(symbol.symbol, frame.line), default=None)


def _distance(symbol: Symbol, line: int) -> int:
    return max(symbol.start_line - line, line - symbol.end_line, 0)


def _match_files(lookup: Lookup, mention: str, strength: float, matches: MentionMatches) -> None:
    files = lookup.files(mention)
    if len(files) <= MAX_FILES:
        for path, agreement in files:
            _raise_to(matches.files, path, strength * agreement / len(files) ** 0.5)


def _match_names(lookup: Lookup, question: Question, matches: MentionMatches) -> None:
    strengths = dict(_names(question))
    qualified = lookup.symbols_of_all(strengths)
    members = {
        name: name.rsplit(".", 1)[1]
        for name, symbols in qualified.items()
        if not symbols and "." in name
    }
    unqualified = lookup.symbols_of_all(members.values())
    for name, strength in strengths.items():
        symbols = qualified[name] or unqualified.get(members.get(name, ""), [])
        if not symbols and "." in name:
            _match_files(lookup, name, strength, matches)
        if 0 < len(symbols) <= MAX_DEFINITIONS:
            confidence = strength * (1.0 if qualified[name] else MEMBER) / len(symbols) ** 0.5
            for symbol in symbols:
                _raise_to(matches.symbols, symbol, confidence)


def _names(question: Question) -> Iterator[tuple[str, float]]:
    """Yield (name, strength), weaker ones first: of two equal names the last counts."""
    if question.kind == "search":
        for word in question.text.split():
            plain = word.strip("`'\",.;:()?!")
            if plain.isidentifier() and plain.lower() in question.words:
                yield plain, PLAIN_WORD
    if question.kind == "symbol":
        yield question.text.strip(), 1.0
    for name in question.mentions.names:
        yield name, 1.0


def _raise_to(table: dict[K, float], key: K, value: float) -> None:
    """Set `table[key]` to `value` if that is more."""
    if value > table.get(key, 0.0):
        table[key] = value
