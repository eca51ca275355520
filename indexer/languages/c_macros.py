"""Attribute macros of C and C++ → blanks, for the parser only: `API int f()` → `int f()`.

The grammar knows no macros: it reads a function `size_t` in `LIB_API size_t f(void)`. The words of
a declaration's head tell which are attributes: the word before the name is the type, `static` and
the like are known, and the rest are macros. Every byte keeps its place.
"""

from __future__ import annotations

import re

_WORD = rb"[A-Za-z_]\w*(?:\([^()\n]*\)(?=[ \t]))?"
_MACRO = rb"[A-Z][A-Z0-9]*_[A-Z0-9_]+"
_TYPE = (
    rb"(?:::)?[A-Za-z_]\w*(?:::\w+)*"
    rb"(?:<[^<>;(){}\n]*(?:<[^<>;(){}\n]*>[^<>;(){}\n]*)?>)?(?:::\w+)*"
)
_HEAD = re.compile(  # its literal first character lets the search skip from line to line
    rb"\n(?:[ \t]+(?=(?:(?:static|inline|virtual|explicit|constexpr|friend|extern)[ \t]+)*"
    rb"[A-Z][A-Z0-9_]{2}))?"
    rb"("
    + _WORD
    + rb"[ \t]+(?:"
    + _WORD
    + rb"[ \t*&]+)*(?:[A-Za-z_]\w*[ \t*&]*\n)?)[ \t]*"
    + rb"\(?([A-Za-z_]\w*)(?:::~?\w+)?\)?[ \t]*\("
)
_CLASS = re.compile(
    rb"\n[ \t]*(?:class|struct|union)[ \t]+((?:[A-Za-z_]\w*(?:\([^()\n]*\))?[ \t]+)+)"
    rb"[A-Za-z_]\w*(?:::\w+|<[^<>\n]*>)*[ \t]*(?:final[ \t]*)?(?:\r?\n?[ \t]*\{|:[^:])"
)
_ALONE = re.compile(
    rb"\n(_*[A-Z][A-Z0-9]*_[A-Z0-9_]+)[ \t]*\r?(?=\n(?!\w+[ \t]*[({]|[ \t]*[,=}(]))"
)
_TAIL = re.compile(
    rb"\)(?:[ \t]*(?:const|noexcept|override|final)\b)*\s+"
    rb"([A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()\n]*\))?)\s*(?=([;{]))"
)
_FIELD = re.compile(
    rb"\n[ \t]+([A-Za-z_][\w:<>,*& \t]*[ \t*&])\w+(?:\[\w*\])?[ \t]+"
    rb"([A-Z][A-Z0-9]*_[A-Z0-9_]+\([^()\n]*\))[ \t]*(?=[;={])"
)
_BEFORE_TYPE = re.compile(
    rb"\n[ \t]*(?:template[ \t]*<[^;{}()\n]*>[ \t]*)?"
    rb"(?:(?:static|inline|virtual|explicit|constexpr|friend|extern)[ \t]+)*"
    rb"((?:"
    + _MACRO
    + rb"[ \t]+)+)(?:(?:const|unsigned|static|inline|virtual|constexpr)[ \t]+)*"
    + _TYPE
    + rb"[ \t*&]+(?:const[ \t]+)?~?[A-Za-z_][\w:~]*[ \t]*[(;=\[]"
)
_AFTER_TYPE = re.compile(
    rb"\n[ \t]*(?:\[\[\w+\]\][ \t]*)?"
    rb"(?:(?:static|inline|virtual|constexpr|const|friend|extern)[ \t]+)*("
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
    + rb"\((?:[^(){};]|\([^(){};]*\))*\))[ \t]*\r?"
    + rb"(?=\n[ \t]+(?:(?:static|virtual|inline)[ \t]+)*("
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
_QUALIFIERS = frozenset(
    b"""static extern inline const volatile register constexpr consteval virtual explicit friend
    mutable typename thread_local restrict _Noreturn __inline __inline__ __extension__ __restrict
    __const __volatile__ noexcept""".split()
)
_STATEMENTS = frozenset(
    b"""return else case goto throw new delete if while for switch do sizeof typedef using namespace
    operator template co_return co_await co_yield default break continue not and or requires concept
    public private protected asm""".split()
)
_NO_TYPES = _QUALIFIERS | _STATEMENTS | _TAGS


def mask_attributes(source: bytes) -> bytes:
    """Return `source` with blanks for the macros in heads of declarations and classes."""
    heads = (
        head
        for head in _HEAD.finditer(source)
        if not (_LOUD.fullmatch(head[2]) and b"(" in head[1])
    )
    spans = [span for head in heads for span in _attributes(head[1], head.start(1))]
    classes = _CLASS.finditer(source)
    spans += [match.span(1) for match in classes if match[1].strip() not in _QUALIFIERS]
    spans += [match.span(1) for match in _ALONE.finditer(source)]
    return _blank(source, spans)


def mask_cpp_attributes(source: bytes) -> bytes:
    """Return the same for C++, with macros after parameters and members: `void f() GUARDED(m);`."""
    source = mask_attributes(source)
    spans = [tail.span(1) for tail in _TAIL.finditer(source) if _is_declaration(source, tail)]
    spans += [match.span(1) for match in _BEFORE_TYPE.finditer(source)]
    spans += [match.span(1) for match in _DECORATION.finditer(source) if match[2] not in _NO_TYPES]
    spans += [match.span(2) for match in _AFTER_TYPE.finditer(source) if match[1] not in _NO_TYPES]
    spans += [field.span(2) for field in _FIELD.finditer(source) if _is_field(field[1].split())]
    return _blank(source, spans)


def _is_field(words: list[bytes]) -> bool:
    return not _STATEMENTS.intersection(words) and not _QUALIFIERS.issuperset(words)


def mask_conditionals(source: bytes) -> bytes:
    """Return `source` with one branch of each conditional inside a function or a type.

    Later branches and the directives are blank: `#if` can cut statements in two. Conditionals
    around whole definitions stay.
    """
    spans: list[tuple[int, int]] = []
    open_conditionals: list[list[re.Match[bytes]]] = []
    for directive in _CONDITIONAL.finditer(source):
        if directive[1] == b"if":
            open_conditionals.append([directive])
            continue
        if not open_conditionals:
            continue
        open_conditionals[-1].append(directive)
        if directive[1] == b"endif":
            spans += _inner_branches(source, open_conditionals.pop())
    return _blank(source, spans)


def mask_statements(source: bytes) -> bytes:
    """Return `mask_conditionals` of `source` with blanks for macro calls without a semicolon.

    Only calls at the margin count: `DISABLE_WARNINGS(4251)`.
    """
    source = mask_conditionals(source)
    return _blank(source, [call.span(1) for call in _CALL_ALONE.finditer(source)])


def _inner_branches(source: bytes, marks: list[re.Match[bytes]]) -> list[tuple[int, int]]:
    if _AT_MARGIN.search(source, marks[0].end(), marks[-1].start() + 1):
        return []
    if len(marks) == 2:
        return [mark.span() for mark in marks]
    return [marks[0].span(), (marks[1].start(), marks[-1].end())]


def _is_declaration(source: bytes, tail: re.Match[bytes]) -> bool:
    """Return True if the text up to the parenthesis is a function's head, not a statement."""
    line = source[source.rfind(b"\n", 0, tail.start()) + 1 : tail.start() + 1]
    if _BRANCH.match(line):
        return False
    return tail[2] == b"{" or line.count(b"(") == line.count(b")")


def _blank(source: bytes, spans: list[tuple[int, int]]) -> bytes:
    if not spans:
        return source
    masked = bytearray(source)
    for start, end in spans:
        masked[start:end] = _NO_SPACE.sub(b" ", source[start:end])
    return bytes(masked)


def _attributes(head: bytes, at: int) -> list[tuple[int, int]]:
    """Return the words in the head of a declaration, from the byte `at`, beside its type."""
    plain: list[tuple[bytes, int, int]] = []
    calls: list[tuple[int, int]] = []
    has_type, is_tag = False, False
    for piece in _PIECE.finditer(head):
        word = piece[1]
        if word in _STATEMENTS:
            return []
        if piece[2]:
            calls += [(at + piece.start(), at + piece.end())] if _LOUD.fullmatch(word) else []
        elif is_tag or word in _TYPES:
            has_type, is_tag = True, False
        elif word in _TAGS:
            is_tag = True
        elif word not in _QUALIFIERS:
            plain.append((word, at + piece.start(), at + piece.end()))
    if not has_type and plain:
        quiet = [entry for entry in plain if not _LOUD.fullmatch(entry[0])]
        plain.remove(quiet[-1] if quiet else plain[-1])
        has_type = True
    return [*((start, end) for _, start, end in plain), *calls] if has_type else []
