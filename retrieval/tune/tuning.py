"""Weights of the ranker's signals, learned from a repository's own commits.

Commits are questions with known answers: their messages, and the functions they changed. They are
asked of an index of the tree before them. Weights are fitted on the older commits, and kept only if
they also help on the newer ones, which took no part in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from indexer import (
    CALLABLES,
    ClewError,
    Snapshot,
    Store,
    Symbol,
    Tuning,
    build_index,
    load_encoder,
    open_revision,
    publish_tunings,
)

from ..file_roles import is_test
from ..query import read_question
from ..rank import BASE, Ranked, ranker_id
from ..searcher import Searcher
from .commit_examples import (
    CommitChange,
    CommitExample,
    find_changes,
    localization_unit,
    make_examples,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from indexer import Progress

    Scores = NDArray[np.float64]

MAX_EXAMPLES = 300  # commits
MIN_EXAMPLES = 40  # with fewer, chance decides
UNSEEN = 3  # one example in so many tests the weights, the newest; the others fit them
FACTORS = (0.0, 0.5, 0.75, 1.0, 1.33, 2.0)  # of a signal's weight
ROUNDS = 3  # over all signals
MIN_GAIN = 0.001  # of the mean score, to change a signal's weight
FILES_AT, FUNCTIONS_AT = 5, 10  # ranks of the reported accuracy


def _silent(phase: str, done: int, total: int | None) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The quality of the answers to examples."""

    file: float  # share of examples with all files among the first FILES_AT
    function: float  # share of examples with all functions among the first FUNCTIONS_AT
    score: float  # mean of the NDCG of files and functions, over all ranks


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of tuning."""

    tasks: int  # examples
    unseen: int  # of them
    base: str  # the commit of the indexed tree
    weights: dict[str, float]  # the best for the older examples, without unchanged ones
    before: Accuracy  # on the unseen examples
    after: Accuracy
    kept: Tuning | None  # None if the unseen examples did not improve beyond chance


@dataclass(frozen=True, slots=True)
class Groups:
    """The files, or functions, of ranked candidates, by number."""

    number: NDArray[np.int64]  # of each candidate's group; `count` for none
    count: int
    targets: Sequence[int]  # numbers of the right groups; -1 for one without candidates

    def ranks(self, scores: Scores) -> list[int]:
        """Return the rank of each target, from 1; 0 for one without candidates."""
        import numpy as np

        best = np.full(self.count + 1, -np.inf)
        np.maximum.at(best, self.number, scores)
        return [
            1 + int((best[:-1] > best[target]).sum()) if target >= 0 else 0
            for target in self.targets
        ]


@dataclass(frozen=True, slots=True)
class RankedExample:
    """The candidates of an example."""

    parts: Scores  # (candidates, signals)
    files: Groups
    functions: Groups


def tune(snapshot: Snapshot, most: int = MAX_EXAMPLES, progress: Progress = _silent) -> Trial:
    """Learn weights from the commits that lead to the snapshot's view.

    The index itself stays as it is (see `publish_tuning`). Raises `ClewError` without git, or with
    too little history.
    """
    repository, tip = _find_repository(snapshot), snapshot.view.commit
    base, examples = _read_examples(repository, tip, most, progress)
    with _index_revision(snapshot, repository, base, progress) as searcher:
        signals, ranked = rank_examples(searcher, examples, progress)
    split = len(ranked) // UNSEEN
    unseen, older = ranked[:split], ranked[split:]
    unchanged = [1.0] * len(signals)
    weights = fit_weights(older, signals)
    gains = [score(example, weights) - score(example, unchanged) for example in unseen]
    changed = {
        signal: weight for signal, weight in zip(signals, weights, strict=True) if weight != 1.0
    }
    before, after = accuracy(unseen, unchanged), accuracy(unseen, weights)
    tuning = None
    if is_beyond_chance(gains):
        tuning = Tuning(tip, ranker_id(), changed, len(examples), before.score, after.score)
    return Trial(len(examples), len(unseen), base, changed, before, after, tuning)


def publish_tuning(store: Store, snapshot: Snapshot, tuning: Tuning | None) -> int:
    """Use `tuning`, or none, for the snapshot's view and all views that share its later history.

    Returns the number of replaced tunings. Raises `StoreError` if the store cannot be written.
    """
    state = snapshot.state
    others = tuple(each for each in state.tunings if not snapshot.commit_log.has(each.tip))
    replaced = len(state.tunings) - len(others)
    if replaced or tuning:
        publish_tunings(store, (*others, *([tuning] if tuning else [])))
    return replaced


# -- examples


def _find_repository(snapshot: Snapshot) -> str:
    import pygit2

    view = snapshot.view
    if not view.commit:
        raise ClewError(f"{view.root} has no git history: there is nothing to learn from")
    if view.kind == "revision":
        return view.root
    return pygit2.discover_repository(view.root) or view.root


def _read_examples(
    repository: str, tip: str, most: int, progress: Progress
) -> tuple[str, list[CommitExample]]:
    """Return (the commit before all examples, the examples, newest first)."""
    changes: list[CommitChange] = []
    for change in islice(find_changes(repository, tip), most):
        changes.append(change)
        progress("mine", len(changes), most)
    base = open_revision(repository, f"{changes[-1].commit}^").commit if changes else ""
    examples = list(make_examples(repository, base, changes)) if base else []
    if len(examples) < MIN_EXAMPLES:
        raise ClewError(
            f"too little history to learn from: {len(examples)} commits tell what they are about "
            f"and change functions that were there before; {MIN_EXAMPLES} are needed"
        )
    return base, examples


@contextmanager
def _index_revision(
    snapshot: Snapshot, repository: str, base: str, progress: Progress
) -> Iterator[Searcher]:
    """Open a searcher over an index of `base`, in a temporary store.

    So the snapshot's own store never shows a view made for tuning.
    """
    parent = snapshot.store.local
    with TemporaryDirectory(dir=parent, prefix=".tune-", ignore_cleanup_errors=True) as folder:
        spec = snapshot.state.encoder
        source = open_revision(repository, base)
        build_index(source, Store(folder), load_encoder(spec), encoder_spec=spec, progress=progress)
        yield Searcher.open(folder)


def rank_examples(
    searcher: Searcher, examples: Sequence[CommitExample], progress: Progress = _silent
) -> tuple[list[str], list[RankedExample]]:
    """Return the signals, and the ranked candidates of each example, without tests."""
    answers = []
    for done, example in enumerate(examples, 1):
        hits = searcher.rank(read_question(example.text, "issue"))
        answers.append([hit for hit in hits if not is_test(hit.candidate.chunk.path)])
        progress("rank", done, len(examples))
    signals = sorted({signal for hits in answers for hit in hits for signal in hit.parts} - {BASE})
    return signals, [
        _ranked_example(searcher, example, hits, signals)
        for example, hits in zip(examples, answers, strict=True)
    ]


def _ranked_example(
    searcher: Searcher, example: CommitExample, hits: Sequence[Ranked], signals: Sequence[str]
) -> RankedExample:
    import numpy as np

    rows = [[hit.parts.get(signal, 0.0) for signal in signals] for hit in hits]
    parts = np.array(rows, np.float64).reshape(len(hits), len(signals))
    files = _number_groups([hit.candidate.chunk.path for hit in hits], example.files)
    functions = _number_groups([_unit_id(searcher, hit) for hit in hits], example.functions)
    return RankedExample(parts, files, functions)


def _unit_id(searcher: Searcher, hit: Ranked) -> str:
    """Return the id of the hit's outermost function, or of the class of a constructor; else ""."""
    if hit.symbol is None:
        return ""
    path = hit.symbol.path
    if hit.symbol.symbol.kind not in CALLABLES:
        return hit.symbol.id
    symbols: list[Symbol] = [other.symbol for other in searcher.lookup.symbols_in([path])[path]]
    return f"{path}::{localization_unit(symbols, hit.symbol.index).qualname}"


