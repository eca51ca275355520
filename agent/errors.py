"""Errors of the agent: a run that cannot start or go on, and a tool call that cannot work."""

from __future__ import annotations

from indexer import ClewError


class AgentError(ClewError):
    """The run cannot start, or cannot go on, until the user changes something."""


class SandboxError(AgentError):
    """No sandbox of the requested kind works on this machine."""


class WorktreeError(AgentError):
    """The repository, or the run's copy of it, cannot be used."""


class ToolError(Exception):
    """A tool was called in a way that cannot work; the model reads the message and corrects it."""
