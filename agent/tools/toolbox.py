"""The tools of the model. An error inside one becomes a text for the model to act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import ClewError, redact_text

from ..errors import ToolError
from ..sandbox import CommandResult, Sandbox
from ..session import Session, ToolCall, ToolResult
from .code_refs import CodeRef, find_symbol_lines, parse_ref, refs_to_lines
from .edit import (
    MAX_FILE_BYTES,
    check_syntax,
    first_difference,
    format_diff,
    read_editable,
    replace_once,
    resolve_path,
)
from .index import Index
from .output import read_output, shorten
from .patch import apply_patch
from .schemas import check_arguments

if TYPE_CHECKING:
    from retrieval import Hit

HITS, MAX_HITS = 8, 20
HIT_LINES = 30  # of code shown with one hit
LINE_WIDTH = 300  # characters of a line in a hit
READ_LINES = 300  # of one answer of `read`
READ_CHARACTERS = 24_000  # about 8,000 tokens
COMMAND_SECONDS = 300
KERNEL_LIMITS = {152: ": out of CPU time", 153: ": a file grew too large"}  # SIGXCPU, SIGXFSZ
DATA = "[data"  # begins the line above a text of the repository


@dataclass(slots=True)
class Toolbox:
    """The tools over one worktree, except `plan` and `finish`, which steer the run."""

    root: Path
    index: Index
    sandbox: Sandbox
    session: Session
    # Why an edit, given as a diff, is rejected, or "".
    find_objection: Callable[[str], str] = field(default=lambda diff: "")
    planned: bool = False  # there is an accepted plan
    redacted: int = 0  # secrets in the results since this was last reset
    _tools: dict[str, Callable[..., ToolResult]] = field(init=False)

    def __post_init__(self) -> None:
        self._tools = {"search": self.search, "read": self.read, "edit": self.edit, "run": self.run}

    def call(self, call: ToolCall, more: dict[str, Callable[..., ToolResult]]) -> ToolResult:
        """Carry out one call; `more` are tools that are not in the box.

        Errors that the model can correct are returned as text.
        """
        try:
            tools = self._tools | more
            arguments = check_arguments(call)
            return tools[call.name](**arguments)
        except (ToolError, ClewError) as error:
            return ToolResult(f"error: {error}", failed=True)
        except OSError as error:
            return ToolResult(f"error: {error.strerror or error}", failed=True)

    def search(self, query: str, k: int = HITS) -> ToolResult:
        """Return hits, each with the beginning of its code."""
        hits = self.index.query(query, max(1, min(k, MAX_HITS)))
        if not hits:
            return ToolResult(
                "nothing found: try other words, or `run` with grep for an exact string"
            )
        refs = tuple(dict.fromkeys(ref_to_hit(hit) for hit in hits))
        shown = "\n\n".join(self._show_hit(hit) for hit in hits)
        return ToolResult(f"{DATA} that the index found]\n{shown}", refs)

    def read(self, path: str, start: int = 1, end: int | None = None, find: str = "") -> ToolResult:
        """Return lines of a file as they are now; with `find` only the lines containing it."""
        text = self._read_text(path)
        ref = parse_ref(path)
        if ref.symbol:
            start, end = find_symbol_lines(ref.path, text, ref.symbol)
        elif ref.start:
            start, end = ref.start, ref.end
        if find:
            return find_lines(path, text.splitlines(), find)
        return self._read_range(path, ref, text, max(1, start), end)

    def _read_range(
        self, path: str, ref: CodeRef, text: str, start: int, end: int | None
    ) -> ToolResult:
        lines = text.splitlines()
        final = min(len(lines), end or len(lines))
        last = min(final, start + READ_LINES - 1)
        if start > max(1, len(lines)):
            raise ToolError(f"{path} has {len(lines)} lines")
        shown = "\n".join(lines[start - 1 : last])
        if len(shown) > READ_CHARACTERS:
            shown = f"{shown[:READ_CHARACTERS]}\n[cut: the lines are too long to show]"
        more = f"; go on with start={last + 1}" if last < final else ""
        is_file = (self.root / ref.path).is_file() and not path.startswith("output:")
        refs = refs_to_lines(ref.path, text, start, last) if is_file else [path]
        head = f"{DATA} {ref.path}, lines {start}-{last} of {len(lines)}{more}]"
        return ToolResult(f"{head}\n{shown}", tuple(refs))

    def edit(self, path: str, old: str = "", new: str = "", patch: str = "") -> ToolResult:
        """Change one place of a file, or several by a patch, or create the file."""
        if not self.planned:
            raise ToolError(
                "call plan first: say which files you will change"
                " and which tests will show that it works"
            )
        if patch and (old or new):
            raise ToolError("give old and new, or patch")
        target = resolve_path(self.root, path)
        before = read_editable(target, path) if old or patch else ""
        after = apply_patch(before, patch) if patch else replace_once(target, path, old, new)
        check_syntax(path, before, after)
        if objection := self.find_objection(format_diff(path, before, after)):
            raise ToolError(objection)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(after.encode("utf-8"))
        if not before:
            return ToolResult(f"created {path} with {len(after.splitlines())} lines", (path,))
        line = first_difference(before, after)
        refs = tuple(refs_to_lines(path, after, line, line))
        return ToolResult(f"edited {path} at line {line}", refs)

    def run(self, command: str, seconds: int = COMMAND_SECONDS) -> ToolResult:
        """Return a command's exit code and output."""
        return self.run_command(command, seconds)[1]

    def run_command(
        self, command: str, seconds: float | None = None
    ) -> tuple[CommandResult, ToolResult]:
        """Return the result of a command, and its form for the model."""
        number, output = self.session.next_output()
        result = self.sandbox.run(command, cwd=self.root, output=output, seconds=seconds)
        text = self._redact(read_output(output, self.root))
        shown = shorten(text, f"output:{number}")
        exit_code = f"exit code {result.code}{KERNEL_LIMITS.get(result.code, '')}"
        status = result.broken_limit or exit_code
        answer = f"{status}\n{DATA} of the command]\n{shown}" if shown else status
        return result, ToolResult(answer, (f"output:{number}",), failed=result.code != 0)

    def _show_hit(self, hit: Hit) -> str:
        if hit.start_line < 1:
            return f"{hit.path}\n[known by its path only]"
        name = f" {hit.kind} {hit.symbol}" if hit.symbol else ""
        head = f"{hit.path}:{hit.start_line}-{hit.end_line}{name}"
        try:
            file = resolve_path(self.root, hit.path)
            text = redact_text(file.read_text(encoding="utf-8", errors="replace"))[0]
        except (ToolError, OSError):
            return f"{head}\n[this file is not in the working copy]"
        # After a change, line numbers of the index are meaningless. The index holds no secrets.
        if text != self.index.text(hit.path):
            return f"{head}\n[changed since it was indexed: read it]"
        last = min(hit.end_line, hit.start_line + HIT_LINES - 1)
        lines = text.splitlines()[hit.start_line - 1 : last]
        code = "\n".join(line[:LINE_WIDTH] for line in lines)
        more = f"\n[{hit.end_line - last} more lines]" if last < hit.end_line else ""
        return f"{head}\n{code}{more}"

    def _read_text(self, path: str) -> str:
        """Return the text of an output, a file, or a folder's names, without secrets."""
        if path.startswith("output:"):
            return self._redact(read_output(self._find_output(path), self.root))
        path = path if (self.root / path).exists() else parse_ref(path).path
        file = resolve_path(self.root, path)
        if file.is_dir():
            children = (child for child in file.iterdir() if child.name != ".git")
            return "\n".join(sorted(child.name + "/" * child.is_dir() for child in children))
        return self._redact(read_file(file, path))

    def _find_output(self, name: str) -> Path:
        number = name.removeprefix("output:")
        if number.isdecimal() and (path := self.session.output_path(int(number))).is_file():
            return path
        raise ToolError(f"there is no {name}: {self.session.outputs} outputs are kept")

    def _redact(self, text: str) -> str:
        """Return a whole text without secrets: a part of a key would not be recognized as one."""
        clean, count = redact_text(text)
        self.redacted += count
        return clean


