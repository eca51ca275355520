"""A question → ranked hits. One snapshot, opened once and kept warm."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache, partial

from indexer import SHOWN_WHOLE, FoundChunk, Snapshot, language_of, search_terms

from .graph.graph import Graph
from .lexical import search_lexical
from .query.lookup import Lookup, findable
from .query.mention_matches import Anchors, by_path, find_anchors
from .query.question import Question, read_question
from .rank.features import Given
from .rank.issue_ranker import IssueRanker
from .rank.rerank import Order, reordered
from .rank.tuned_weights import reweighted, weights_for
from .rank.weighted import Ranked, Words, path_matches, rank
from .records import Filter, Hit, Pack
from .reopening import reopening
from .search.commit_evidence import History
from .search.dense import Dense
from .search.fusion import Candidate, fuse

ANCHORED_FILES = 40  # files whose chunks are read because the question names something in them
FURTHER_WINDOW = (
    0.5  # of the strength of a named symbol goes to its chunks other than the one that begins it
)
FILTER_WIDER = 5  # times as many candidates where a filter will drop most of them
NAMED_FILE = (
    1.05  # a file without facts scores so much of the best hit where the question is its path,
)
MENTIONED_FILE = 0.95  # where its path stands in the question,
WORDED_FILE = 0.5  # and where the question's words are those of its name
LEXICAL = {"symbol": 200, "search": 200, "issue": 300}  # chunks taken from the full-text index
DENSE = 100  # and by vector
RANKED = 160  # candidates that are ranked by all signals: reading the symbols of more files takes longer than the search


class Searcher:
    """Answers questions about one view of the index. Not for several threads at once.

    It stays with one generation, `snapshot.state.generation`, until that is collected, and goes on with the newest then.
    """

    def __init__(
        self, snapshot: Snapshot, without: Collection[str] = (), before: Lookup | None = None
    ) -> None:
        """`without` names signals that find nothing and add nothing, so that what they are good for can be measured;
        `before` is the lookup of an earlier generation."""
        self.snapshot = snapshot
        self.without = frozenset(without)
        self.lookup = Lookup(snapshot, before)
        self.dense = Dense(snapshot)

    @classmethod
    def open(cls, uri: str, view: str | None = None) -> Searcher:
        """Open the store `uri` at `view`, by default the one published last. Raises `StoreError`."""
        return cls(Snapshot.open(uri, view))

    def reopen(self) -> None:
        """Go on with the generation of this view that is published now. Raises `StoreError` where there is none."""
        newest, without, lookup = self.snapshot.newest(), self.without, self.lookup
        self.__dict__.clear()
        Searcher.__init__(self, newest, without, lookup)

    @cached_property
    def graph(self) -> Graph:
        """The symbols' graph, over the same snapshot."""
        return Graph(self.snapshot, self.lookup)

    @cached_property
    def history(self) -> History:
        """What the commits that lead to the view say, over the same snapshot."""
        return History(self.snapshot)

    @cached_property
    def _issues(self) -> IssueRanker:
        return IssueRanker(self.lookup, self.history, self.without)

    @cached_property
    def _weights(self) -> dict[str, float]:
        return weights_for(self.snapshot)

    @reopening
    def query(
        self,
        text: str,
        k: int = 10,
        *,
        lang: str | None = None,
        path: str | None = None,
        kind: str | None = None,
        order: Order | None = None,
    ) -> list[Hit]:
        """The `k` places that answer `text` best, best first; fewer, or none, where less is found.

        `lang` is a language's name, `path` a glob or folder, `kind` a symbol's kind, `text` or `file`; `order` has the
        last word on the first of them.
        """
        wanted = Filter(lang or "", path or "", kind or "")
        question = read_question(text)
        ranked = self.ordered(question, wanted, order)
        hits = [*self._named_files(question, wanted, ranked), *map(_unranked, ranked)]
        hits.sort(
            key=lambda hit: -round(hit.score, 9)
        )  # stable: both parts are in order, also among equals
        return [self._finished(at, hit) for at, hit in enumerate(hits[: max(k, 0)], 1)]

    @reopening
    def context(self, text: str, budget: int = 8000, *, order: Order | None = None) -> Pack:
        """The evidence for `text` in at most `budget` tokens; the same index, question and order give the same bytes."""
        from .pack.packer import pack

        question = read_question(text)
        return pack(self, question, self.ordered(question, order=order), budget)

    @reopening
    def text(self, path: str) -> str | None:
        """The file as it was indexed; None where the view has no facts of it."""
        return self.snapshot.source(path)

    def ordered(
        self, question: Question, wanted: Filter | None = None, order: Order | None = None
    ) -> list[Ranked]:
        """As `ranked`, the first hits in the `order` that somebody else wants."""
        ranked = self.ranked(question, wanted)
        return reordered(self.snapshot, question.text, ranked, order) if order else ranked

    def ranked(self, question: Question, wanted: Filter | None = None) -> list[Ranked]:
        """All candidates in order, windows of one symbol merged."""
        wanted = wanted or Filter()
        if question.kind == "issue":
            ranked = reweighted(self._issues.rank(self._given(question, wanted)), self._weights)
        else:
            anchors = self._anchors(question)
            many = FILTER_WIDER if wanted != Filter() else 1
            candidates = _most_promising(self._found(question, anchors, wanted), RANKED * many)
            symbols = self.lookup.symbols_in(each.chunk.path for each in candidates)
            ranked = rank(question, candidates, symbols, anchors.files, self.without)
        return [each for each in ranked if not wanted.kind or _kind(each) == wanted.kind]

    def issue(self, text: str) -> Given:
        """What the ranker of issues is told when `text` is one: for training it, and for a look at why."""
        return self._given(read_question(text, "issue"), Filter())

    def _given(self, question: Question, wanted: Filter) -> Given:
        anchors = self._anchors(question)
        found = self._found(question, anchors, wanted)
        return self._issues.given(question, found, anchors, partial(self._fits, wanted=wanted))

    def _found(self, question: Question, anchors: Anchors, wanted: Filter) -> list[Candidate]:
        """What the searches find, and what the question names."""
        many = FILTER_WIDER if wanted != Filter() else 1
        candidates = fuse(
            []
            if "lexical" in self.without
            else search_lexical(self.snapshot, question, LEXICAL[question.kind] * many),
            [] if "dense" in self.without else self.dense.search(question.text, DENSE * many),
            self._anchored(anchors),
        )
        return [each for each in candidates if self._fits(each.chunk, wanted)]

    def _anchors(self, question: Question) -> Anchors:
        return Anchors() if "mention" in self.without else find_anchors(self.lookup, question)

    def _anchored(self, anchors: Anchors) -> Iterator[tuple[FoundChunk, float]]:
        """The chunks in which something stands that the question names; of a named file that alone, its first."""
        spans = by_path(anchors)
        strongest = sorted(spans, key=lambda path: (-max(span[2] for span in spans[path]), path))[
            :ANCHORED_FILES
        ]
        named = [path for path in anchors.files if path not in spans][:ANCHORED_FILES]
        first: set[str] = set(named)
        for chunk in self.snapshot.chunks.of_files(sorted({*strongest, *named})):
            if chunk.path in first:
                first.discard(chunk.path)
                yield chunk, anchors.files[chunk.path] / 2
            for start, _, strength, symbol in spans.get(chunk.path, ()):
                if chunk.start_line <= start <= chunk.end_line:
                    yield chunk, strength
                elif symbol is not None and symbol.index == chunk.symbol:
                    yield chunk, strength * FURTHER_WINDOW

    def _fits(self, chunk: FoundChunk, wanted: Filter) -> bool:
        if not path_matches(chunk.path, wanted.path):
            return False
        return not wanted.language or language_of(chunk.path, b"") == wanted.language

    def _named_files(
        self, question: Question, wanted: Filter, ranked: Sequence[Ranked]
    ) -> list[Hit]:
        """Files without facts, which only their path can find."""
        if wanted.language or wanted.kind not in ("", "file"):
            return []
        best = ranked[0].score if ranked else 1.0
        mentioned = {
            path
            for mention in self._path_mentions(question)
            for path, _ in self.lookup.files(mention)
        }
        share = NAMED_FILE if question.kind == "symbol" else MENTIONED_FILE
        scores = dict.fromkeys(mentioned.intersection(self._bare_files), share * best)
        words = Words(question.words)
        if question.kind != "issue":
            for path in {
                path for word in question.words for path in self._bare_by_part.get(word, ())
            }:
                overlap = words.path_overlap(path)
                if overlap > 0.5:
                    scores.setdefault(path, WORDED_FILE * overlap * best)
        found = sorted(path for path in scores if path_matches(path, wanted.path))
        return [
            Hit(0, path, "", "file", 0, 0, scores[path], (("path", scores[path]),), False)
            for path in found
        ]

    def _path_mentions(self, question: Question) -> tuple[str, ...]:
        return (
            *question.mentions.paths,
            *([question.text.strip()] if question.kind == "symbol" else []),
        )

    @cached_property
    def _bare_files(self) -> frozenset[str]:
        skipped = self.snapshot.entries.skipped()
        return frozenset(
            path for path, why in skipped.items() if findable(why) and not path.endswith("/")
        )

    @cached_property
    def _bare_by_part(self) -> dict[str, list[str]]:
        """A part of the file's name → the files without facts that have it."""
        return _by_part(self._bare_files)

    def _finished(self, rank: int, hit: Hit) -> Hit:
        why = tuple(
            (signal, round(value, 4))
            for signal, value in sorted(hit.why, key=lambda part: -part[1])
        )
        stale = self.snapshot.is_stale(hit.path)
        return Hit(
            rank,
            hit.path,
            hit.symbol,
            hit.kind,
            hit.start_line,
            hit.end_line,
            round(hit.score, 4),
            why,
            stale,
        )


