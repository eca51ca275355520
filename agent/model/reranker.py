"""Listwise reranking: one request shows a model the first hits, and its answer is their order.

After Sun et al., Is ChatGPT Good at Search? (2023), without their sliding window, since the hits
fit one request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer import redact_text

from ..session import Message
from .litellm_model import Model, ModelRequest, NoAnswer
from .prompt import data_mark, read_template
from .retries import ask_in_turn

if TYPE_CHECKING:
    from retrieval import Passage

MAX_PASSAGES = 30  # listwise rerankers handle some 20 to 30 well (Sun et al., 2023)
PASSAGE_TOKENS = 160  # of an excerpt's code: thirty, their heads and the prompt fit in 8,000
LINE_WIDTH = 200  # characters of a shown line
QUESTION_CHARS = 12_000  # two thirds from the start, a third from the end, where traces are
SECONDS = 120.0  # for an answer; a reasoning model takes most of a minute
SCHEMA: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "order",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"order": {"type": "array", "items": {"type": "integer"}}},
            "required": ["order"],
            "additionalProperties": False,
        },
    },
}
_CHAIN = re.compile(r"\[\d{1,4}\](?:\s*>\s*\[\d{1,4}\])+")  # as RankGPT: [2] > [3] > [1]
_LIST = re.compile(r"\[[\s\d,\"']*\]")
_NUMBER = re.compile(r"\d{1,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class ModelReranker:
    """A reranker for `Searcher.query` and `Searcher.context`: the first of `models` to answer.

    If none does, or the answer contains no order, the hits keep theirs and `warn` is called with
    the reason.
    """

    models: Sequence[Model]
    warn: Callable[[str], None]

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[int]:
        """Return positions in `passages`, best first; some may be missing."""
        passages = passages[:MAX_PASSAGES]
        messages = build_prompt(question, passages)
        request = ModelRequest(messages, (), len(messages), _key(messages), SCHEMA, SECONDS)
        try:
            reply = ask_in_turn(self.models, request)
        except NoAnswer as error:
            self.warn(f"not reranked, {error}")
            return []
        order = read_order(str(reply.message["content"] or ""), len(passages))
        if not order:
            self.warn(f"not reranked, {reply.model}: the answer holds no order of the hits")
        return order


def build_prompt(question: str, passages: Sequence[Passage]) -> list[Message]:
    """Return instructions, equal for everybody, then the excerpts as data, then the question."""
    numbered = enumerate(passages, 1)
    lines = [line for number, passage in numbered for line in _passage_lines(number, passage)]
    excerpts, question = redact_text("\n".join(lines))[0], redact_text(_shorten(question))[0]
    mark = data_mark(excerpts)
    content = f"{mark}\n{excerpts}\n{mark}\n\nThe question:\n\n{question}"
    return [
        {"role": "system", "content": read_template("rerank")},
        {"role": "user", "content": content},
    ]


def _passage_lines(number: int, passage: Passage) -> Iterator[str]:
    """Yield the lines of an excerpt, all but the first indented, so that no code opens another."""
    yield _line(f"[{number}] {passage.path} {passage.symbol} ({passage.kind})")
    for line in (passage.signature, passage.doc):
        if line:
            yield "    " + _line(line)
    yield from ("    " + line for line in _code_lines(passage.text, passage.signature))


def _code_lines(text: str, signature: str) -> Iterator[str]:
    """Yield lines of `text` within PASSAGE_TOKENS, without empty ones and the signature."""
    from retrieval import count_tokens

    left = PASSAGE_TOKENS
    for line in map(_line, text[: PASSAGE_TOKENS * LINE_WIDTH].split("\n")):
        bare = line.strip().rstrip(":{ ")
        if not bare or bare == signature.strip().rstrip(":{ "):
            continue
        left -= count_tokens(line + "\n")
        if left < 0:
            return
        yield line


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text[:LINE_WIDTH]).rstrip()


def _shorten(question: str) -> str:
    if len(question) <= QUESTION_CHARS:
        return question
    return f"{question[: QUESTION_CHARS * 2 // 3]}\n[…]\n{question[-QUESTION_CHARS // 3 :]}"


def _key(messages: Sequence[Message]) -> str:
    """Return a key equal for equal requests: a provider that supports such keys bills one once."""
    content = json.dumps(messages, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return f"clew-rerank-{digest[:24]}"


def read_order(answer: str, count: int) -> list[int]:
    """Return the 0-based positions of an answer: its longest list of numbers, the last of equals.

    Numbers outside of 1 to `count` and repetitions are dropped. Return [] if there is no list.
    """
    texts = [text for pattern in (_LIST, _CHAIN) for text in pattern.findall(answer)]
    lists = [[int(number) for number in _NUMBER.findall(text)] for text in texts]
    orders = [list(dict.fromkeys(n - 1 for n in numbers if 1 <= n <= count)) for numbers in lists]
    longest = max(map(len, orders), default=0)
    return next((order for order in reversed(orders) if len(order) == longest), [])
