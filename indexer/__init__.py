"""Source tree → symbol graph, chunks and embeddings in LanceDB. The offline part of clew.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .build import Progress, build_index
    from .chunk import chunk_lines
    from .collect import Collected, collect_views
    from .encode import Encoder, HashEncoder, StaticEncoder, data_folder, load_encoder
    from .entries import Entry
    from .errors import ClewError, EncoderError, GenerationGone, SourceError, StoreError
    from .extract import extract_facts, extract_symbols
    from .families import family_of
    from .found import FoundChunk, FoundEdge
    from .generation import State, Tuning, View
    from .git import open_repository
    from .languages import LANGUAGES, grammar, language_of
    from .link import Before, link_view
    from .memory import parse_size, tree_memory
    from .past import Past, PastCommit
    from .priority import give_way
    from .records import Chunk, Edge, FileFacts, Reference, Report, Symbol, key64, printable, symbol_id
    from .resolve import Resolver
    from .revision import open_revision
    from .rewalk import Rewalked
    from .rules import CONFIDENCE
    from .schema import ExtractedFile, fact_batches
    from .scip import DEFINITION, Document, Occurrence, ScipError, read_scip, written
    from .secrets import redact, redact_text
    from .snapshot import Snapshot
    from .source import Skipped, SkipReason, Source, SourceFile
    from .store import Store
    from .symbols import FileSymbols, FoundSymbol
    from .syntax import definitions, syntax_errors
    from .terms import search_terms
    from .vector_cache import VectorCache, cache_folder
    from .walk import open_worktree

_MODULES = {
    "build": ("Progress", "build_index"),
    "chunk": ("chunk_lines",),
    "collect": ("Collected", "collect_views"),
    "encode": ("Encoder", "HashEncoder", "StaticEncoder", "data_folder", "load_encoder"),
    "entries": ("Entry",),
    "errors": ("ClewError", "EncoderError", "GenerationGone", "SourceError", "StoreError"),
    "found": ("FoundChunk", "FoundEdge"),
    "generation": ("State", "Tuning", "View"),
    "extract": ("extract_facts", "extract_symbols"),
    "git": ("open_repository",),
    "families": ("family_of",),
    "languages": ("LANGUAGES", "grammar", "language_of"),
    "link": ("Before", "link_view"),
    "memory": ("parse_size", "tree_memory"),
    "priority": ("give_way",),
    "past": ("Past", "PastCommit"),
    "records": ("Chunk", "Edge", "FileFacts", "Reference", "Report", "Symbol", "key64", "printable", "symbol_id"),
    "resolve": ("Resolver",),
    "revision": ("open_revision",),
    "rewalk": ("Rewalked",),
    "schema": ("ExtractedFile", "fact_batches"),
    "secrets": ("redact", "redact_text"),
    "rules": ("CONFIDENCE",),
    "scip": ("DEFINITION", "Document", "Occurrence", "ScipError", "read_scip", "written"),
    "snapshot": ("Snapshot",),
    "source": ("SkipReason", "Skipped", "Source", "SourceFile"),
    "store": ("Store",),
    "symbols": ("FileSymbols", "FoundSymbol"),
    "syntax": ("definitions", "syntax_errors"),
    "terms": ("search_terms",),
    "vector_cache": ("VectorCache", "cache_folder"),
    "walk": ("open_worktree",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}
__all__ = [
    "CONFIDENCE",
    "DEFINITION",
    "LANGUAGES",
    "Before",
    "Chunk",
    "ClewError",
    "Collected",
    "Document",
    "Edge",
    "Encoder",
    "EncoderError",
    "Entry",
    "ExtractedFile",
    "FileFacts",
    "FileSymbols",
    "FoundChunk",
    "FoundEdge",
    "FoundSymbol",
    "GenerationGone",
    "HashEncoder",
    "Occurrence",
    "Past",
    "PastCommit",
    "Progress",
    "Reference",
    "Report",
    "Resolver",
    "Rewalked",
    "ScipError",
    "SkipReason",
    "Skipped",
    "Snapshot",
    "Source",
    "SourceError",
    "SourceFile",
    "State",
    "StaticEncoder",
    "Store",
    "StoreError",
    "Symbol",
    "Tuning",
    "VectorCache",
    "View",
    "build_index",
    "cache_folder",
    "chunk_lines",
    "collect_views",
    "data_folder",
    "definitions",
    "extract_facts",
    "extract_symbols",
    "fact_batches",
    "family_of",
    "give_way",
    "grammar",
    "key64",
    "language_of",
    "link_view",
    "load_encoder",
    "open_repository",
    "open_revision",
    "open_worktree",
    "parse_size",
    "printable",
    "read_scip",
    "redact",
    "redact_text",
    "search_terms",
    "symbol_id",
    "syntax_errors",
    "tree_memory",
    "written",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
