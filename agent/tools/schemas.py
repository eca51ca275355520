"""The schemas of the six tools, and the check of a call against them."""

from __future__ import annotations

import json
from typing import Any

from ..errors import ToolError
from ..session import Message, ToolCall

TYPES: dict[str, type] = {"string": str, "integer": int, "array": list}


def _schema(name: str, description: str, **parameters: str) -> Message:
    """Return a tool's schema. A parameter is its type, with a question mark if it is optional."""
    properties: dict[str, Any] = {}
    for parameter, kind in parameters.items():
        items = {"items": {"type": "string"}} if kind == "array" else {}
        properties[parameter] = {"type": kind.rstrip("?")} | items
    required = [parameter for parameter, kind in parameters.items() if not kind.endswith("?")]
    schema = {"type": "object", "properties": properties, "required": required}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


# In this order and with these bytes in every request of every run: prompt caches match them first.
TOOLS: tuple[Message, ...] = (
    _schema(
        "search",
        "Find code by words, names, a question or a stack trace.",
        query="string",
        k="integer?",
    ),
    _schema(
        "read",
        "Read a file, a folder, path::Symbol, path:12-40, or output:N."
        " find: only lines that hold this text.",
        path="string",
        start="integer?",
        end="integer?",
        find="string?",
    ),
    _schema(
        "edit",
        "Replace old, which must occur exactly once in the file, by new;"
        " an empty old creates a file. Or apply patch, a unified diff.",
        path="string",
        old="string?",
        new="string?",
        patch="string?",
    ),
    _schema(
        "run",
        "Run a shell command at the root, in the sandbox.",
        command="string",
        seconds="integer?",
    ),
    _schema(
        "plan",
        "State or change the plan; needed before the first edit."
        " tests: the command that will show that it works.",
        steps="array",
        files="array",
        tests="string",
        risks="string?",
    ),
    _schema(
        "finish",
        "The task is done: the tests run, and if they pass the run ends.",
        summary="string",
    ),
)
_PARAMETERS: dict[str, dict[str, Any]] = {
    tool["function"]["name"]: tool["function"]["parameters"] for tool in TOOLS
}


def check_arguments(call: ToolCall) -> dict[str, Any]:
    """Return the arguments of a call. Raise `ToolError` if they do not fit its tool's schema."""
    if call.name not in _PARAMETERS:
        raise ToolError(f"there is no tool {call.name!r}: use {', '.join(_PARAMETERS)}")
    schema = _PARAMETERS[call.name]
    properties = schema["properties"]
    usage = ", ".join(f"{name} ({kind['type']})" for name, kind in properties.items())
    arguments = _parse_arguments(call, f"nothing was done: {call.name} takes {usage}")
    wrong = [
        name
        for name, value in arguments.items()
        if name not in properties or not has_type(value, properties[name])
    ]
    wrong += [name for name in schema["required"] if name not in arguments]
    if wrong:
        raise ToolError(
            f"wrong or missing: {', '.join(wrong)}; nothing was done: {call.name} takes {usage}"
        )
    return arguments


def _parse_arguments(call: ToolCall, consequence: str) -> dict[str, Any]:
    """Return the arguments that are not null."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError as error:
        raise ToolError(f"the arguments are not JSON ({error}), {consequence}") from error
    if not isinstance(arguments, dict):
        raise ToolError(f"the arguments are not an object, {consequence}")
    return {name: value for name, value in arguments.items() if value is not None}


def has_type(value: object, schema: dict[str, Any]) -> bool:
    """Tell if a value has the type of its schema; True is no integer."""
    if isinstance(value, bool) or not isinstance(value, TYPES[schema["type"]]):
        return False
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)