def ref_to_hit(hit: Hit) -> str:
    """Return the name to read a hit again."""
    if hit.symbol:
        return f"{hit.path}::{hit.symbol}"
    return f"{hit.path}:{hit.start_line}-{hit.end_line}" if hit.start_line else hit.path


def find_lines(path: str, lines: list[str], text: str) -> ToolResult:
    """Return the lines containing `text`, with their numbers."""
    matches = [
        f"{number}: {line[:LINE_WIDTH]}"
        for number, line in enumerate(lines, start=1)
        if text in line
    ]
    if not matches:
        return ToolResult(f"no line of {path} holds {text!r}")
    omitted = len(matches) - READ_LINES
    more = f"\n[{omitted} more]" if omitted > 0 else ""
    shown = "\n".join(matches[:READ_LINES])[:READ_CHARACTERS]
    return ToolResult(f"{DATA} {path}, lines with {text!r}]\n{shown}{more}", (path,))


def read_file(file: Path, path: str) -> str:
    """Return the text of a regular file. Raise `ToolError` if there is none or it is too large."""
    if not file.is_file():  # reading a pipe or a device would block
        raise ToolError(f"there is no file {path}: search for it, or read the folder")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise ToolError(f"{path} is too large to read: use run with grep or sed")
    return file.read_bytes().decode("utf-8", "replace")
