"""Java: a class is a file of its name below folders of the package's names."""

from __future__ import annotations

from .finder import Finder, nearest


class JavaFinder(Finder):
    """Java: a class is a file of its name below folders of the package's names."""

    def find(self, path: str, module: str) -> list[str]:
        parts = module.split(".")
        while parts:  # a nested class, or a static member, lies in the file of the class around it
            tail = "/".join(parts) + ".java"
            if found := self.files_ending(tail):
                return nearest(path, found)
            parts.pop()
        folders = self.folders_ending(module.replace(".", "/"))
        return [p for f in folders[:1] for p in self.folders[f] if p.endswith(".java")]
