"""An index for tests: it reads the files at each question, so real answers need no build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.tools.index import Spans


@dataclass(frozen=True, slots=True)
class GrepHit:
    """Lines around one that matches."""

    path: str
    symbol: str
    kind: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class GrepPack:
    """All that the words of a question occur in."""

    text: str
    tokens: int


class GrepIndex:
    """Ranks files by how many of a query's words they hold."""

    def __init__(self, root: Path) -> None:
        files = sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)
        self.files = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files
        }

    def query(self, text: str, k: int = 10) -> list[GrepHit]:
        words = {word.strip(".,:'\"").lower() for word in text.split()}
        scored = [
            (sum(word in body.lower() for word in words), path) for path, body in self.files.items()
        ]
        best = sorted((-score, path) for score, path in scored if score)[:k]
        return [
            GrepHit(path, "", "file", 1, len(self.files[path].splitlines())) for _, path in best
        ]

    def context(self, text: str, budget: int = 8000) -> GrepPack:
        parts = [f"{hit.path}\n{self.files[hit.path]}" for hit in self.query(text, 3)]
        packed = "\n".join(parts)[: budget * 4]
        return GrepPack(packed, len(packed) // 4)

    def text(self, path: str) -> str | None:
        return self.files.get(path)

    def map(self, budget: int = 3000) -> str:
        return "\n".join(sorted(self.files))[: budget * 3]

    def reaching(self, changed: Spans) -> list[str]:
        stems = {Path(path).stem for path in changed}
        tests = [path for path in sorted(self.files) if Path(path).name.startswith("test_")]
        return [path for path in tests if any(stem in self.files[path] for stem in stems)]

    def refreshed(self, tree: str) -> GrepIndex | None:
        return GrepIndex(Path(tree))
