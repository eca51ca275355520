"""Context → plan → act → verify: a loop over a model, in a working copy and a sandbox of its own.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .approve import Approval, Ask, Decision, Proposal, ask_on_terminal
    from .begin import resume_agent, run_agent
    from .endings import AgentError, SandboxError, WorktreeError
    from .index import Hit, Index, Pack, SearchedIndex
    from .model import Model
    from .patience import models_named
    from .records import Outcome, Reply, Settings, Usage
    from .replay import replay_run
    from .rerank import Reranker
    from .review import apply_run, told_turns
    from .sandbox import Finding, probe
    from .scripted import ScriptedServer
    from .session import conversation, find_run, load, runs_folder
    from .tools import TOOLS
    from .worktree import copied_store

_HOMES = {
    "approve": ("Approval", "Ask", "Decision", "Proposal", "ask_on_terminal"),
    "endings": ("AgentError", "SandboxError", "WorktreeError"),
    "begin": ("resume_agent", "run_agent"),
    "index": ("Hit", "Index", "Pack", "SearchedIndex"),
    "model": ("Model",),
    "patience": ("models_named",),
    "records": ("Outcome", "Reply", "Settings", "Usage"),
    "replay": ("replay_run",),
    "rerank": ("Reranker",),
    "review": ("apply_run", "told_turns"),
    "sandbox": ("Finding", "probe"),
    "scripted": ("ScriptedServer",),
    "session": ("conversation", "find_run", "load", "runs_folder"),
    "tools": ("TOOLS",),
    "worktree": ("copied_store",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "TOOLS",
    "AgentError",
    "Approval",
    "Ask",
    "Decision",
    "Finding",
    "Hit",
    "Index",
    "Model",
    "Outcome",
    "Pack",
    "Proposal",
    "Reply",
    "Reranker",
    "SandboxError",
    "ScriptedServer",
    "SearchedIndex",
    "Settings",
    "Usage",
    "WorktreeError",
    "apply_run",
    "ask_on_terminal",
    "conversation",
    "copied_store",
    "find_run",
    "load",
    "models_named",
    "probe",
    "replay_run",
    "resume_agent",
    "run_agent",
    "runs_folder",
    "told_turns",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
