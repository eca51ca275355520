"""What a generation publishes: the version of every table, and the views."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import StoreError
from ..records import Report
from .schema import FORMAT


@dataclass(frozen=True, slots=True)
class View:
    """One indexed work tree or revision, as a generation describes it."""

    name: str  # the work tree's root, or `rev:<commit>`
    kind: str  # worktree | revision
    root: str  # the work tree, or the git directory
    commit: str  # "" where there is no git
    report: Report
    resolution: str = (
        ""  # how its edges were resolved; edges that were resolved otherwise are not kept
    )
    consulted: tuple[tuple[str, str, str], ...] = ()  # as in `needs`
    prefix: str = (
        ""  # where its root lies below the top of its repository; ends in a slash where it does
    )
    settled: int = 0  # the last generation whose edges were made from what it holds
    former: tuple[
        int, ...
    ] = ()  # settled ones, before much of it changed at once; its rows still give their manifests

    @property
    def is_settled(self) -> bool:
        """Whether all edges are those of the texts; else some files have changed, whose edges are those of before."""
        return self.settled == self.report.generation


@dataclass(frozen=True, slots=True)
class Tuning:
    """Weights that a repository's own history taught; for the views whose history holds the commit that it ends with."""

    tip: str  # the newest commit that had a part in it
    ranker: str  # which ranker's signals the weights are for
    weights: dict[str, float]  # signal → factor; 1 where it has none
    tasks: int  # commits that it was learned from and judged by
    before: float  # mean score of those that judged it, 0 to 1
    after: float


@dataclass(frozen=True, slots=True)
class State:
    """What a generation publishes."""

    generation: int
    epoch: str
    encoder: str  # the spec that the store was built with; queries load the same
    encoder_id: str
    dim: int
    versions: dict[str, int]  # table → Lance version
    views: dict[str, View]
    latest: str  # the view that was published last
    format: int = field(default=FORMAT)
    tunings: tuple[Tuning, ...] = ()  # at most one for the commits of one history

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> State:
        raw: dict[str, Any] = json.loads(text)
        for view in raw["views"].values():
            view["report"] = Report(**view["report"])
            view["consulted"] = tuple(map(tuple, view["consulted"]))
            view["former"] = tuple(view.get("former", ()))
        raw["views"] = {name: View(**view) for name, view in raw["views"].items()}
        raw["tunings"] = tuple(Tuning(**each) for each in raw.get("tunings", ()))
        return cls(**raw)

    def view_named(self, wanted: str) -> str:
        """The name of the view `wanted`, a name or the start of a revision's commit. Raises `StoreError`."""
        commit = wanted.removeprefix("rev:")
        by_commit = [
            name
            for name, view in self.views.items()
            if view.kind == "revision" and view.commit.startswith(commit)
        ]
        found = [wanted] if wanted in self.views else by_commit
        if len(found) == 1:
            return found[0]
        known = ", ".join(sorted(self.views)) or "none"
        raise StoreError(
            f"no view {wanted} in the store (it has {known}): index it first with `clew index --rev`"
        )
