"""A listwise rerank: one request shows a model the first hits, and its answer is their order.

After Sun et al., Is ChatGPT Good at Search? (2023), without their sliding window: the hits fit one request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer import redact_text

from ..session.records import Message
from .litellm_model import Asked, Model, NoAnswer
from .prompt import mark, template
from .retries import answered

if TYPE_CHECKING:
    from retrieval import Passage

FIRST = (
    30  # hits that a model is shown; listwise judges handle some 20 to 30 well (Sun et al., 2023)
)
PASSAGE_TOKENS = (
    160  # of one excerpt's code: thirty of them, their heads and the instructions stay below 8,000
)
LINE_WIDTH = 200  # characters of a line that are shown
QUESTION_CHARS = (
    12_000  # of a question: two thirds from its start, a third from its end, where traces stand
)
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
_CHAIN = re.compile(
    r"\[\d{1,4}\](?:\s*>\s*\[\d{1,4}\])+"
)  # how RankGPT's prompt has it: [2] > [3] > [1]
_LIST = re.compile(r"\[[\s\d,\"']*\]")
_NUMBER = re.compile(r"\d{1,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class ModelReranker:
    """A reranker for `Searcher.query` and `Searcher.context`, by the first of `models` to answer.

    If none does, or the answer holds no order, the hits keep theirs and `tell` gets a line with the
    reason.
    """

    models: Sequence[Model]
    tell: Callable[[str], None]

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[int]:
        """Positions in `passages`, best first; not all of them need be there."""
        passages = passages[:FIRST]
        messages = prompt(question, passages)
        asked = Asked(messages, (), len(messages), _key(messages), SCHEMA, SECONDS)
        try:
            reply = answered(self.models, asked)
        except NoAnswer as error:
            self.tell(f"not reranked, {error}")
            return []
        order = read_order(str(reply.message["content"] or ""), len(passages))
        if not order:
            self.tell(f"not reranked, {reply.model}: the answer holds no order of the hits")
        return order


def prompt(question: str, passages: Sequence[Passage]) -> list[Message]:
    """Instructions, which are the same for everybody, then the excerpts as data, then the question."""
    shown = "\n".join(
        line for number, each in enumerate(passages, 1) for line in _shown(number, each)
    )
    excerpts, question = redact_text(shown)[0], redact_text(_shortened(question))[0]
    between = mark(excerpts)
    asked = f"{between}\n{excerpts}\n{between}\n\nThe question:\n\n{question}"
    return [{"role": "system", "content": template("rerank")}, {"role": "user", "content": asked}]


def _shown(number: int, passage: Passage) -> Iterator[str]:
    """The lines of an excerpt. Only the first stands at the margin, so that no code can open another."""
    yield _line(f"[{number}] {passage.path} {passage.symbol} ({passage.kind})")
    for line in (passage.signature, passage.doc):
        if line:
            yield "    " + _line(line)
    yield from ("    " + line for line in _first_lines(passage.text, passage.signature))


def _first_lines(text: str, signature: str) -> Iterator[str]:
    """Lines of `text` within PASSAGE_TOKENS, without empty ones and the one that the signature repeats."""
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


def _shortened(question: str) -> str:
    if len(question) <= QUESTION_CHARS:
        return question
    return f"{question[: QUESTION_CHARS * 2 // 3]}\n[…]\n{question[-QUESTION_CHARS // 3 :]}"


def _key(messages: Sequence[Message]) -> str:
    """The same for the same request: a provider that knows such keys bills it once."""
    content = json.dumps(messages, sort_keys=True, ensure_ascii=False)
    return (
        f"clew-rerank-{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
    )


def read_order(answer: str, count: int) -> list[int]:
    """The positions, from 0, that an answer puts in order: the longest list of numbers in it, the last of equals.

    Empty where there is none. Numbers that are none of 1 to `count`, and repetitions, are dropped.
    """
    lists = [_numbers(found) for pattern in (_LIST, _CHAIN) for found in pattern.findall(answer)]
    orders = [list(dict.fromkeys(n - 1 for n in numbers if 1 <= n <= count)) for numbers in lists]
    longest = max(map(len, orders), default=0)
    return next((order for order in reversed(orders) if len(order) == longest), [])


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(text)]
