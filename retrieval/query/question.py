"""A question: its kind, its mentions and its weighted terms."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from indexer import search_terms

from .mentions import Mentions, find_mentions
from .term_rarity import rarity

MAX_CHARS = 60_000  # of a question: two thirds from its start, a third from its end, for traces
MAX_TERMS = 48  # distinct terms searched for
ISSUE_WORDS = 40  # a question with more words, or of several lines, is an issue
PART_WEIGHTS = {"prose": 1.0, "code": 0.5, "trace": 0.3}  # of a term, by the part of an issue
TITLE_WEIGHT = 2.0  # of terms in an issue's first line, its author's own summary
VARIANT_WEIGHT = 0.5  # of another form of a word of the question

_SYMBOL = re.compile(r"^[\w$@~]+(?:(?:\.|::|#|->|/|\\)~?[\w$]+)*(?:\(\))?$")
_TESTS = re.compile(
    r"\b(?:tests?|testing|tested|fixtures?|specs?|unittest|pytest|test_\w+|\w+_test)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:examples?|samples?|demos?|tutorials?|docs?|documentation|benchmarks?)\b",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"^\W*(?:describe the bug|(?:steps )?to reproduce|how to reproduce|reproduction"
    r"|(?:expected|actual|current) (?:behaviou?r|outcome|results?|problem)"
    r"|bug (?:report|summary|description)|code (?:for reproduction|sample)[\w ,()]*"
    r"|additional (?:context|information)|environment[\w ()]*"
    r"|(?:system|os) (?:details|info\w*|/ environment)|versions?|what happened"
    r"|what did you expect to happen|minimal complete verifiable example|relevant log output"
    r"|anything else we need to know|operating system|(?:python|matplotlib|pylint) version"
    r"|installation|command used|pylint output|desired solution|description|problem description"
    r"|proposed (?:solution|fix)|output of \W*[\w. ()]+|your project|screenshots|extra tools"
    r"|configuration)\W*$",
    re.IGNORECASE,
)  # the headings of forms for bug reports
_VERSIONS = re.compile(r"^\W*[A-Za-z][\w .()/-]{1,40}?\s*(?:[:=]=?\s*)?v?\d+(?:\.\d+)+[\w.+-]*\W*$")
_TRACE = re.compile(r"^\s*(?:File \"|at .*[(:]|Traceback |\w+(?:\.\w+)*:\d+: |E  |#\d+ )")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_GRAMMAR = """
    a about above after again all also am an and any are aren as at be because been before being
    below between both but by can could couldn did didn do does doesn doing don done down during
    each either few for from further get gets getting given had has have having he her here him
    his how i if in into is isn it its itself just let like ll may me might more most must my
    neither no nor not now of off on once one only or other our out over own per please s same
    she should so some such t than that the their them then there these they this those through
    thus to too under until up upon us use used uses using ve very via want was wasn way we well
    were what when where whether which while who whom whose why will with within without would
    yes yet you your
