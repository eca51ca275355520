"""What kind of question a text is, and the weighted terms to search for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from indexer import search_terms

from .mentions import Mentions, mentions
from .term_rarity import rarity

MAX_CHARS = 60_000  # of a question that are read: two thirds from its start, a third from its end, where traces stand
MAX_TERMS = 48  # distinct terms searched for
ISSUE_WORDS = 40  # a question with more words, or with several lines, tells what went wrong rather than what to find
PARTS = {"prose": 1.0, "code": 0.5, "trace": 0.3}  # what a term counts for in each part of an issue
TITLE_WEIGHT = 2.0  # of terms in an issue's first line: its author's own summary
VARIANT_WEIGHT = 0.5  # of another form of a word that stands in the question

_SYMBOL = re.compile(r"^[\w$@~]+(?:(?:\.|::|#|->|/|\\)~?[\w$]+)*(?:\(\))?$")
_TESTS = re.compile(
    r"\b(?:tests?|testing|tested|fixtures?|specs?|unittest|pytest|test_\w+|\w+_test)\b",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"\b(?:examples?|samples?|demos?|tutorials?|docs?|documentation|benchmarks?)\b", re.IGNORECASE
)
_FORM = re.compile(
    r"^\W*(?:describe the bug|(?:steps )?to reproduce|how to reproduce|reproduction|(?:expected|actual|current) (?:behaviou?r|outcome|results?|problem)"
    r"|bug (?:report|summary|description)|code (?:for reproduction|sample)[\w ,()]*|additional (?:context|information)|environment[\w ()]*"
    r"|(?:system|os) (?:details|info\w*|/ environment)|versions?|what happened|what did you expect to happen|minimal complete verifiable example"
    r"|relevant log output|anything else we need to know|operating system|(?:python|matplotlib|pylint) version|installation|command used|pylint output"
    r"|desired solution|description|problem description|proposed (?:solution|fix)|output of \W*[\w. ()]+|your project|screenshots|extra tools|configuration)\W*$",
    re.IGNORECASE,
)  # the headings of forms for bug reports
_VERSIONS = re.compile(r"^\W*[A-Za-z][\w .()/-]{1,40}?\s*(?:[:=]=?\s*)?v?\d+(?:\.\d+)+[\w.+-]*\W*$")
_TRACE = re.compile(r"^\s*(?:File \"|at .*[(:]|Traceback |\w+(?:\.\w+)*:\d+: |E  |#\d+ )")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_GRAMMAR = """a about above after again all also am an and any are aren as at be because been before being below between both but by
    can could couldn did didn do does doesn doing don done down during each either few for from further get gets getting given
    had has have having he her here him his how i if in into is isn it its itself just let like ll may me might more most must
    my neither no nor not now of off on once one only or other our out over own per please s same she should so some such t than
    that the their them then there these they this those through thus to too under until up upon us use used uses using ve very
    via want was wasn way we well were what when where whether which while who whom whose why will with within without would
    yes yet you your"""
FUNCTION_WORDS = frozenset(search_terms(_GRAMMAR))
"""Words of English grammar, and what stands around a question rather than in it: rare in code, so BM25 would prize them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read."""

    text: str
    kind: (
        str  # symbol: one name or path | search: a few words | issue: an account of what went wrong
    )
    words: tuple[str, ...]  # distinct content terms without function words, in order
    weights: tuple[
        tuple[str, float], ...
    ]  # term → weight in the full-text search, at most MAX_TERMS, heaviest first
    mentions: Mentions
    wants_tests: bool
    wants_examples: bool

    @property
    def told(self) -> dict[str, float]:
        """Term → its weight by how rare it is in code at large."""
        return {term: weight * rarity(term) ** 2 for term, weight in self.weights}

    @property
    def title_terms(self) -> list[str]:
        """The terms of the first line: in an issue its author's own summary."""
        return search_terms(title_of(self.text))

    @property
    def code_terms(self) -> list[str]:
        """The terms of what is named as code."""
        return [term for name in self.mentions.names for term in search_terms(name)]


def title_of(text: str) -> str:
    """The first line that says something."""
    return text.strip().split("\n", 1)[0]


