"""What an assignment, a loop or a `with` binds, from its text: `a, (b, *c) = f(x), g` → `a` is `f()`, `b` is `g[0]`.

A value is written as a chain of names, as `names.dotted` writes it, with steps for what is taken out of a value:
`[0]` and `['key']` for an item, `[]` for an item whose key is not known, `[*]` for an element of an iteration,
`[+]` for what entering a context gives, `[=]` for a list of such values. Of an expression that is no chain (`a or b`, `x if c else y`) each side that is one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

STEP = {"each": "[*]", "enter": "[+]"}
"""What a loop or a `with` takes out of the value that it names."""

_TOKEN = re.compile(
    r"""[rbuRBU]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\#[^\n]*|[\w.]+|[()\[\]{}]|==|!=|<=|>=|:=|\s+|."""
)
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_SIMPLE_CALL = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\([^()\[\]{}]*\)")
_KEY = re.compile(r"\d+|'\w+'|\"\w+\"")
_PART = re.compile(r"\.?[A-Za-z_][\w.]*")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SAME = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "aiter", "copy", "deepcopy",
                   "copy.copy", "copy.deepcopy", "partial", "functools.partial", "dict", "closing", "contextlib.closing"})  # fmt: skip
"""Functions whose result has the elements, or is called, as their first argument."""
_PAIRED = frozenset({"enumerate"})
_NEXT = frozenset({"next", "anext", "min", "max", "random.choice"})
_CAST = frozenset({"cast", "typing.cast", "t.cast", "te.cast"})

Bound = tuple[str, str]
"""A name, and the value as written."""


@lru_cache(maxsize=1 << 13)
def bound(targets: str, value: str, how: str) -> tuple[Bound, ...]:
    """The names that `targets` holds, each with its value; `how` is `value`, `each` or `enter`. A name may come twice."""
    return tuple(_bound(targets, value, STEP.get(how, "")))


def _bound(targets: str, value: str, step: str) -> Iterator[Bound]:
    names = split(_bare(targets))
    if len(names) == 1 and not targets.rstrip().endswith(","):
        name = _target(names[0])
        for side in chains(value) if name else ():
            yield name, side + step
        return
    if step == "[*]" and (zipped := _call_of(value, "zip")) and len(zipped) == len(names):
        for name, part in zip(names, zipped, strict=True):
            yield from _bound(name, part, step)
        return
    parts = split(_bare(value)) if not step else []
    if len(parts) == len(names) and not any(part.startswith("*") for part in (*names, *parts)):
        for name, part in zip(names, parts, strict=True):
            yield from _bound(name, part, "")
        return
    if len(parts) > 1:
        return
    for whole in chains(value):
        yield from _unpacked(names, whole + step)


def _unpacked(names: list[str], whole: str) -> Iterator[Bound]:
    for position, name in enumerate(names):
        if name.startswith("*"):
            return
        inner = split(_bare(name))
        if len(inner) > 1:
            yield from _unpacked(inner, f"{whole}[{position}]")
        elif plain := _target(inner[0] if inner else ""):
            yield plain, f"{whole}[{position}]"


def _target(name: str) -> str:
    return name if _NAME.fullmatch(name) else ""


@lru_cache(maxsize=1 << 14)
def chains(value: str) -> tuple[str, ...]:
    """The chains that an expression may come to, in the order of the text."""
    value = _bare(value)
    if _NAME.fullmatch(value):
        return (value,)
    if value[:1] in ("[", "{") and len(_top(value)) == 1:
        return _elements(value[1:-1])
    if simple := _SIMPLE_CALL.fullmatch(value):
        found = _chain(value) if simple[1] in _SPECIAL else f"{simple[1]}()"
        return (found,) if found else ()
    sides = _sides(value) if " or " in value or " if " in value or " and " in value else [value]
    return tuple(found for side in sides if (found := _chain(side)))


