"""What the model can do: six tools. Whatever goes wrong inside one comes back as text that it can act on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer import ClewError, redact_text, syntax_errors

from ..sandbox.docker import Container
from ..sandbox.local import Sandbox
from ..sandbox.watchdog import Ran
from ..session.records import Answer, Message, ToolCall
from ..session.transcript import Session
from .code_refs import lines_of, names_of, part_of
from .edit import MAX_FILE_BYTES, ToolError, editable, file_in, replace_once, unified
from .index import Hit, Index
from .output import bounded, readable
from .patch import apply_patch

HITS = 8
HIT_LINES = 30  # of code shown with one hit
READ_LINES = 300  # of one answer of `read`
READ_CHARACTERS = 24_000  # about 8,000 tokens
COMMAND_SECONDS = 300
KERNEL_LIMITS = {152: ": out of CPU time", 153: ": a file grew too large"}  # SIGXCPU, SIGXFSZ
DATA = "[data"  # how a line begins below which text of the repository stands


def tool(name: str, description: str, **parameters: str) -> Message:
    """A tool's schema. A parameter is its type; one whose type ends in a question mark may be left out."""
    properties: dict[str, Any] = {}
    for parameter, kind in parameters.items():
        items = {"items": {"type": "string"}} if kind == "array" else {}
        properties[parameter] = {"type": kind.rstrip("?")} | items
    required = [parameter for parameter, kind in parameters.items() if not kind.endswith("?")]
    shape = {"type": "object", "properties": properties, "required": required}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": shape},
    }


# In this order and with these bytes in every request of every run: the first thing that a prompt cache matches.
TOOLS: tuple[Message, ...] = (
    tool(
        "search",
        "Find code by words, names, a question or a stack trace.",
        query="string",
        k="integer?",
    ),
    tool(
        "read",
        "Read a file, a folder, path::Symbol, path:12-40, or output:N. find: only lines that hold this text.",
        path="string",
        start="integer?",
        end="integer?",
        find="string?",
    ),
    tool(
        "edit",
        "Replace old, which must occur exactly once in the file, by new; an empty old creates a file. Or apply patch, a unified diff.",
        path="string",
        old="string?",
        new="string?",
        patch="string?",
    ),
    tool(
        "run",
        "Run a shell command at the root, in the sandbox.",
        command="string",
        seconds="integer?",
    ),
    tool(
        "plan",
        "State or change the plan; needed before the first edit. tests: the command that will show that it works.",
        steps="array",
        files="array",
        tests="string",
        risks="string?",
    ),
    tool(
        "finish",
        "The task is done: the tests run, and if they pass the run ends.",
        summary="string",
    ),
)


