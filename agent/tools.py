"""What the model can do: six tools. Whatever goes wrong inside one comes back as text that it can act on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from indexer import ClewError

from .edit import ToolError, file_in, replace_once, unified
from .observe import bounded, readable
from .records import Message, ToolCall
from .sandbox import Ran, Sandbox
from .session import Session

HITS = 8
HIT_LINES = 30  # of code shown with one hit
READ_LINES = 300  # of one answer of `read`
READ_CHARACTERS = 24_000  # about 8,000 tokens
READ_FILE_BYTES = 8 << 20
COMMAND_SECONDS = 300
KERNEL_LIMITS = {152: ": out of CPU time", 153: ": a file grew too large"}  # SIGXCPU, SIGXFSZ


class Hit(Protocol):
    """A ranked place in the repository."""

    @property
    def path(self) -> str: ...
    @property
    def symbol(self) -> str: ...  # may be empty
    @property
    def kind(self) -> str: ...
    @property
    def start_line(self) -> int: ...  # 1-based, inclusive; 0 for a file that is known by its path only
    @property
    def end_line(self) -> int: ...  # 1-based, inclusive


class Pack(Protocol):
    """The code that a question is about, within a token budget."""

    @property
    def text(self) -> str: ...
    @property
    def tokens(self) -> int: ...


class Index(Protocol):
    """What the agent needs of an index; `retrieval.Searcher` is one."""

    def query(self, text: str, k: int = ...) -> Sequence[Hit]: ...

    def context(self, text: str, budget: int = ...) -> Pack: ...

    def text(self, path: str) -> str | None: ...


def tool(name: str, description: str, **parameters: str) -> Message:
    """A tool's schema. A parameter is its type; one whose type ends in a question mark may be left out."""
    properties: dict[str, Any] = {}
    for parameter, kind in parameters.items():
        items = {"items": {"type": "string"}} if kind == "array" else {}
        properties[parameter] = {"type": kind.rstrip("?")} | items
    required = [parameter for parameter, kind in parameters.items() if not kind.endswith("?")]
    shape = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": shape}}


# In this order and with these bytes in every request of every run: the first thing that a prompt cache matches.
TOOLS: tuple[Message, ...] = (
    tool("search", "Find code by words, names, a question or a stack trace.", query="string", k="integer?"),
    tool(
        "read",
        "Read a file, a folder, or output:N of an earlier command.",
        path="string",
        start="integer?",
        end="integer?",
    ),
    tool(
        "edit",
        "Replace old, which must occur exactly once in the file, by new. An empty old creates a file.",
        path="string",
        old="string",
        new="string",
    ),
    tool("run", "Run a shell command at the root, in the sandbox: no network.", command="string", seconds="integer?"),
    tool(
        "plan",
        "State or change the plan; needed before the first edit. tests: the command that will show that it works.",
        steps="array",
        files="array",
        tests="string",
        risks="string?",
    ),
    tool("finish", "The task is done: the tests run, and if they pass the run ends.", summary="string"),
)