@lru_cache(maxsize=8)
def _by_part(paths: frozenset[str]) -> dict[str, list[str]]:
    """A part of a file's name → those of `paths` that have it. Kept, since the next generation has most often the same."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        for part in set(search_terms(path.rsplit("/", 1)[-1])):
            found.setdefault(part, []).append(path)
    return found


def _most_promising(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """The candidates with the best first guesses, in the order in which they came."""
    if len(candidates) <= limit:
        return candidates
    best = sorted(range(len(candidates)), key=lambda at: (-candidates[at].promise, at))[:limit]
    return [candidates[at] for at in sorted(best)]


def _kind(each: Ranked) -> str:
    return each.symbol.symbol.kind if each.symbol is not None else "text"


def _unranked(each: Ranked) -> Hit:
    """The hit of a ranked candidate: a function by its own lines, all else by the lines that matched."""
    chunk = each.candidate.chunk
    (start, end), name = each.windows[0], ""
    if each.symbol is not None:
        symbol = each.symbol.symbol
        name = symbol.qualname
        if symbol.kind in SHOWN_WHOLE and each.symbol.index == chunk.symbol:
            start, end = symbol.start_line, symbol.end_line
    return Hit(
        0, chunk.path, name, _kind(each), start, end, each.score, tuple(each.parts.items()), False
    )
