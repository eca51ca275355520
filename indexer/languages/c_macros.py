"""Attribute macros of C and C++ → blanks, for the parser only: `LIB_API int f(void)` is read as `int f(void)`.

The grammar knows no macros: of `LIB_API size_t f(void)` it makes a function `size_t`. Which words of a declaration's head
are attributes follows from the others: one word before the name is the type, `static` and its like are known, and what
is left over is a macro. Every byte stays at its place.
"""

from __future__ import annotations

import re

_WORD = rb"[A-Za-z_]\w*(?:\([^()\n]*\)(?=[ \t]))?"
_HEAD = re.compile(
    rb"\n(?:[ \t]+(?=(?:(?:static|inline|virtual|explicit|constexpr|friend|extern)[ \t]+)*[A-Z][A-Z0-9_]{2}))?"
    rb"("
    + _WORD
    + rb"[ \t]+(?:"
    + _WORD
    + rb"[ \t*&]+)*(?:[A-Za-z_]\w*[ \t*&]*\n)?)[ \t]*\(?([A-Za-z_]\w*)(?:::~?\w+)?\)?[ \t]*\("
)  # a literal first character lets the search skip from line to line
_CLASS = re.compile(
    rb"\n[ \t]*(?:class|struct|union)[ \t]+((?:[A-Za-z_]\w*(?:\([^()\n]*\))?[ \t]+)+)[A-Za-z_]\w*(?:::\w+|<[^<>\n]*>)*[ \t]*(?:final[ \t]*)?(?:\r?\n?[ \t]*\{|:[^:])"
)
_ALONE = re.compile(
    rb"\n(_*[A-Z][A-Z0-9]*_[A-Z0-9_]+)[ \t]*\r?(?=\n(?!\w+[ \t]*[({]|[ \t]*[,=}(]))"
)
_TAIL = re.compile(
    rb"\)(?:[ \t]*(?:const|noexcept|override|final)\b)*\s+([A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()\n]*\))?)\s*(?=([;{]))"
)
_FIELD = re.compile(
    rb"\n[ \t]+([A-Za-z_][\w:<>,*& \t]*[ \t*&])\w+(?:\[\w*\])?[ \t]+([A-Z][A-Z0-9]*_[A-Z0-9_]+\([^()\n]*\))[ \t]*(?=[;={])"
)
_MACRO = rb"[A-Z][A-Z0-9]*_[A-Z0-9_]+"
_TYPE = (
    rb"(?:::)?[A-Za-z_]\w*(?:::\w+)*(?:<[^<>;(){}\n]*(?:<[^<>;(){}\n]*>[^<>;(){}\n]*)?>)?(?:::\w+)*"
)
_BEFORE_TYPE = re.compile(
    rb"\n[ \t]*(?:template[ \t]*<[^;{}()\n]*>[ \t]*)?(?:(?:static|inline|virtual|explicit|constexpr|friend|extern)[ \t]+)*"
    rb"((?:"
    + _MACRO
    + rb"[ \t]+)+)(?:(?:const|unsigned|static|inline|virtual|constexpr)[ \t]+)*"
    + _TYPE
    + rb"[ \t*&]+(?:const[ \t]+)?~?[A-Za-z_][\w:~]*[ \t]*[(;=\[]"
)
_AFTER_TYPE = re.compile(
    rb"\n[ \t]*(?:\[\[\w+\]\][ \t]*)?(?:(?:static|inline|virtual|constexpr|const|friend|extern)[ \t]+)*("
    + _TYPE
    + rb")[ \t*&]+("
    + _MACRO
    + rb")[ \t]+[A-Za-z_][\w:~]*[ \t]*\("
)
_CALL_ALONE = re.compile(
    rb"\n(" + _MACRO + rb"\((?:[^(){};]|\([^(){};]*\))*\))[ \t]*(?:\\?\r?\n)+(?![ \t]*[{:])"
)
_DECORATION = re.compile(
    rb"\n[ \t]+("
    + _MACRO
    + rb"\((?:[^(){};]|\([^(){};]*\))*\))[ \t]*\r?(?=\n[ \t]+(?:(?:static|virtual|inline)[ \t]+)*("
    + _TYPE
    + rb")[ \t*&]+\w+[ \t]*\()"
)
_BRANCH = re.compile(rb"\s*(?:\}\s*)?(?:if|for|while|switch|else|return|case|do|catch)\b")
_CONDITIONAL = re.compile(rb"\n[ \t]*#[ \t]*(if|else|elif|endif)\w*[^\n]*(?:\\\r?\n[^\n]*)*")
_AT_MARGIN = re.compile(rb"\n[A-Za-z_}][^\n:]*(?:\n|$)")
_PIECE = re.compile(rb"([A-Za-z_]\w*)(\([^()\n]*\))?")
_NO_SPACE = re.compile(rb"[^\s]")
_LOUD = re.compile(rb"[A-Z][A-Z0-9_]+|__\w+")