def read_question(text: str, kind: str = "") -> Question:
    """Take the question apart, as of the `kind` that is given or that it looks like."""
    text = _shortened(text)
    kind = kind or _kind(text)
    body = _COMMENT.sub(" ", text) if kind == "issue" else text
    found = mentions(body)
    if found.frames:
        kind = "issue"  # a trace tells what went wrong, however short
    counts = _counts(body) if kind == "issue" else Counter(search_terms(body))
    counts = (
        Counter({term: n for term, n in counts.items() if term not in FUNCTION_WORDS}) or counts
    )
    wants_tests = bool(_TESTS.search(text if kind != "issue" else title_of(body)))
    examples = bool(_EXAMPLES.search(text)) and kind != "issue"
    return Question(
        text, kind, tuple(counts), _weights(kind, body, counts), found, wants_tests, examples
    )


def _shortened(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    return f"{text[: MAX_CHARS * 2 // 3]}\n{text[-MAX_CHARS // 3 :]}"


def _kind(text: str) -> str:
    stripped = text.strip()
    if _SYMBOL.match(stripped):
        return "symbol" if len(stripped) <= 200 else "search"
    many = len(stripped.split()) > ISSUE_WORDS or stripped.count("\n") >= 3
    return "issue" if many else "search"


def _counts(body: str) -> Counter[str]:
    """The terms of an issue, by the parts in which they stand; what its form or its environment brought in is left out."""
    counts: Counter[str] = Counter()
    fenced = False
    for line in body.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not _FORM.match(line) and not _VERSIONS.match(line):
            part = (
                "trace"
                if _TRACE.match(line)
                else "code"
                if fenced or line.startswith(("    ", "\t", ">>>"))
                else "prose"
            )
            for term in search_terms(line):
                counts[term] += PARTS[part]  # type: ignore[assignment]  # of floats, though typed as one of whole numbers
    return counts


def _weights(kind: str, body: str, counts: Counter[str]) -> tuple[tuple[str, float], ...]:
    """How much each term counts; a term that is repeated in an issue counts by the root of how often."""
    if kind != "issue":
        weights = dict.fromkeys(counts, 1.0)
        for variant in (form for term in counts for form in variants(term) if term[-1] != "s"):
            weights.setdefault(variant, VARIANT_WEIGHT)
    else:
        title = set(search_terms(title_of(body)))
        weights = {
            t: n**0.5 * (TITLE_WEIGHT if t in title else 1.0)
            for t, n in counts.items()
            if len(t) > 1
        }
    heaviest = sorted(
        weights.items(), key=lambda item: -item[1] * rarity(item[0])
    )  # among equals the first stays first
    return tuple(heaviest[:MAX_TERMS])


_ENDINGS = (
    ("ization", ("ize", "izer")), ("isation", ("ise", "iser")), ("ication", ("y", "icate")), ("ating", ("ate", "ator")),
    ("ation", ("ate", "e", "ator", "")), ("ition", ("e", "it")), ("ution", ("ute",)), ("ction", ("ct", "ctor")),
    ("sion", ("de", "se")), ("tion", ("te", "t")), ("ment", ("",)), ("ness", ("",)), ("ance", ("", "e")), ("ence", ("", "e")),
    ("able", ("", "e")), ("ible", ("",)), ("izing", ("ize", "izer")), ("ized", ("ize",)), ("ied", ("y",)), ("ying", ("y",)),
    ("ing", ("", "e", "er", "or")), ("ed", ("", "e")), ("er", ("", "e")), ("or", ("", "e", "ion")), ("ly", ("",)),
    ("ize", ("izer", "ization")), ("ate", ("ator", "ation")),
)  # fmt: skip


def variants(word: str) -> list[str]:
    """Other forms of an English word that code may use: `parsing` → `pars`, `parse`, `parser`. Wrong ones find nothing."""
    if len(word) < 5 or not word.isalpha() or not word.isascii():
        return []
    for ending, others in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            undoubled = (
                [stem[:-1]]
                if len(stem) > 3 and stem[-1] == stem[-2] and ending in ("ing", "ed", "er")
                else []
            )
            return [stem + other for other in others if len(stem + other) >= 3] + undoubled
    if word[-1] in "aeiouy":
        return [word + "r", word + "d", word[:-1] + "ing"]
    return [word + "er", word + "ing", word + "ed"]