"""
FUNCTION_WORDS = frozenset(search_terms(_GRAMMAR))
"""Words of English grammar and of asking. They are rare in code, so BM25 would prize them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its kind, terms and mentions."""

    text: str
    kind: str  # symbol: one name or path | search: a few words | issue: a report of a fault
    words: tuple[str, ...]  # distinct content terms without function words, in order
    weights: tuple[tuple[str, float], ...]  # (term, weight) to search, heaviest first; MAX_TERMS
    mentions: Mentions
    wants_tests: bool
    wants_examples: bool

    @property
    def rarity_weights(self) -> dict[str, float]:
        """Term → its weight by its rarity in code at large."""
        return {term: weight * rarity(term) ** 2 for term, weight in self.weights}

    @property
    def title_terms(self) -> list[str]:
        """The terms of the first line."""
        return search_terms(title_of(self.text))

    @property
    def code_terms(self) -> list[str]:
        """The terms of the mentioned names."""
        return [term for name in self.mentions.names for term in search_terms(name)]


def title_of(text: str) -> str:
    """Return the first line with text."""
    return text.strip().split("\n", 1)[0]


def read_question(text: str, kind: str = "") -> Question:
    """Parse a question, as one of `kind` or of the kind it looks like."""
    text = _shorten(text)
    kind = kind or _classify(text)
    body = _COMMENT.sub(" ", text) if kind == "issue" else text
    mentions = find_mentions(body)
    if mentions.frames:
        kind = "issue"  # a trace reports a fault, however short
    counts = _count_issue_terms(body) if kind == "issue" else Counter(search_terms(body))
    content = {term: count for term, count in counts.items() if term not in FUNCTION_WORDS}
    counts = content or counts
    weights = _issue_weights(body, counts) if kind == "issue" else _short_weights(counts)
    return Question(
        text,
        kind,
        words=tuple(counts),
        weights=_heaviest(weights),
        mentions=mentions,
        wants_tests=bool(_TESTS.search(text if kind != "issue" else title_of(body))),
        wants_examples=bool(_EXAMPLES.search(text)) and kind != "issue",
    )


def _shorten(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    return f"{text[: MAX_CHARS * 2 // 3]}\n{text[-MAX_CHARS // 3 :]}"


def _classify(text: str) -> str:
    stripped = text.strip()
    if _SYMBOL.match(stripped):
        return "symbol" if len(stripped) <= 200 else "search"
    many = len(stripped.split()) > ISSUE_WORDS or stripped.count("\n") >= 3
    return "issue" if many else "search"


def _count_issue_terms(body: str) -> Mapping[str, float]:
    """Return term → its weighted count, without the issue's form and versions."""
    counts: dict[str, float] = defaultdict(float)
    fenced = False
    for line in body.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not _FORM.match(line) and not _VERSIONS.match(line):
            weight = PART_WEIGHTS[_part_of(line, fenced)]
            for term in search_terms(line):
                counts[term] += weight
    return counts


def _part_of(line: str, fenced: bool) -> str:
    if _TRACE.match(line):
        return "trace"
    return "code" if fenced or line.startswith(("    ", "\t", ">>>")) else "prose"


def _short_weights(counts: Mapping[str, float]) -> dict[str, float]:
    """Return term → weight, other forms of the words included."""
    weights = dict.fromkeys(counts, 1.0)
    for variant in (form for term in counts for form in variants(term) if term[-1] != "s"):
        weights.setdefault(variant, VARIANT_WEIGHT)
    return weights


def _issue_weights(body: str, counts: Mapping[str, float]) -> dict[str, float]:
    """Return term → weight: the root of its count, more in the title."""
    title = set(search_terms(title_of(body)))
    return {
        term: count**0.5 * (TITLE_WEIGHT if term in title else 1.0)
        for term, count in counts.items()
        if len(term) > 1
    }


def _heaviest(weights: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return the MAX_TERMS heaviest terms by weight and rarity; equal ones in order."""
    ordered = sorted(weights.items(), key=lambda item: -item[1] * rarity(item[0]))
    return tuple(ordered[:MAX_TERMS])


_ENDINGS = (
    ("ization", ("ize", "izer")), ("isation", ("ise", "iser")), ("ication", ("y", "icate")),
    ("ating", ("ate", "ator")), ("ation", ("ate", "e", "ator", "")), ("ition", ("e", "it")),
    ("ution", ("ute",)), ("ction", ("ct", "ctor")), ("sion", ("de", "se")), ("tion", ("te", "t")),
    ("ment", ("",)), ("ness", ("",)), ("ance", ("", "e")), ("ence", ("", "e")), ("able", ("", "e")),
    ("ible", ("",)), ("izing", ("ize", "izer")), ("ized", ("ize",)), ("ied", ("y",)),
    ("ying", ("y",)), ("ing", ("", "e", "er", "or")), ("ed", ("", "e")), ("er", ("", "e")),
    ("or", ("", "e", "ion")), ("ly", ("",)), ("ize", ("izer", "ization")),
    ("ate", ("ator", "ation")),
)  # fmt: skip


def variants(word: str) -> list[str]:
    """Return other forms of an English word: `parsing` → `pars`, `parse`, `parser`.

    Wrong ones find nothing.
    """
    if len(word) < 5 or not word.isalpha() or not word.isascii():
        return []
    for ending, others in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            doubled = len(stem) > 3 and stem[-1] == stem[-2] and ending in ("ing", "ed", "er")
            undoubled = [stem[:-1]] if doubled else []
            return [stem + other for other in others if len(stem + other) >= 3] + undoubled
    if word[-1] in "aeiouy":
        return [word + "r", word + "d", word[:-1] + "ing"]
    return [word + "er", word + "ing", word + "ed"]
