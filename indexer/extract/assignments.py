"""Assignments, loops and `with` → names and values: `a, (b, *c) = f(), g` → `f()`, `g[0]`.

A value is a chain of names, as `names.dotted` writes it, with steps for parts of a value: `[0]` and
`['key']` for an item, `[]` for an item with an unknown key, `[*]` for an element of an iteration,
`[+]` for the result of entering a context, `[=]` for a list of such values. An expression with
alternatives (`a or b`, `x if c else y`) gives one value for each alternative that is a chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

STEPS = {"each": "[*]", "enter": "[+]"}
"""The step that a loop or a `with` takes from the value that it names."""

_TOKEN = re.compile(
    r"""[rbuRBU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|\#[^\n]*|[\w.]+|[()\[\]{}]|==|!=|<=|>=|:=|\s+|."""
)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_SIMPLE_CALL = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\([^()\[\]{}]*\)")
_KEY = re.compile(r"\d+|'\w+'|\"\w+\"")
_PART = re.compile(r"\.?[A-Za-z_][\w.]*")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_MAX_ELEMENTS = 8  # of a list that are looked at for its type

_SAME_ELEMENTS = frozenset(
    {
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "iter",
        "aiter",
        "copy",
        "deepcopy",
        "copy.copy",
        "copy.deepcopy",
        "partial",
        "functools.partial",
        "dict",
        "closing",
        "contextlib.closing",
    }
)
"""Functions whose result has the elements, or is called, as their first argument."""
_PAIRED = frozenset({"enumerate"})
_NEXT = frozenset({"next", "anext", "min", "max", "random.choice"})
_CAST = frozenset({"cast", "typing.cast", "t.cast", "te.cast"})
_SPECIAL = _SAME_ELEMENTS | _PAIRED | _NEXT | _CAST | {"getattr", "type"}

Assigned = tuple[str, str]
"""A name and its value as a chain."""


@lru_cache(maxsize=1 << 13)
def read_assignment(targets: str, value: str, how: str) -> tuple[Assigned, ...]:
    """Return the names in `targets` with their values; a name can come twice.

    `how` is `value`, `each` (a loop) or `enter` (a `with`).
    """
    return tuple(_assigned(targets, value, STEPS.get(how, "")))


def _assigned(targets: str, value: str, step: str) -> Iterator[Assigned]:
    names = split_commas(_unwrap(targets))
    if len(names) == 1 and not targets.rstrip().endswith(","):
        name = _target(names[0])
        for chain in value_chains(value) if name else ():
            yield name, chain + step
        return
    if step == "[*]" and (zipped := _arguments_of(value, "zip")) and len(zipped) == len(names):
        for name, part in zip(names, zipped, strict=True):
            yield from _assigned(name, part, step)
        return
    parts = split_commas(_unwrap(value)) if not step else []
    if len(parts) == len(names) and not any(part.startswith("*") for part in (*names, *parts)):
        for name, part in zip(names, parts, strict=True):
            yield from _assigned(name, part, "")
        return
    if len(parts) > 1:
        return
    for chain in value_chains(value):
        yield from _unpacked(names, chain + step)


def _unpacked(names: list[str], chain: str) -> Iterator[Assigned]:
    for position, name in enumerate(names):
        if name.startswith("*"):
            return
        inner = split_commas(_unwrap(name))
        if len(inner) > 1:
            yield from _unpacked(inner, f"{chain}[{position}]")
        elif plain := _target(inner[0] if inner else ""):
            yield plain, f"{chain}[{position}]"


def _target(name: str) -> str:
    return name if _NAME.fullmatch(name) else ""


# -- values


@lru_cache(maxsize=1 << 14)
def value_chains(value: str) -> tuple[str, ...]:
    """Return the chains that an expression can evaluate to, in the order of the text."""
    value = _unwrap(value)
    if _NAME.fullmatch(value):
        return (value,)
    if value[:1] in ("[", "{") and len(_tokens(value)) == 1:
        return _element_chains(value[1:-1])
    if simple := _SIMPLE_CALL.fullmatch(value):
        chain = _chain(value) if simple[1] in _SPECIAL else f"{simple[1]}()"
        return (chain,) if chain else ()
    has_choice = " or " in value or " if " in value or " and " in value
    choices = _alternatives(value) if has_choice else [value]
    return tuple(chain for each in choices if (chain := _chain(each)))