_TAGS = frozenset(b"struct union enum class".split())
_TYPES = frozenset(b"void int char short long float double signed unsigned bool _Bool auto".split())
_KNOWN = frozenset(
    b"""static extern inline const volatile register constexpr consteval virtual explicit friend mutable typename
    thread_local restrict _Noreturn __inline __inline__ __extension__ __restrict __const __volatile__ noexcept""".split()
)
_STATEMENTS = frozenset(
    b"""return else case goto throw new delete if while for switch do sizeof typedef using namespace operator template
    co_return co_await co_yield default break continue not and or requires concept public private protected asm""".split()
)

_NO_TYPES = _KNOWN | _STATEMENTS | _TAGS


def mask_attributes(source: bytes) -> bytes:
    """`source` with blanks where a declaration's head or a class has a macro; of the same length."""
    heads = (
        found
        for found in _HEAD.finditer(source)
        if not (_LOUD.fullmatch(found[2]) and b"(" in found[1])
    )
    spans = [span for found in heads for span in _attributes(found[1], found.start(1))]
    spans += [found.span(1) for found in _CLASS.finditer(source) if found[1].strip() not in _KNOWN]
    spans += [found.span(1) for found in _ALONE.finditer(source)]
    return _blank(source, spans)


def mask_cpp_attributes(source: bytes) -> bytes:
    """The same for C++, where they stand behind parameters and members too: `void f() LOCKS_EXCLUDED(m);`."""
    source = mask_attributes(source)
    spans = [found.span(1) for found in _TAIL.finditer(source) if _is_declared(source, found)]
    spans += [found.span(1) for found in _BEFORE_TYPE.finditer(source)]
    spans += [found.span(1) for found in _DECORATION.finditer(source) if found[2] not in _NO_TYPES]
    spans += [found.span(2) for found in _AFTER_TYPE.finditer(source) if found[1] not in _NO_TYPES]
    fields = (
        found for found in _FIELD.finditer(source) if not _STATEMENTS.intersection(found[1].split())
    )
    return _blank(
        source,
        spans + [found.span(2) for found in fields if not _KNOWN.issuperset(found[1].split())],
    )


def mask_conditionals(source: bytes) -> bytes:
    """`source` with the branches after the first of each conditional inside a function or a type left blank, and its
    directives: `#if` may cut statements in two. Conditionals that hold whole definitions stay."""
    spans: list[tuple[int, int]] = []
    open_at: list[list[re.Match[bytes]]] = []
    for found in _CONDITIONAL.finditer(source):
        if found[1] == b"if":
            open_at.append([found])
        elif open_at:
            open_at[-1].append(found)
            if found[1] == b"endif":
                spans += _inner_branches(source, open_at.pop())
    return _blank(source, spans)


def mask_statements(source: bytes) -> bytes:
    """`mask_conditionals`, and blanks for macros called at the margin without a semicolon: `DISABLE_WARNINGS(4251)`."""
    source = mask_conditionals(source)
    return _blank(source, [found.span(1) for found in _CALL_ALONE.finditer(source)])


def _inner_branches(source: bytes, marks: list[re.Match[bytes]]) -> list[tuple[int, int]]:
    if _AT_MARGIN.search(source, marks[0].end(), marks[-1].start() + 1):
        return []
    if len(marks) == 2:
        return [mark.span() for mark in marks]
    return [marks[0].span(), (marks[1].start(), marks[-1].end())]


def _is_declared(source: bytes, found: re.Match[bytes]) -> bool:
    """Whether what ends at the parenthesis is the head of a function, and no statement before a macro's call."""
    line = source[source.rfind(b"\n", 0, found.start()) + 1 : found.start() + 1]
    if _BRANCH.match(line):
        return False
    return found[2] == b"{" or line.count(b"(") == line.count(b")")


def _blank(source: bytes, spans: list[tuple[int, int]]) -> bytes:
    if not spans:
        return source
    masked = bytearray(source)
    for start, end in spans:
        masked[start:end] = _NO_SPACE.sub(b" ", source[start:end])
    return bytes(masked)


def _attributes(head: bytes, at: int) -> list[tuple[int, int]]:
    """Where in the head of a declaration, which starts at the byte `at`, words stand that are no part of its type."""
    plain: list[tuple[bytes, int, int]] = []
    calls: list[tuple[int, int]] = []
    typed, tag = False, False
    for piece in _PIECE.finditer(head):
        word = piece[1]
        if word in _STATEMENTS:
            return []
        if piece[2]:
            calls += [(at + piece.start(), at + piece.end())] if _LOUD.fullmatch(word) else []
        elif tag or word in _TYPES:
            typed, tag = True, False
        elif word in _TAGS:
            tag = True
        elif word not in _KNOWN:
            plain.append((word, at + piece.start(), at + piece.end()))
    if not typed and plain:
        quiet = [entry for entry in plain if not _LOUD.fullmatch(entry[0])]
        plain.remove(quiet[-1] if quiet else plain[-1])
        typed = True
    return [*((start, end) for _, start, end in plain), *calls] if typed else []
