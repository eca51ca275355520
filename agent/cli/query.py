"""`clew query` and `clew context`, one question or a batch of them."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError

from .client import BUILTIN
from .locate import question, store_to_read, view_to_read
from .options import ApiBaseOption, BatchOption, JsonOption, RerankOption, RevOption, StoreOption
from .output import finish_line, say, say_json, warn
from .searchers import OPENED

if TYPE_CHECKING:
    from retrieval import Hit, Pack, Reranker, Searcher

NOTHING_FOUND, FAILED = 1, 2
SNIPPET_LENGTH = 110  # characters of a hit's first line that are shown

Answer = Callable[[str], tuple[dict[str, Any], bool]]
"""A question → its answer as JSON, and whether anything was found."""


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MESSAGES = "messages"


TextArgument = Annotated[
    str | None,
    typer.Argument(metavar="TEXT", help="Words, a question, an issue, a stack trace; - for stdin."),
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(query)
    app.command()(context)


def open_searcher(store: str | None, rev: str | None) -> Searcher:
    """The index that the options mean."""
    uri = store_to_read(store)
    return OPENED.searcher(uri, view_to_read(uri, rev))


def query(
    text: TextArgument = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many hits.")] = 10,
    lang: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    path: Annotated[
        str | None, typer.Option(metavar="GLOB", help="Only these paths: a glob or a folder.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind: function, method, class, …")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each score is made of.")
    ] = False,
    rerank: RerankOption = None,
    api_base: ApiBaseOption = None,
    batch: BatchOption = None,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Find the code that TEXT is about: ranked hits."""
    _check_language(lang)
    asked, reranker = _asked(text, batch), _load_reranker(rerank, api_base)
    searcher = open_searcher(store, rev)

    def hits(wanted: str) -> list[Hit]:
        return searcher.query(wanted, k, lang=lang, path=path, kind=kind, reranker=reranker)

    def answer(wanted: str) -> tuple[dict[str, Any], bool]:
        found = hits(wanted)
        return {"query": wanted, "hits": [hit.to_json() for hit in found]}, bool(found)

    if asked is None:
        _answer_batch(batch or "-", answer)
    elif json:
        _say_one(asked, answer)
    else:
        found = hits(asked)
        for hit in found:
            _say_hit(hit, searcher, explain)
        end(bool(found))


def context(
    text: TextArgument = None,
    budget: Annotated[
        int, typer.Option(min=1, metavar="TOKENS", help="At most so many tokens (cl100k_base).")
    ] = 8000,
    format: Annotated[
        Format, typer.Option(help="messages: what goes into a chat request.")
    ] = Format.TEXT,
    rerank: RerankOption = None,
    api_base: ApiBaseOption = None,
    batch: BatchOption = None,
    store: StoreOption = None,
    rev: RevOption = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Pack the code that TEXT is about, and what it needs, into a budget of tokens."""
    from retrieval import messages

    asked, reranker = _asked(text, batch), _load_reranker(rerank, api_base)
    searcher = open_searcher(store, rev)

    def answer(wanted: str) -> tuple[dict[str, Any], bool]:
        pack = searcher.context(wanted, budget, reranker=reranker)
        found = {"messages": messages(pack)} if format is Format.MESSAGES else pack.to_json()
        return found, bool(pack.pieces)

    if asked is None:
        _answer_batch(batch or "-", answer)
    elif json or format is not Format.TEXT:
        _say_one(asked, answer)
    else:
        _say_pack(searcher.context(asked, budget, reranker=reranker))


def _asked(text: str | None, batch: str | None) -> str | None:
    """The question, or None for a batch of them."""
    if (text is None) == (batch is None):
        raise typer.BadParameter("give either TEXT or --batch FILE")
    return question(text) if text is not None else None


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
    if BUILTIN in models:
        if len(models) > 1 or api_base:
            raise typer.BadParameter(
                f"--rerank {BUILTIN} asks nobody else: name neither another model nor an --api-base"
            )
        from retrieval import load_neural_reranker

        return load_neural_reranker()
    from agent import ModelReranker, models_named

    return ModelReranker(models_named(models, api_base), warn)


def _check_language(name: str | None) -> None:
    from indexer import LANGUAGES

    if name is not None and name not in (*LANGUAGES, "text"):
        raise ClewError(f"there is no language {name!r}: use {', '.join(LANGUAGES)} or text")


def end(found: bool) -> None:
    """Say so where nothing was found, and end with the exit code for that."""
    if not found:
        warn("nothing found")
        raise typer.Exit(NOTHING_FOUND)


def _say_one(asked: str, answer: Answer) -> None:
    value, found = answer(asked)
    say_json(value)
    if not found:
        raise typer.Exit(NOTHING_FOUND)


# -- batches


def _answer_batch(file: str, answer: Answer) -> None:
    """One answer a line, in order; a line that cannot be answered says so in its place, and the others go on."""
    any_found = failed = False
    for number, line in enumerate(_lines(file), start=1):
        value, found, wrong = _answer_line(number, line, answer)
        say_json(value)
        finish_line()
        any_found, failed = any_found or found, failed or wrong
    if failed:
        raise ClewError(f"some lines of {file} could not be answered: their answers say why")
    end(any_found)


def _answer_line(number: int, line: bytes, answer: Answer) -> tuple[dict[str, Any], bool, bool]:
    key: Any = None
    try:
        asked = json.loads(line)
        key = asked.get("id") if isinstance(asked, dict) else None
        if (
            not isinstance(asked, dict)
            or not isinstance(asked.get("query"), str)
            or not asked["query"].strip()
        ):
            raise ClewError('not an object {"id": …, "query": "…"} with a query in it')
        value, found = answer(question_text(asked["query"]))
    except (ValueError, RecursionError, ClewError) as error:
        return {"id": key, "line": number, "error": str(error)}, False, True
    return {"id": key, **value}, found, False


def question_text(text: str) -> str:
    """A question out of JSON, where half of a surrogate pair may stand alone."""
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
    where = f"{hit.path}:{hit.start_line}-{hit.end_line}" if hit.start_line else hit.path
    changed = "  (changed since it was indexed)" if hit.stale else ""
    say(f"{hit.rank:>2}. {where}  {hit.symbol}  [{hit.kind}]{changed}")
    if hit.start_line and (
        first := _first_line(searcher.text(hit.path), hit.start_line, hit.end_line)
    ):
        say(f"      {first}")
    if explain:
        say(
            f"      {hit.score:.4f} = "
            + " + ".join(f"{value:.4f} {signal}" for signal, value in hit.why)
        )


def _first_line(text: str | None, start: int, end: int) -> str:
    lines = (line.strip() for line in (text or "").splitlines()[start - 1 : end])
    return next((line[:SNIPPET_LENGTH] for line in lines if line and not line.startswith("@")), "")


def _say_pack(pack: Pack) -> None:
    say(pack.text)
    warn(
        f"{pack.tokens:,} of {pack.budget:,} tokens, {len(pack.pieces)} pieces, {len(pack.left_out)} left out"
    )
    for path in pack.stale:
        warn(f"{path} has changed since it was indexed; shown is what was indexed")
    if not pack.pieces:
        raise typer.Exit(NOTHING_FOUND)
