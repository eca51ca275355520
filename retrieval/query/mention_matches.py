"""What a question names outright, found in the index: symbols, lines and files, each with how surely it is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from indexer import FoundSymbol, Symbol

from .lookup import Lookup
from .mentions import Frame
from .question import Question

K = TypeVar("K")

MAX_DEFINITIONS = 24  # a name with more definitions names none of them
MAX_FILES = 24  # a path mention that fits more files names none of them
FRAME_DECAY = 0.85  # a frame further from where the error was raised tells less
MEMBER = 0.6  # `x.name` where x is no known qualifier: probably a variable that holds the object
PLAIN_WORD = (
    0.5  # a symbol named like a plain word of the question, as a share of one that is named as code
)


@dataclass(slots=True)
class Anchors:
    """Strengths from 0 to 1."""

    symbols: dict[FoundSymbol, float] = field(default_factory=dict)
    lines: dict[tuple[str, int], float] = field(default_factory=dict)  # (path, line)
    files: dict[str, float] = field(default_factory=dict)

    def paths(self) -> set[str]:
        """The files in which something is named, without those that are only named themselves."""
        return {found.path for found in self.symbols} | {path for path, _ in self.lines}


def find_anchors(lookup: Lookup, question: Question) -> Anchors:
    """Look up the mentions of `question`."""
    anchors = Anchors()
    _frames(lookup, question, anchors)
    for mention in question.mentions.paths:
        _files(lookup, mention, 1.0, anchors)
    _names(lookup, question, anchors)
    return anchors


def _frames(lookup: Lookup, question: Question, anchors: Anchors) -> None:
    """Python's traces end with the innermost frame, all others begin with it; the nearer end counts most."""
    strength = 1.0
    frames = question.mentions.frames
    python = any(frame.path.endswith(".py") for frame in frames)
    for frame in reversed(frames) if python else frames:
        files = lookup.files(frame.path)
        if not files or (len(files) > 1 and files[0][1] < 1.0):
            continue  # another project's file, of which only the name is the same
        for path, agreement in files[:MAX_FILES]:
            sure = strength * agreement**0.5 / len(files)
            function = _function(lookup, path, frame)
            if function is not None:
                _raise(anchors.symbols, function, sure)
            else:
                _raise(anchors.lines, (path, frame.line), sure)
            _raise(anchors.files, path, sure)
        strength *= FRAME_DECAY


def _function(lookup: Lookup, path: str, frame: Frame) -> FoundSymbol | None:
    """The function that a frame names, of several the one nearest to its line: lines shift from version to version."""
    name = frame.name.rpartition(".")[2]
    named = [found for found in lookup.symbols_in([path])[path] if found.symbol.name == name]
    return min(named, key=lambda found: _distance(found.symbol, frame.line), default=None)


def _distance(symbol: Symbol, line: int) -> int:
    return max(symbol.start_line - line, line - symbol.end_line, 0)


def _files(lookup: Lookup, mention: str, strength: float, anchors: Anchors) -> None:
    files = lookup.files(mention)
    if len(files) <= MAX_FILES:
        for path, agreement in files:
            _raise(anchors.files, path, strength * agreement / len(files) ** 0.5)


def _names(lookup: Lookup, question: Question, anchors: Anchors) -> None:
    wanted = dict(_wanted(question))
    whole = lookup.symbols_of_all(wanted)
    members = {
        name: name.rsplit(".", 1)[1] for name, found in whole.items() if not found and "." in name
    }
    loose = lookup.symbols_of_all(members.values())
    for name, strength in wanted.items():
        found = whole[name] or loose.get(members.get(name, ""), [])
        if not found and "." in name:
            _files(lookup, name, strength, anchors)
        if 0 < len(found) <= MAX_DEFINITIONS:
            sure = strength * (1.0 if whole[name] else MEMBER) / len(found) ** 0.5
            for symbol in found:
                _raise(anchors.symbols, symbol, sure)


def _wanted(question: Question) -> Iterator[tuple[str, float]]:
    """Names to look up, weaker ones first: of two equal ones the last counts."""
    if question.kind == "search":
        for word in question.text.split():
            plain = word.strip("`'\",.;:()?!")
            if plain.isidentifier() and plain.lower() in question.words:
                yield plain, PLAIN_WORD
    if question.kind == "symbol":
        yield question.text.strip(), 1.0
    for name in question.mentions.names:
        yield name, 1.0


def _raise(table: dict[K, float], key: K, value: float) -> None:
    if value > table.get(key, 0.0):
        table[key] = value


def by_path(anchors: Anchors) -> dict[str, list[tuple[int, int, float, FoundSymbol | None]]]:
    """path → what is named in it: (first line, last line, strength, symbol if it is one), in order of lines."""
    found: dict[str, list[tuple[int, int, float, FoundSymbol | None]]] = defaultdict(list)
    for symbol, strength in anchors.symbols.items():
        found[symbol.path].append(
            (symbol.symbol.start_line, symbol.symbol.end_line, strength, symbol)
        )
    for (path, line), strength in anchors.lines.items():
        found[path].append((line, line, strength, None))
    return {path: sorted(spans, key=lambda span: span[:3]) for path, spans in sorted(found.items())}