def _element_chains(inside: str) -> tuple[str, ...]:
    """Return the elements of a list, a set or a comprehension, with the step `[=]`."""
    words = _tokens(inside)
    if ":" in words:
        return ()  # a dictionary
    if "for" in words:
        value = words[: words.index("async" if "async" in words else "for")]
        return tuple(f"{chain}[=]" for chain in value_chains("".join(value)))
    elements = split_commas(inside)[:_MAX_ELEMENTS]
    chains = (f"{chain}[=]" for element in elements for chain in value_chains(element))
    return tuple(dict.fromkeys(chains))


def _alternatives(value: str) -> list[str]:
    """Return the possible values: `a or b` → a, b; `a if c else b` → a, b; `a and b` → b."""
    words = _tokens(value)
    if "lambda" in words or "for" in words:
        return []
    if "if" in words and "else" in words:
        at, other = words.index("if"), words.index("else")
        first, second = "".join(words[:at]), "".join(words[other + 1 :])
        return [*_alternatives(first), *_alternatives(second)]
    for word in ("or", "and"):
        if word in words:
            at = words.index(word)
            after = _alternatives("".join(words[at + 1 :]))
            return after if word == "and" else [*_alternatives("".join(words[:at])), *after]
    return [value]


def _chain(value: str) -> str:
    """Return a value as one chain, or ""."""
    tokens = _tokens(_unwrap(value))
    chain = ""
    for token in tokens:
        if token.isspace() or token.startswith("#"):
            continue
        if token[0] == "(":
            chain = _called(chain, token[1:-1])
        elif token[0] == "[" and chain:
            chain += _index_step(token[1:-1].strip())
        elif _PART.fullmatch(token) and bool(chain) == token.startswith("."):
            chain += token
        else:
            return ""
        if not chain:
            return ""
    return "" if chain in ("None", "True", "False", "NotImplemented") else chain


def _index_step(key: str) -> str:
    """Return the step of an index; a slice has none."""
    if _KEY.fullmatch(key):
        return f"[{key.replace(chr(34), chr(39))}]"
    return "" if ":" in _tokens(key) else "[]"


def _called(callee: str, arguments: str) -> str:
    """Return the chain of a call: of its first argument if that decides, else `callee()`."""
    if callee not in _SPECIAL or not callee:
        return f"{callee}()" if callee else ""
    parts = split_commas(arguments)
    first = parts[0] if parts else ""
    if callee in _CAST:
        name = first.strip("\"'")
        return f"{name}()" if _NAME.fullmatch(name) else ""
    if callee == "getattr" and len(parts) > 1 and _KEY.fullmatch(parts[1]):
        return f"{inner}.{parts[1][1:-1]}" if (inner := _chain(first)) else ""
    if callee == "type" and len(parts) == 1:
        return f"{inner}.__class__" if (inner := _chain(first)) else ""
    inner = _chain(first) if first else ""
    if not inner:
        return f"{callee}()" if callee == "dict" else ""
    return inner + ("[#]" if callee in _PAIRED else "[*]" if callee in _NEXT else "")


def _arguments_of(value: str, function: str) -> list[str]:
    """Return the arguments of a call of `function`; none if `value` is another expression."""
    value = value.strip()
    if value.startswith(function + "(") and value.endswith(")"):
        return split_commas(value[len(function) + 1 : -1])
    return []


# -- text


def split_commas(text: str) -> list[str]:
    """Return the parts between commas outside of brackets, without empty ones and comments."""
    if "," not in text:
        return [text.strip()] if text.strip() else []
    parts, last = list[str](), list[str]()
    for token in _tokens(text):
        if token == ",":
            parts.append("".join(last).strip())
            last = []
        elif not token.startswith("#"):
            last.append(token)
    return [part for part in (*parts, "".join(last).strip()) if part]


def _tokens(text: str) -> list[str]:
    """Return the tokens of a text; a bracket and its content are one."""
    tokens, inside, closing = list[str](), list[str](), list[str]()
    for match in _TOKEN.finditer(text):
        token = match[0]
        if not closing and token not in _CLOSING:
            tokens.append(token)
            continue
        inside.append(token)
        if token in _CLOSING:
            closing.append(_CLOSING[token])
        elif token == closing[-1]:
            closing.pop()
        if not closing:
            tokens.append("".join(inside))
            inside = []
    return tokens


def _unwrap(text: str) -> str:
    """Return the text without `await` and without parentheses around the whole."""
    text = text.strip()
    while True:
        if text.startswith("await "):
            text = text[6:].lstrip()
        elif _is_in_parentheses(text):
            text = text[1:-1].strip()
        else:
            return text


def _is_in_parentheses(text: str) -> bool:
    return text[:1] == "(" and text[-1:] == ")" and len(_tokens(text)) == 1 and "\x00" not in text