@dataclass(slots=True)
class Toolbox:
    """The tools over one working copy, apart from `plan` and `finish`, which steer the run."""

    root: Path
    index: Index
    sandbox: Sandbox | Container
    session: Session
    refusal: Callable[[str], str] = field(
        default=lambda patch: ""
    )  # why an edit must not be made, or ""
    planned: bool = False  # an accepted plan is there
    hidden: int = 0  # secrets written over in what was shown since this was last read
    _tools: dict[str, Callable[..., Answer]] = field(init=False)

    def __post_init__(self) -> None:
        self._tools = {"search": self.search, "read": self.read, "edit": self.edit, "run": self.run}

    def call(self, call: ToolCall, more: dict[str, Callable[..., Answer]]) -> Answer:
        """Carry out one call; `more` are tools that are not in the box. What the model can mend comes back as text."""
        try:
            tools = self._tools | more
            arguments = checked(call)
            return tools[call.name](**arguments)
        except (ToolError, ClewError) as error:
            return Answer(f"error: {error}", failed=True)
        except OSError as error:
            return Answer(f"error: {error.strerror or error}", failed=True)

    def search(self, query: str, k: int = HITS) -> Answer:
        """Hits with enough of their code to decide."""
        hits = self.index.query(query, max(1, min(k, 20)))
        if not hits:
            return Answer("nothing found: try other words, or `run` with grep for an exact string")
        refs = tuple(dict.fromkeys(reference(hit) for hit in hits))
        return Answer(
            f"{DATA} that the index found]\n" + "\n\n".join(self._shown(hit) for hit in hits), refs
        )

    def read(self, path: str, start: int = 1, end: int | None = None, find: str = "") -> Answer:
        """Lines of a file, as they are now."""
        text = self._source(path)
        part = part_of(path)
        if part.symbol:
            start, end = lines_of(part.path, text, part.symbol)
        elif part.start:
            start, end = part.start, part.end
        lines = text.splitlines()
        if find:
            return found_in(path, lines, find)
        start = max(1, start)
        last = min(len(lines), end or len(lines), start + READ_LINES - 1)
        if start > max(1, len(lines)):
            raise ToolError(f"{path} has {len(lines)} lines")
        shown = "\n".join(lines[start - 1 : last])
        if len(shown) > READ_CHARACTERS:
            shown = f"{shown[:READ_CHARACTERS]}\n[cut: the lines are too long to show]"
        more = f"; go on with start={last + 1}" if last < min(len(lines), end or len(lines)) else ""
        named = (self.root / part.path).is_file() and not path.startswith("output:")
        refs = names_of(part.path, text, start, last) if named else [path]
        return Answer(
            f"{DATA} {part.path}, lines {start}-{last} of {len(lines)}{more}]\n{shown}", tuple(refs)
        )

    def edit(self, path: str, old: str = "", new: str = "", patch: str = "") -> Answer:
        """Change one place of a file, or several by a patch, or create it."""
        if not self.planned:
            raise ToolError(
                "call plan first: say which files you will change and which tests will show that it works"
            )
        if patch and (old or new):
            raise ToolError("give old and new, or patch")
        target = file_in(self.root, path)
        before = editable(target, path) if old or patch else ""
        changed = apply_patch(before, patch) if patch else replace_once(target, path, old, new)
        still_parses(path, before, changed)
        if refusal := self.refusal(unified(path, before, changed)):
            raise ToolError(refusal)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(changed.encode("utf-8"))
        if not before:
            return Answer(f"created {path} with {len(changed.splitlines())} lines", (path,))
        line = first_difference(before, changed)
        return Answer(f"edited {path} at line {line}", tuple(names_of(path, changed, line, line)))

    def run(self, command: str, seconds: int = COMMAND_SECONDS) -> Answer:
        """A command's exit code and output."""
        return self.run_command(command, seconds)[1]

    def run_command(self, command: str, seconds: float | None = None) -> tuple[Ran, Answer]:
        """What came of a command, and what the model gets to see of it."""
        number, output = self.session.next_output()
        ran = self.sandbox.run(command, cwd=self.root, output=output, seconds=seconds)
        shown = bounded(self._without_secrets(readable(output, self.root)), f"output:{number}")
        status = ran.stopped or f"exit code {ran.code}{KERNEL_LIMITS.get(ran.code, '')}"
        text = f"{status}\n{DATA} of the command]\n{shown}" if shown else status
        return ran, Answer(text, (f"output:{number}",), failed=ran.code != 0)

    def _shown(self, hit: Hit) -> str:
        name = f" {hit.kind} {hit.symbol}" if hit.symbol else ""
        if hit.start_line < 1:
            return f"{hit.path}\n[known by its path only]"
        head = f"{hit.path}:{hit.start_line}-{hit.end_line}{name}"
        indexed = self.index.text(hit.path)
        try:
            now = redact_text(
                file_in(self.root, hit.path).read_text(encoding="utf-8", errors="replace")
            )[0]
        except (ToolError, OSError):
            return f"{head}\n[this file is not in the working copy]"
        # Line numbers of the index mean nothing in a text that has changed since. The index holds no secrets.
        if indexed is None or now != indexed:
            return f"{head}\n[changed since it was indexed: read it]"
        last = min(hit.end_line, hit.start_line + HIT_LINES - 1)
        code = "\n".join(line[:300] for line in now.splitlines()[hit.start_line - 1 : last])
        return f"{head}\n{code}" + (
            f"\n[{hit.end_line - last} more lines]" if last < hit.end_line else ""
        )

    def _source(self, path: str) -> str:
        if path.startswith("output:"):
            number = path.removeprefix("output:")
            if not number.isdecimal() or not (kept := self.session.keep(int(number))).is_file():
                raise ToolError(f"there is no {path}: {self.session.outputs} outputs are kept")
            return self._without_secrets(readable(kept, self.root))
        path = part_of(path).path if not (self.root / path).exists() else path
        file = file_in(self.root, path)
        if file.is_dir():
            names = sorted(
                child.name + "/" * child.is_dir()
                for child in file.iterdir()
                if child.name != ".git"
            )
            return "\n".join(names)
        return self._without_secrets(existing_text(file, path))

    def _without_secrets(self, text: str) -> str:
        """The whole of a text is looked at before a part of it is shown: a part of a key does not look like one."""
        clean, count = redact_text(text)
        self.hidden += count
        return clean


