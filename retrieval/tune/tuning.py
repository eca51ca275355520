"""Weights of the ranker's signals from a repository's own history.

Commits are questions whose answers are known: what they say, and the functions that they changed. An index of the tree
before them is asked; weights are fitted on the older ones and kept only where they also help on the newer ones, which
took no part in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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
from ..query.question import read_question
from ..rank.ranked import Ranked
from ..rank.tuned_weights import BASE, ranker_id
from ..searcher import Searcher
from .commit_tasks import Change, Task, past_changes, tasks_at, unit_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from indexer import Progress

    Scores = NDArray[np.float64]

TASKS = 300  # commits that are asked about
LEAST_TASKS = 40  # with fewer, chance decides
UNSEEN = 3  # one task in so many judges, the newest; the others fit
FACTORS = (0.0, 0.5, 0.75, 1.0, 1.33, 2.0)  # that a signal may be weighed by
ROUNDS = 3  # over all signals
LEAST_GAIN = 0.001  # of the mean score, for which a signal's weight is changed
FILES_AT, FUNCTIONS_AT = 5, 10  # where accuracy is told


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well tasks are answered."""

    file: float  # share of tasks all of whose files are among the first FILES_AT
    function: float  # share of tasks all of whose functions are among the first FUNCTIONS_AT
    score: float  # mean of the NDCG of files and functions, which every place counts in


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of tuning."""

    tasks: int
    unseen: int  # of them
    base: str  # the commit whose tree was asked
    weights: dict[
        str, float
    ]  # what fitted the older tasks best; signals that keep their weight are left out
    before: Accuracy  # on the unseen tasks
    after: Accuracy
    kept: Tuning | None  # None where the unseen tasks did not improve beyond chance


@dataclass(frozen=True, slots=True)
class Group:
    """What candidates belong to, as numbers, and which of these are right."""

    number: NDArray[np.int64]  # of each candidate; the last one stands for none
    count: int
    right: Sequence[int]  # -1 for one that no candidate belongs to

    def places(self, scores: Scores) -> list[int]:
        """Where the right ones stand, from 1; 0 where one was not found."""
        import numpy as np

        best = np.full(self.count + 1, -np.inf)
        np.maximum.at(best, self.number, scores)
        return [1 + int((best[:-1] > best[each]).sum()) if each >= 0 else 0 for each in self.right]


@dataclass(frozen=True, slots=True)
class Judged:
    """A task's candidates."""

    parts: Scores  # (candidates, signals)
    files: Group
    functions: Group


