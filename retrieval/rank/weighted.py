"""Candidates → one ordered list, each with the parts that its score is made of.

A score is a weighted sum of what was found, then factors for what kind of file it is and for how many better hits of
the same file there are. Each weight stands here once, with the line of benchmarks/LOG.md that measured it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from indexer import CALLABLES, FileSymbols, FoundSymbol, search_terms

from ..file_roles import FRONTS, place_of
from ..query.question import Question
from ..search.fusion import Candidate

# by kind of question; "LOG ranking" is the section of benchmarks/LOG.md
DENSE = {"symbol": 0.1, "search": 0.5, "issue": 0.2}
"""Nearness in meaning, BM25 being 1 (LOG ranking: dense). A static encoder at equal weight harms."""
FILE = {"symbol": 0.6, "search": 0.7, "issue": 0.5}
"""What the other chunks of a file say for it (LOG ranking: file coherence)."""
NAME = {"symbol": 0.5, "search": 0.3, "issue": 0.2}
"""The question's words in the symbol's own name: definition over use (LOG ranking: names)."""
PATH = {"symbol": 0.2, "search": 0.8, "issue": 0.1}
"""The question's words in the names of file and folder (LOG ranking: paths)."""
ANCHOR = {"symbol": 2.0, "search": 0.5, "issue": 1.0}
"""What the question names outright, by name, path or stack frame (LOG ranking: anchors)."""
SAME_FILE = {"symbol": 0.6, "search": 0.5, "issue": 0.8}
"""What each further hit of one file keeps (LOG ranking: same file)."""
PLACES = {
    "test": 0.3, "vendored": 0.5, "example": 0.4, "generated": 0.4, "declaration": 0.7, "prose": 0.5, "front": 0.9,
    "source": 1.0,
}  # fmt: skip
"""What a place keeps of its score; LOG ranking: places. Tests and examples keep all where the question asks for them."""
WANTED = 1.3  # what the places that the question asks for gain
COHERENCE = 0.9  # how much less each further chunk of a file adds to its evidence
MIN_PREFIX = 4  # a word's beginning of this length matches a longer form of it: `interceptor` and `interceptors`


