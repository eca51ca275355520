"""`clew query` and `clew context`, for one question or a batch."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError

from .locate import read_question
from .options import (
    ApiBaseOption,
    BatchOption,
    JsonOption,
    RerankOption,
    RevOption,
    StoreOption,
    TextArgument,
)
from .output import NOTHING_FOUND, finish, flush_output, say, say_json, warn
from .searchers import open_searcher
from .serve_protocol import BUILTIN_RERANKER

if TYPE_CHECKING:
    from retrieval import Hit, Pack, Reranker, Searcher

SNIPPET_LENGTH = 110  # characters of a hit's first line

Answer = Callable[[str], tuple[dict[str, Any], bool]]
"""Map a question to its answer in JSON, and True if it has results."""


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MESSAGES = "messages"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(query)
    app.command()(context)


def query(
    text: TextArgument = None,
    k: Annotated[int, typer.Option("-k", min=1, help="The number of hits.")] = 10,
    lang: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    path: Annotated[
        str | None, typer.Option(metavar="GLOB", help="Only these paths: a glob or a folder.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind: function, method, class, …")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the parts of each score.")
    ] = False,
    rerank: RerankOption = None,
    api_base: ApiBaseOption = None,
    batch: BatchOption = None,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Find the code for a question, an issue, a stack trace or a name."""
    _check_language(lang)
    question, reranker = _question(text, batch), _load_reranker(rerank, api_base)
    searcher = open_searcher(store, rev)

    def search(question: str) -> list[Hit]:
        return searcher.query(question, k, lang=lang, path=path, kind=kind, reranker=reranker)

    def answer(question: str) -> tuple[dict[str, Any], bool]:
        hits = search(question)
        return {"query": question, "hits": [hit.to_json() for hit in hits]}, bool(hits)

    if question is None:
        _answer_batch(batch or "-", answer)
    elif json:
        _say_answer(question, answer)
    else:
        hits = search(question)
        for hit in hits:
            _say_hit(hit, searcher, explain)
        finish(bool(hits))


def context(
    text: TextArgument = None,
    budget: Annotated[
        int, typer.Option(min=1, metavar="TOKENS", help="Limit in tokens (cl100k_base).")
    ] = 8000,
    format: Annotated[
        Format, typer.Option(help="messages: those of a chat request.")
    ] = Format.TEXT,
    rerank: RerankOption = None,
    api_base: ApiBaseOption = None,
    batch: BatchOption = None,
    store: StoreOption = None,
    rev: RevOption = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Pack the code for a question, with related code, into a budget of tokens."""
    from retrieval import messages

    question, reranker = _question(text, batch), _load_reranker(rerank, api_base)
    searcher = open_searcher(store, rev)

    def answer(question: str) -> tuple[dict[str, Any], bool]:
        pack = searcher.context(question, budget, reranker=reranker)
        value = {"messages": messages(pack)} if format is Format.MESSAGES else pack.to_json()
        return value, bool(pack.pieces)

    if question is None:
        _answer_batch(batch or "-", answer)
    elif json or format is not Format.TEXT:
        _say_answer(question, answer)
    else:
        _say_pack(searcher.context(question, budget, reranker=reranker))


def _question(text: str | None, batch: str | None) -> str | None:
    """Return the question, or None for a batch."""
    if (text is None) == (batch is None):
        raise typer.BadParameter("give either TEXT or --batch FILE")
    return read_question(text) if text is not None else None


def _load_reranker(models: list[str] | None, api_base: str | None) -> Reranker | None:
    """Return the reranker of the command line; None if no model is named."""
    if not models:
        if api_base:
            raise typer.BadParameter(
                "--api-base says where the model of --rerank is: name that model"
            )
        return None
    if not all(models):
        raise typer.BadParameter("--rerank names no model")
    if BUILTIN_RERANKER in models:
        if len(models) > 1 or api_base:
            raise typer.BadParameter(
                f"--rerank {BUILTIN_RERANKER} asks nobody else: name neither another model nor an"
                " --api-base"
            )
        from retrieval import load_neural_reranker

        return load_neural_reranker()
    from agent import ModelReranker, models_named

    return ModelReranker(models_named(models, api_base), warn)


def _check_language(name: str | None) -> None:
    from indexer import LANGUAGES

    if name is not None and name not in (*LANGUAGES, "text"):
        raise ClewError(f"there is no language {name!r}: use {', '.join(LANGUAGES)} or text")


def _say_answer(question: str, answer: Answer) -> None:
    value, has_results = answer(question)
    say_json(value)
    if not has_results:
        raise typer.Exit(NOTHING_FOUND)


# -- batches


def _answer_batch(file: str, answer: Answer) -> None:
    """Print one answer a line, in order; a bad line gets an error in its place."""
    has_results = failed = False
    for number, line in enumerate(_lines(file), start=1):
        value, is_found, is_bad = _answer_line(number, line, answer)
        say_json(value)
        flush_output()
        has_results, failed = has_results or is_found, failed or is_bad
    if failed:
        raise ClewError(f"some lines of {file} could not be answered: their answers say why")
    finish(has_results)


def _answer_line(number: int, line: bytes, answer: Answer) -> tuple[dict[str, Any], bool, bool]:
    """Return the answer with its id, True if it has results, and True if the line is bad."""
    key: Any = None
    try:
        request = json.loads(line)
        key = request.get("id") if isinstance(request, dict) else None
        value, has_results = answer(_question_in(request))
    except (ValueError, RecursionError, ClewError) as error:
        return {"id": key, "line": number, "error": str(error)}, False, True
    return {"id": key, **value}, has_results, False


def _question_in(request: Any) -> str:
    """Return the question of a request. Raise ClewError without one."""
    text = request.get("query") if isinstance(request, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise ClewError('not an object {"id": …, "query": "…"} with a query in it')
    # JSON may hold half of a surrogate pair
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _lines(file: str) -> Iterator[bytes]:
    with contextlib.ExitStack() as stack:
        try:
            lines = sys.stdin.buffer if file == "-" else stack.enter_context(open(file, "rb"))
        except OSError as error:
            raise ClewError(f"{file} cannot be read: {error.strerror}") from error
        yield from (line for line in lines if line.strip())


# -- for people


def _say_hit(hit: Hit, searcher: Searcher, explain: bool) -> None:
    place = f"{hit.path}:{hit.start_line}-{hit.end_line}" if hit.start_line else hit.path
    changed = "  (changed since it was indexed)" if hit.stale else ""
    say(f"{hit.rank:>2}. {place}  {hit.symbol}  [{hit.kind}]{changed}")
    if hit.start_line and (
        first := _first_line(searcher.text(hit.path), hit.start_line, hit.end_line)
    ):
        say(f"      {first}")
    if explain:
        parts = " + ".join(f"{value:.4f} {signal}" for signal, value in hit.why)
        say(f"      {hit.score:.4f} = {parts}")


def _first_line(text: str | None, start: int, end: int) -> str:
    lines = (line.strip() for line in (text or "").splitlines()[start - 1 : end])
    return next((line[:SNIPPET_LENGTH] for line in lines if line and not line.startswith("@")), "")


def _say_pack(pack: Pack) -> None:
    say(pack.text)
    used = f"{pack.tokens:,} of {pack.budget:,} tokens"
    warn(f"{used}, {len(pack.pieces)} pieces, {len(pack.left_out)} left out")
    for path in pack.stale:
        warn(f"{path} has changed since it was indexed; shown is what was indexed")
    if not pack.pieces:
        raise typer.Exit(NOTHING_FOUND)
