"""The published state of a store: the version of every table, and the views."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import StoreError
from ..records import Report
from .schema import FORMAT


@dataclass(frozen=True, slots=True)
class View:
    """One indexed work tree or revision."""

    name: str  # the work tree's root, or `rev:<commit>`
    kind: str  # worktree | revision
    root: str  # the work tree, or the git directory
    commit: str  # "" without git
    report: Report
    resolution: str = ""  # the version of the rules for edges; edges of another one are not reused
    module_inputs: tuple[tuple[str, str, str], ...] = ()  # inputs of module resolution
    prefix: str = ""  # of paths, below the top of the repository: "" or ends in a slash
    edges_generation: int = 0  # the last generation with edges made from its own files
    # earlier such generations, before large changes; their manifests can still be read
    restorable_generations: tuple[int, ...] = ()

    @property
    def has_current_edges(self) -> bool:
        """Return True if all edges were made from the published files.

        Otherwise some files were published before they were resolved.
        """
        return self.edges_generation == self.report.generation

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> View:
        """Return the view with the fields that `asdict` gave, after a way through JSON."""
        return cls(
            **fields
            | {
                "report": Report(**fields["report"]),
                "module_inputs": tuple(map(tuple, fields["module_inputs"])),
                "restorable_generations": tuple(fields["restorable_generations"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Tuning:
    """Ranking weights learned from commits, for views whose history contains the last of them."""

    tip: str  # the newest commit used
    ranker: str  # the version of the ranker whose signals are weighted
    weights: dict[str, float]  # signal → factor; 1 for others
    tasks: int  # commits for training and validation
    before: float  # mean score in validation, 0 to 1
    after: float


@dataclass(frozen=True, slots=True)
class State:
    """A published generation."""

    generation: int
    fact_version: str
    encoder: str  # the spec that the store was built with; queries load the same
    encoder_id: str
    dim: int
    versions: dict[str, int]  # table → Lance version
    views: dict[str, View]
    latest: str  # the view published last
    format: int = field(default=FORMAT)
    tunings: tuple[Tuning, ...] = ()  # at most one per history

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> State:
        """Return the state in `text`. Raises ValueError, TypeError or KeyError."""
        fields: dict[str, Any] = json.loads(text)
        views = {name: View.from_dict(view) for name, view in fields["views"].items()}
        tunings = tuple(Tuning(**tuning) for tuning in fields["tunings"])
        return cls(**fields | {"views": views, "tunings": tunings})

    def find_view(self, name: str) -> str:
        """Return the name of a view given by name or by the start of a revision's commit.

        Raises `StoreError`.
        """
        commit = name.removeprefix("rev:")
        by_commit = [
            view.name
            for view in self.views.values()
            if view.kind == "revision" and view.commit.startswith(commit)
        ]
        matches = [name] if name in self.views else by_commit
        if len(matches) == 1:
            return matches[0]
        known = ", ".join(sorted(self.views)) or "none"
        raise StoreError(
            f"no view {name} in the store (it has {known}): index it first with `clew index --rev`"
        )