@dataclass(slots=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    symbol: FoundSymbol | None  # what it is called after
    parts: dict[str, float] = field(
        default_factory=dict
    )  # what each signal added; they add up to the score
    windows: list[tuple[int, int]] = field(default_factory=list)  # lines that matched, best first

    @property
    def score(self) -> float:
        return sum(self.parts.values())


def rank(
    question: Question,
    candidates: Sequence[Candidate],
    symbols: Mapping[str, FileSymbols],
    files: Mapping[str, float],
    without: Collection[str] = (),
) -> list[Ranked]:
    """Order `candidates`, best first, windows of one symbol merged. `symbols` are those of the candidates' paths;
    `files` are the paths that the question names, with strengths; signals named in `without` add nothing."""
    evidence = _file_evidence(question, candidates)
    words = Words(question.words)
    scored = []
    for candidate in candidates:
        symbol = name_of(words, candidate, symbols[candidate.chunk.path])
        each = Ranked(
            candidate, symbol, windows=[(candidate.chunk.start_line, candidate.chunk.end_line)]
        )
        parts = _parts(question, words, candidate, symbol, evidence, files)
        each.parts = {
            signal: value for signal, value in parts.items() if value and signal not in without
        }
        if "place" not in without:
            _apply_place(question, each)
        scored.append(each)
    return _apply_same_file(question, merged(sorted(scored, key=_order)))


def _order(each: Ranked) -> tuple[float, str, int]:
    return (-round(each.score, 9), each.candidate.chunk.path, each.candidate.chunk.start_line)


def _parts(
    question: Question,
    words: Words,
    candidate: Candidate,
    symbol: FoundSymbol | None,
    evidence: Mapping[str, float],
    files: Mapping[str, float],
) -> dict[str, float]:
    kind, path = question.kind, candidate.chunk.path
    return {
        "lexical": candidate.lexical,
        "dense": DENSE[kind] * candidate.dense,
        "file": FILE[kind] * evidence[path],
        "name": NAME[kind] * words.name_overlap(symbol),
        "path": PATH[kind] * words.path_overlap(path),
        "mention": ANCHOR[kind] * max(candidate.anchor, files.get(path, 0.0) / 2),
    }


def _file_evidence(question: Question, candidates: Sequence[Candidate]) -> dict[str, float]:
    """How much the chunks of each file say together, as a share of the file that says most."""
    by_file: dict[str, list[float]] = defaultdict(list)
    for candidate in candidates:
        by_file[candidate.chunk.path].append(
            candidate.lexical + DENSE[question.kind] * candidate.dense
        )
    sums = {
        path: sum(value * COHERENCE**at for at, value in enumerate(sorted(values, reverse=True)))
        for path, values in by_file.items()
    }
    most = max(sums.values(), default=0.0) or 1.0
    return {path: value / most for path, value in sums.items()}


def name_of(words: Words, candidate: Candidate, symbols: FileSymbols) -> FoundSymbol | None:
    """The symbol that a chunk is called after: its own or, where it gathers small ones, the one that the question names."""
    chunk = candidate.chunk
    own = symbols[chunk.symbol] if 0 <= chunk.symbol < len(symbols) else None
    if own is not None and own.symbol.kind in CALLABLES:
        return own
    best, most = own, words.name_overlap(own)
    for found in symbols.starting(chunk.start_line, chunk.end_line):
        if found.symbol.parent == chunk.symbol:
            overlap = words.name_overlap(found)
            if overlap > most:
                best, most = found, overlap
    return best


class Words:
    """The question's words, and how well names cover them. Remembers each part of a name that it has judged."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._known: dict[str, frozenset[int]] = {}

    def name_overlap(self, symbol: FoundSymbol | None) -> float:
        """How well the question's words and the symbol's name cover each other: 1 where they are the same."""
        if symbol is None or not self.words:
            return 0.0
        if symbol.symbol.name.lower() in self.words[:1]:
            return 1.0
        own = name_parts(symbol.symbol.name)
        matched = [found for found in map(self._matching, own) if found]
        if not matched:
            return 0.0
        return 0.5 * len(matched) / len(own) + 0.5 * len(frozenset().union(*matched)) / len(
            self.words
        )

    def path_overlap(self, path: str) -> float:
        """The share of the file's own name that the question's words cover; the folder around it counts a third."""
        *folders, name = path.split("/")
        if (
            name in FRONTS and folders
        ):  # `extract/mod.rs` is what another language calls `extract.rs`
            *folders, name = folders
        around = self._share(name_parts(folders[-1])) if folders else 0.0
        return (3 * self._share(name_parts(name.split(".", 1)[0])) + around) / 4

    def _share(self, parts: Sequence[str]) -> float:
        return sum(1 for part in parts if self._matching(part)) / len(parts) if parts else 0.0

    def _matching(self, part: str) -> frozenset[int]:
        """Which of the words are `part`, or begin alike."""
        found = self._known.get(part)
        if found is None:
            found = self._known[part] = frozenset(
                at for at, word in enumerate(self.words) if _alike(part, word)
            )
        return found


def _alike(part: str, word: str) -> bool:
    if part == word:
        return True
    if len(part) < MIN_PREFIX or len(word) < MIN_PREFIX:
        return False
    return word.startswith(part) or part.startswith(word)


@lru_cache(maxsize=1 << 16)
def name_parts(name: str) -> tuple[str, ...]:
    """The distinct parts of a name, without the whole where it has parts."""
    found = list(dict.fromkeys(search_terms(name)))
    return tuple(found[1:] if len(found) > 2 else found)


def _apply_place(question: Question, each: Ranked) -> None:
    """Multiply the score by what its kind of file keeps, as a part of its own."""
    place = place_of(each.candidate.chunk.path)
    wanted = (question.wants_tests and place == "test") or (
        question.wants_examples and place in ("example", "prose")
    )
    factor = WANTED if wanted else PLACES[place]
    if factor != 1.0:
        each.parts[place] = each.score * (factor - 1.0)


def merged(ranked: Sequence[Ranked]) -> list[Ranked]:
    """One hit for all windows of a symbol, in the place of the best."""
    kept: dict[tuple[str, int], Ranked] = {}
    out = []
    for each in ranked:
        index = (
            each.symbol.index if each.symbol is not None else -each.candidate.chunk.start_line - 1
        )
        key = (each.candidate.chunk.path, index)
        if key in kept:
            kept[key].windows += each.windows
        else:
            kept[key] = each
            out.append(each)
    return out


def _apply_same_file(question: Question, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Lower each further hit of a file, so that one long file does not fill the page."""
    seen: dict[str, int] = defaultdict(int)
    keeps = SAME_FILE[question.kind]
    for each in ranked:
        path = each.candidate.chunk.path
        if seen[path]:
            each.parts["same file"] = each.score * (keeps ** seen[path] - 1.0)
        seen[path] += 1
    return sorted(ranked, key=_order)


def path_matches(path: str, glob: str) -> bool:
    """Whether `path` is `glob`, lies below it, or fits it as a pattern; `**/` may stand for no folder at all."""
    if not glob:
        return True
    bare = glob.removeprefix("./").rstrip("/")
    return (
        path == bare
        or path.startswith(bare + "/")
        or fnmatchcase(path, glob)
        or fnmatchcase(path, glob.replace("**/", ""))
    )
