"""JavaScript and TypeScript: relative paths."""

from __future__ import annotations

import os.path

from .finder import Finder

_ENDINGS = (
    "", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs",
    "/index.ts", "/index.tsx", "/index.d.ts", "/index.js", "/index.jsx", "/index.mjs",
)  # fmt: skip


class EcmascriptFinder(Finder):
    """JavaScript and TypeScript: relative paths."""

    def find(self, path: str, module: str) -> list[str]:
        if not module.startswith("."):
            return []
        stem = os.path.normpath(os.path.join(os.path.dirname(path), module))
        stem = "" if stem == "." else stem
        bare = stem.rsplit(".", 1)[0] if stem.endswith((".js", ".jsx", ".mjs", ".cjs")) else ""
        stems = [stem, bare] if bare else [stem]  # TypeScript names the file that it will become
        return [s + e for s in stems for e in _ENDINGS if (s + e).lstrip("/") in self.files][:1]