def tune(
    snapshot: Snapshot, most: int = TASKS, progress: Progress = lambda phase, done, total: None
) -> Trial:
    """Learn weights from the commits that lead to the snapshot's view; the index itself stays as it is (see `keep`).

    Raises `ClewError` where there is no git, or too little history to learn from.
    """
    repository, tip = _repository(snapshot), snapshot.view.commit
    changes = []
    for change in islice(past_changes(repository, tip), most):
        changes.append(change)
        progress("mine", len(changes), most)
    base = _before(repository, changes[-1]) if changes else ""
    tasks = list(tasks_at(repository, base, changes)) if base else []
    if len(tasks) < LEAST_TASKS:
        raise ClewError(
            f"too little history to learn from: {len(tasks)} commits tell what they are about and change functions that "
            f"were there before; {LEAST_TASKS} are needed"
        )
    with _index_of(snapshot, repository, base, progress) as searcher:
        signals, judged = judge(searcher, tasks, progress)
    unseen, older = judged[: len(judged) // UNSEEN], judged[len(judged) // UNSEEN :]
    weights = fit(older, signals)
    gains = [score(each, weights) - score(each, [1.0] * len(signals)) for each in unseen]
    changed = {
        signal: weight for signal, weight in zip(signals, weights, strict=True) if weight != 1.0
    }
    before, after = accuracy(unseen, [1.0] * len(signals)), accuracy(unseen, weights)
    kept = None
    if beyond_chance(gains):
        kept = Tuning(tip, ranker_id(), changed, len(tasks), before.score, after.score)
    return Trial(len(tasks), len(unseen), base, changed, before, after, kept)


def keep(store: Store, snapshot: Snapshot, tuning: Tuning | None) -> int:
    """Use `tuning`, or none, for the snapshot's view and all that have a history in common with it from there on; how many
    tunings went for it. Raises `StoreError` where the store cannot be written."""
    state = snapshot.state
    others = tuple(each for each in state.tunings if not snapshot.commit_log.has(each.tip))
    gone = len(state.tunings) - len(others)
    if gone or tuning:
        publish_tunings(store, (*others, *([tuning] if tuning else [])))
    return gone


def _repository(snapshot: Snapshot) -> str:
    import pygit2

    view = snapshot.view
    if not view.commit:
        raise ClewError(f"{view.root} has no git history: there is nothing to learn from")
    if view.kind == "revision":
        return view.root
    return pygit2.discover_repository(view.root) or view.root


def _before(repository: str, change: Change) -> str:
    """The tree that the oldest change was made to."""
    return open_revision(repository, f"{change.commit}^").commit


@contextmanager
def _index_of(
    snapshot: Snapshot, repository: str, base: str, progress: Progress
) -> Iterator[Searcher]:
    """A searcher over an index of `base` in a store of its own, which is gone afterwards: the snapshot's shows nobody a
    view that was made for this."""
    near = snapshot.store.local
    with TemporaryDirectory(dir=near, prefix=".tune-", ignore_cleanup_errors=True) as folder:
        spec = snapshot.state.encoder
        source = open_revision(repository, base)
        build_index(source, Store(folder), load_encoder(spec), encoder_spec=spec, progress=progress)
        yield Searcher.open(folder)


def judge(
    searcher: Searcher, tasks: Sequence[Task], progress: Progress = lambda phase, done, total: None
) -> tuple[list[str], list[Judged]]:
    """The signals, and the candidates of each task as the ranker judges them, tests left out."""
    import numpy as np

    found = []
    for done, task in enumerate(tasks, 1):
        ranked = searcher.rank(read_question(task.text, "issue"))
        found.append([each for each in ranked if not is_test(each.candidate.chunk.path)])
        progress("rank", done, len(tasks))
    signals = sorted(
        {signal for ranked in found for each in ranked for signal in each.parts} - {BASE}
    )
    judged = []
    for task, ranked in zip(tasks, found, strict=True):
        parts = np.array(
            [[each.parts.get(signal, 0.0) for signal in signals] for each in ranked], np.float64
        )
        files = _group([each.candidate.chunk.path for each in ranked], task.files)
        functions = _group([_unit(searcher, each) for each in ranked], task.functions)
        judged.append(Judged(parts.reshape(len(ranked), len(signals)), files, functions))
    return signals, judged


def _unit(searcher: Searcher, each: Ranked) -> str:
    """What the candidate counts as: an outermost function, a class for its constructor; "" for what is no symbol."""
    if each.symbol is None:
        return ""
    found, path = each.symbol, each.symbol.path
    if found.symbol.kind not in CALLABLES:
        return found.id
    symbols: list[Symbol] = [other.symbol for other in searcher.lookup.symbols_in([path])[path]]
    return f"{path}::{unit_of(symbols, found.index).qualname}"


def _group(of: Sequence[str], right: Sequence[str]) -> Group:
    import numpy as np

    number = {name: at for at, name in enumerate(dict.fromkeys(name for name in of if name))}
    numbers = np.array([number.get(name, len(number)) for name in of], np.int64)
    return Group(numbers, len(number), [number.get(name, -1) for name in right])


# -- how good an order is


def fit(judged: Sequence[Judged], signals: Sequence[str]) -> list[float]:
    """A weight for each signal: one after the other takes the factor that raises the mean score most, in turns."""
    weights = [1.0] * len(signals)
    best = _mean(judged, weights)
    for _ in range(ROUNDS):
        before = list(weights)
        for at in range(len(signals)):
            tried = [[*weights[:at], factor, *weights[at + 1 :]] for factor in FACTORS]
            means = [_mean(judged, each) for each in tried]
            if max(means) >= best + LEAST_GAIN:
                best = max(means)
                weights = tried[means.index(best)]
        if weights == before:
            break
    return weights


def _mean(judged: Sequence[Judged], weights: Sequence[float]) -> float:
    return sum(score(each, weights) for each in judged) / len(judged)


def score(judged: Judged, weights: Sequence[float]) -> float:
    """The mean of the NDCG of a task's files and of its functions, over all places."""
    scores = judged.parts @ weights
    return (_ndcg(judged.files.places(scores)) + _ndcg(judged.functions.places(scores))) / 2


def _ndcg(places: Sequence[int]) -> float:
    ideal = sum(1 / math.log2(2 + at) for at in range(len(places)))
    return sum(1 / math.log2(1 + place) for place in places if place) / ideal if places else 0.0


def accuracy(judged: Sequence[Judged], weights: Sequence[float]) -> Accuracy:
    """How well the tasks are answered with these weights."""
    scores = [each.parts @ weights for each in judged]
    among = [
        [
            all(0 < place <= at for place in group.places(one))
            for one, group in zip(scores, groups, strict=True)
        ]
        for at, groups in (
            (FILES_AT, [each.files for each in judged]),
            (FUNCTIONS_AT, [each.functions for each in judged]),
        )
    ]
    file, function = (sum(each) / max(len(each), 1) for each in among)
    return Accuracy(file, function, _mean(judged, weights))


def beyond_chance(gains: Sequence[float]) -> bool:
    """Whether the mean gain is larger than its standard error."""
    mean = sum(gains) / len(gains)
    variance = sum((gain - mean) ** 2 for gain in gains) / max(len(gains) - 1, 1)
    return mean > math.sqrt(variance / len(gains))
