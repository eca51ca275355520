"""An index for tests that reads the files when asked: real answers from a real tree, no build."""

from __future__ import annotations

from pathlib import Path

from agent.tools.index import LineRanges
from retrieval import Hit


def make_hit(path: str, symbol: str, kind: str, start_line: int, end_line: int) -> Hit:
    """Return a hit without a rank or score."""
    return Hit(1, path, symbol, kind, start_line, end_line, 0.0, (), stale=False)


class GrepIndex:
    """Ranks files by how many of a query's words they contain."""

    def __init__(self, root: Path) -> None:
        files = sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)
        self.files = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files
        }

    def query(self, text: str, k: int = 10) -> list[Hit]:
        words = {word.strip(".,:'\"").lower() for word in text.split()}
        scored = [
            (sum(word in body.lower() for word in words), path) for path, body in self.files.items()
        ]
        best = sorted((-score, path) for score, path in scored if score)[:k]
        return [
            make_hit(path, "", "file", 1, len(self.files[path].splitlines())) for _, path in best
        ]

    def context(self, text: str, budget: int = 8000) -> str:
        parts = [f"{hit.path}\n{self.files[hit.path]}" for hit in self.query(text, 3)]
        return "\n".join(parts)[: budget * 4]

    def text(self, path: str) -> str | None:
        return self.files.get(path)

    def map(self, budget: int = 3000) -> str:
        return "\n".join(sorted(self.files))[: budget * 3]

    def reaching_tests(self, changed: LineRanges) -> list[str]:
        stems = {Path(path).stem for path in changed}
        tests = [path for path in sorted(self.files) if Path(path).name.startswith("test_")]
        return [path for path in tests if any(stem in self.files[path] for stem in stems)]

    def refresh(self, tree: str) -> GrepIndex | None:
        return GrepIndex(Path(tree))