@dataclass(slots=True)
class Toolbox:
    """The tools over one working copy, apart from `plan` and `finish`, which steer the run."""

    root: Path
    index: Index
    sandbox: Sandbox
    session: Session
    refusal: Callable[[str], str] = field(default=lambda patch: "")  # why an edit must not be made, or ""
    planned: bool = False  # an accepted plan is there
    _tools: dict[str, Callable[..., str]] = field(init=False)

    def __post_init__(self) -> None:
        self._tools = {"search": self.search, "read": self.read, "edit": self.edit, "run": self.run}

    def call(self, call: ToolCall, more: dict[str, Callable[..., str]]) -> str:
        """Carry out one call; `more` are tools that are not in the box. What the model can mend comes back as text."""
        try:
            tools = self._tools | more
            arguments = checked(call)
            return tools[call.name](**arguments)
        except (ToolError, ClewError) as error:
            return f"error: {error}"
        except OSError as error:
            return f"error: {error.strerror or error}"

    def search(self, query: str, k: int = HITS) -> str:
        """Hits with enough of their code to decide."""
        hits = self.index.query(query, max(1, min(k, 20)))
        if not hits:
            return "nothing found: try other words, or `run` with grep for an exact string"
        return "\n\n".join(self._shown(hit) for hit in hits)

    def read(self, path: str, start: int = 1, end: int | None = None) -> str:
        """Lines of a file, as they are now."""
        lines = self._source(path).splitlines()
        start = max(1, start)
        last = min(len(lines), end or len(lines), start + READ_LINES - 1)
        if start > max(1, len(lines)):
            raise ToolError(f"{path} has {len(lines)} lines")
        text = "\n".join(lines[start - 1 : last])
        if len(text) > READ_CHARACTERS:
            text = f"{text[:READ_CHARACTERS]}\n[cut: the lines are too long to show]"
        more = f"; go on with start={last + 1}" if last < len(lines) else ""
        return f"{path} lines {start}-{last} of {len(lines)}{more}\n{text}"

    def edit(self, path: str, old: str, new: str) -> str:
        """Change one place of a file, or create it."""
        if not self.planned:
            raise ToolError("call plan first: say which files you will change and which tests will show that it works")
        target = file_in(self.root, path)
        changed = replace_once(target, path, old, new)
        before = target.read_bytes().decode("utf-8") if old else ""
        if refusal := self.refusal(unified(path, before, changed)):
            raise ToolError(refusal)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(changed.encode("utf-8"))
        if not old:
            return f"created {path} with {len(changed.splitlines())} lines"
        return f"edited {path} at line {first_difference(before, changed)}"

    def run(self, command: str, seconds: int = COMMAND_SECONDS) -> str:
        """A command's exit code and output."""
        return self.run_command(command, seconds)[1]

    def run_command(self, command: str, seconds: float | None = None) -> tuple[Ran, str]:
        """What came of a command, and what the model gets to see of it."""
        output = self.session.next_output()
        ran = self.sandbox.run(command, cwd=self.root, output=output, seconds=seconds)
        shown = bounded(readable(output, self.root), f"output:{self.session.outputs}")
        status = ran.stopped or f"exit code {ran.code}{KERNEL_LIMITS.get(ran.code, '')}"
        return ran, f"{status}\n{shown}".rstrip("\n")

    def _shown(self, hit: Hit) -> str:
        name = f" {hit.kind} {hit.symbol}" if hit.symbol else ""
        if hit.start_line < 1:
            return f"{hit.path}\n[known by its path only]"
        head = f"{hit.path}:{hit.start_line}-{hit.end_line}{name}"
        indexed = self.index.text(hit.path)
        try:
            now = file_in(self.root, hit.path).read_text(encoding="utf-8", errors="replace")
        except (ToolError, OSError):
            return f"{head}\n[this file is not in the working copy]"
        # Line numbers of the index mean nothing in a text that has changed since.
        if indexed is None or now != indexed:
            return f"{head}\n[changed since it was indexed: read it]"
        last = min(hit.end_line, hit.start_line + HIT_LINES - 1)
        code = "\n".join(line[:300] for line in now.splitlines()[hit.start_line - 1 : last])
        return f"{head}\n{code}" + (f"\n[{hit.end_line - last} more lines]" if last < hit.end_line else "")

    def _source(self, path: str) -> str:
        if path.startswith("output:"):
            kept = self.session.folder / "outputs" / f"{path.removeprefix('output:').zfill(3)}.txt"
            if not path.removeprefix("output:").isdecimal() or not kept.is_file():
                raise ToolError(f"there is no {path}: {self.session.outputs} outputs are kept")
            return readable(kept, self.root)
        file = file_in(self.root, path)
        if file.is_dir():
            names = sorted(child.name + "/" * child.is_dir() for child in file.iterdir() if child.name != ".git")
            return "\n".join(names)
        return existing_text(file, path)


def existing_text(file: Path, path: str) -> str:
    """The text of a regular file of bearable size."""
    if not file.is_file():  # a pipe or a device would block us
        raise ToolError(f"there is no file {path}: search for it, or read the folder")
    if file.stat().st_size > READ_FILE_BYTES:
        raise ToolError(f"{path} is too large to read: use run with grep or sed")
    return file.read_bytes().decode("utf-8", "replace")


def first_difference(before: str, after: str) -> int:
    """The line, from 1, at which the two texts begin to differ."""
    pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False), start=1)
    return next((line for line, (old, new) in pairs if old != new), min(before.count("\n"), after.count("\n")) + 1)


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
        raise ToolError(f"the arguments are not JSON ({error}), nothing was done: {call.name} takes {shape}") from error
    if not isinstance(arguments, dict):
        raise ToolError(f"the arguments are not an object, nothing was done: {call.name} takes {shape}")
    given = {name: value for name, value in arguments.items() if value is not None}
    wrong = [
        name for name in given if name not in schema["properties"] or not fits(given[name], schema["properties"][name])
    ]
    wrong += [name for name in schema["required"] if name not in given]
    if wrong:
        raise ToolError(f"wrong or missing: {', '.join(wrong)}; nothing was done: {call.name} takes {shape}")
    return given


def fits(value: object, schema: dict[str, Any]) -> bool:
    """Whether a value is of the type that its schema names; True is no integer here."""
    if isinstance(value, bool) or not isinstance(value, TYPES[schema["type"]]):
        return False
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)
