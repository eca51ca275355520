"""Question → ranked hits → context pack. The online part of clew; it never reads the repository, only the index.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .changes import git_diff, symbols_on, touched_lines
    from .edge_columns import KINDS
    from .features import FEATURES, feature_rows
    from .graph import Graph, Reached
    from .mined import CALLABLE, Change, ChangedFile, Task, past_changes, solved_tasks, tasks_at, unit_of
    from .neural import NeuralOrder, neural_order, passage_text
    from .places import is_test
    from .prompt import messages, render
    from .reach import FLOW, Way
    from .records import Filter, Hit, Pack, Piece, Related
    from .reorder import Order, Passage
    from .searcher import Searcher
    from .tokens import count_tokens, counter_name
    from .tuning import Accuracy, Trial, keep, tune
    from .unresolved import Unresolved
    from .weights import weights_for

_MODULES = {
    "changes": ("git_diff", "symbols_on", "touched_lines"),
    "edge_columns": ("KINDS",),
    "features": ("FEATURES", "feature_rows"),
    "graph": ("Graph", "Reached"),
    "mined": ("CALLABLE", "Change", "ChangedFile", "Task", "past_changes", "solved_tasks", "tasks_at", "unit_of"),
    "neural": ("NeuralOrder", "neural_order", "passage_text"),
    "places": ("is_test",),
    "prompt": ("messages", "render"),
    "reach": ("FLOW", "Way"),
    "records": ("Filter", "Hit", "Pack", "Piece", "Related"),
    "reorder": ("Order", "Passage"),
    "searcher": ("Searcher",),
    "tokens": ("count_tokens", "counter_name"),
    "tuning": ("Accuracy", "Trial", "keep", "tune"),
    "unresolved": ("Unresolved",),
    "weights": ("weights_for",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}
__all__ = [
    "CALLABLE",
    "FEATURES",
    "FLOW",
    "KINDS",
    "Accuracy",
    "Change",
    "ChangedFile",
    "Filter",
    "Graph",
    "Hit",
    "NeuralOrder",
    "Order",
    "Pack",
    "Passage",
    "Piece",
    "Reached",
    "Related",
    "Searcher",
    "Task",
    "Trial",
    "Unresolved",
    "Way",
    "count_tokens",
    "counter_name",
    "feature_rows",
    "git_diff",
    "is_test",
    "keep",
    "messages",
    "neural_order",
    "passage_text",
    "past_changes",
    "render",
    "solved_tasks",
    "symbols_on",
    "tasks_at",
    "touched_lines",
    "tune",
    "unit_of",
    "weights_for",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