def _elements(inside: str) -> tuple[str, ...]:
    """What a list, a set or a comprehension holds, each as `[=]` of it."""
    words = _top(inside)
    if ":" in words:
        return ()  # a dictionary
    if "for" in words:
        value = words[: words.index("async" if "async" in words else "for")]
        return tuple(f"{found}[=]" for found in chains("".join(value)))
    return tuple(
        dict.fromkeys(f"{found}[=]" for part in split(inside)[:8] for found in chains(part))
    )


def _sides(value: str) -> list[str]:
    """`a or b` → a, b; `a if c else b` → a, b; `a and b` → b."""
    words = _top(value)
    for word in ("lambda", "for"):
        if word in words:
            return []
    if "if" in words and "else" in words:
        at, other = words.index("if"), words.index("else")
        return [*_sides("".join(words[:at])), *_sides("".join(words[other + 1 :]))]
    for word in ("or", "and"):
        if word in words:
            at = words.index(word)
            after = _sides("".join(words[at + 1 :]))
            return after if word == "and" else [*_sides("".join(words[:at])), *after]
    return [value]


def _chain(value: str) -> str:
    """A value as one chain; "" for one that is none."""
    value = _bare(value)
    tokens = [token for token in _top(value) if not token.isspace() and not token.startswith("#")]
    written = ""
    for token in tokens:
        if token[0] == "(":
            written = _applied(written, token[1:-1])
        elif token[0] == "[" and written:
            written += _taken(token[1:-1].strip())
        elif _PART.fullmatch(token) and bool(written) == token.startswith("."):
            written += token
        else:
            return ""
        if not written:
            return ""
    return "" if written in ("None", "True", "False", "NotImplemented") else written


def _taken(key: str) -> str:
    """The step of an index; a slice takes nothing out."""
    if _KEY.fullmatch(key):
        return f"[{key.replace(chr(34), chr(39))}]"
    return "" if ":" in _top(key) else "[]"


def _applied(callee: str, arguments: str) -> str:
    """A call whose arguments matter, else the callee and `()`."""
    if callee not in _SPECIAL or not callee:
        return f"{callee}()" if callee else ""
    parts = split(arguments)
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


_SPECIAL = _SAME | _PAIRED | _NEXT | _CAST | {"getattr", "type"}


def _call_of(value: str, function: str) -> list[str]:
    value = value.strip()
    return (
        split(value[len(function) + 1 : -1])
        if value.startswith(function + "(") and value.endswith(")")
        else []
    )


def split(text: str) -> list[str]:
    """The parts between commas that stand in no bracket."""
    if "," not in text:
        return [text.strip()] if text.strip() else []
    parts, last = list[str](), list[str]()
    for token in _top(text):
        if token == ",":
            parts.append("".join(last).strip())
            last = []
        elif not token.startswith("#"):
            last.append(token)
    return [part for part in (*parts, "".join(last).strip()) if part]


def _top(text: str) -> list[str]:
    """The tokens of a text, each bracket with what is in it as one."""
    tokens, inside, closing = list[str](), list[str](), list[str]()
    for match in _TOKEN.finditer(text):
        token = match[0]
        if closing:
            inside.append(token)
            if token == closing[-1]:
                closing.pop()
                if not closing:
                    tokens.append("".join(inside))
                    inside = []
            elif token in _CLOSING:
                closing.append(_CLOSING[token])
        elif token in _CLOSING:
            closing.append(_CLOSING[token])
            inside = [token]
        else:
            tokens.append(token)
    return tokens


def _bare(text: str) -> str:
    """Without `await` and without brackets around the whole."""
    text = text.strip()
    while True:
        if text.startswith("await "):
            text = text[6:].lstrip()
        elif (
            text[:1] in ("(", "[")
            and text[-1:] == _CLOSING[text[0]]
            and len(_top(text)) == 1
            and "\x00" not in text
        ):
            if text[0] == "[":
                return text
            text = text[1:-1].strip()
        else:
            return text
