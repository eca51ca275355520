"""Question → ranked hits → context pack. The online part of clew; it never reads the repository, only the index.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .graph import Graph
    from .prompt import messages, render
    from .records import Filter, Hit, Pack, Piece, Related
    from .searcher import Searcher
    from .tokens import count_tokens, counter_name

_MODULES = {
    "graph": ("Graph",),
    "prompt": ("messages", "render"),
    "records": ("Filter", "Hit", "Pack", "Piece", "Related"),
    "searcher": ("Searcher",),
    "tokens": ("count_tokens", "counter_name"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}
__all__ = [
    "Filter",
    "Graph",
    "Hit",
    "Pack",
    "Piece",
    "Related",
    "Searcher",
    "count_tokens",
    "counter_name",
    "messages",
    "render",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