def reference(hit: Hit) -> str:
    """The name that brings a hit back."""
    if hit.symbol:
        return f"{hit.path}::{hit.symbol}"
    return f"{hit.path}:{hit.start_line}-{hit.end_line}" if hit.start_line else hit.path


def found_in(path: str, lines: list[str], find: str) -> Answer:
    """The lines that hold `find`, with their numbers."""
    found = [f"{at}: {line[:300]}" for at, line in enumerate(lines, start=1) if find in line]
    if not found:
        return Answer(f"no line of {path} holds {find!r}")
    more = f"\n[{len(found) - READ_LINES} more]" if len(found) > READ_LINES else ""
    shown = "\n".join(found[:READ_LINES])
    return Answer(f"{DATA} {path}, lines with {find!r}]\n{shown[:READ_CHARACTERS]}{more}", (path,))


def still_parses(path: str, before: str, after: str) -> None:
    """Raise `ToolError` where an edit would break the syntax of a file; one that was broken before may stay so."""
    errors = syntax_errors(path, after)
    if errors and not syntax_errors(path, before):
        line = errors[0]
        text = (
            after.splitlines()[line - 1].strip()[:120]
            if line <= len(after.splitlines())
            else "the end of the file"
        )
        raise ToolError(f"not written: {path} would no longer parse, from line {line} on: {text}")


def existing_text(file: Path, path: str) -> str:
    """The text of a regular file of bearable size."""
    if not file.is_file():  # a pipe or a device would block us
        raise ToolError(f"there is no file {path}: search for it, or read the folder")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise ToolError(f"{path} is too large to read: use run with grep or sed")
    return file.read_bytes().decode("utf-8", "replace")


def first_difference(before: str, after: str) -> int:
    """The line, from 1, at which the two texts begin to differ."""
    pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False), start=1)
    return next(
        (line for line, (old, new) in pairs if old != new),
        min(before.count("\n"), after.count("\n")) + 1,
    )


TYPES: dict[str, type] = {"string": str, "integer": int, "array": list}


def checked(call: ToolCall) -> dict[str, Any]:
    """The arguments of a call, when they fit the schema of its tool; or a `ToolError` that says what does not."""
    schemas = {each["function"]["name"]: each["function"]["parameters"] for each in TOOLS}
    if call.name not in schemas:
        raise ToolError(f"there is no tool {call.name!r}: use {', '.join(schemas)}")
    schema = schemas[call.name]
    shape = ", ".join(f"{name} ({kind['type']})" for name, kind in schema["properties"].items())
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError as error:
        raise ToolError(
            f"the arguments are not JSON ({error}), nothing was done: {call.name} takes {shape}"
        ) from error
    if not isinstance(arguments, dict):
        raise ToolError(
            f"the arguments are not an object, nothing was done: {call.name} takes {shape}"
        )
    given = {name: value for name, value in arguments.items() if value is not None}
    wrong = [
        name
        for name in given
        if name not in schema["properties"] or not fits(given[name], schema["properties"][name])
    ]
    wrong += [name for name in schema["required"] if name not in given]
    if wrong:
        raise ToolError(
            f"wrong or missing: {', '.join(wrong)}; nothing was done: {call.name} takes {shape}"
        )
    return given


def fits(value: object, schema: dict[str, Any]) -> bool:
    """Whether a value is of the type that its schema names; True is no integer here."""
    if isinstance(value, bool) or not isinstance(value, TYPES[schema["type"]]):
        return False
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)