def _number_groups(names: Sequence[str], targets: Sequence[str]) -> Groups:
    """Number the distinct names; "" is none."""
    import numpy as np

    distinct = dict.fromkeys(name for name in names if name)
    number: Mapping[str, int] = {name: at for at, name in enumerate(distinct)}
    numbers = np.array([number.get(name, len(number)) for name in names], np.int64)
    return Groups(numbers, len(number), [number.get(name, -1) for name in targets])


# -- fitting


def fit_weights(examples: Sequence[RankedExample], signals: Sequence[str]) -> list[float]:
    """Return a weight for each signal.

    In turns, each signal takes the factor that raises the mean score most.
    """
    weights = [1.0] * len(signals)
    best = _mean_score(examples, weights)
    for _ in range(ROUNDS):
        before = list(weights)
        for at in range(len(signals)):
            tried = [[*weights[:at], factor, *weights[at + 1 :]] for factor in FACTORS]
            means = [_mean_score(examples, trial) for trial in tried]
            if max(means) >= best + MIN_GAIN:
                best = max(means)
                weights = tried[means.index(best)]
        if weights == before:
            break
    return weights


def _mean_score(examples: Sequence[RankedExample], weights: Sequence[float]) -> float:
    return sum(score(example, weights) for example in examples) / len(examples)


def score(example: RankedExample, weights: Sequence[float]) -> float:
    """Return the mean of the NDCG of an example's files and of its functions, over all ranks."""
    scores = example.parts @ weights
    return (_ndcg(example.files.ranks(scores)) + _ndcg(example.functions.ranks(scores))) / 2


def _ndcg(ranks: Sequence[int]) -> float:
    ideal = sum(1 / math.log2(2 + at) for at in range(len(ranks)))
    return sum(1 / math.log2(1 + rank) for rank in ranks if rank) / ideal if ranks else 0.0


def accuracy(examples: Sequence[RankedExample], weights: Sequence[float]) -> Accuracy:
    """Return the accuracy of the answers with these weights."""
    scores = [example.parts @ weights for example in examples]
    files = [
        _all_within(each.files, of, FILES_AT) for each, of in zip(examples, scores, strict=True)
    ]
    functions = [
        _all_within(each.functions, of, FUNCTIONS_AT)
        for each, of in zip(examples, scores, strict=True)
    ]
    count = max(len(examples), 1)
    return Accuracy(sum(files) / count, sum(functions) / count, _mean_score(examples, weights))


def _all_within(groups: Groups, scores: Scores, limit: int) -> bool:
    """Return True if all targets are among the first `limit` groups."""
    return all(0 < rank <= limit for rank in groups.ranks(scores))


def is_beyond_chance(gains: Sequence[float]) -> bool:
    """Return True if the mean gain is larger than its standard error."""
    mean = sum(gains) / len(gains)
    variance = sum((gain - mean) ** 2 for gain in gains) / max(len(gains) - 1, 1)
    return mean > math.sqrt(variance / len(gains))
