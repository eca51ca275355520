"""Lua: dots are folders; `init.lua` is the module of its folder."""

from __future__ import annotations

from .finder import Finder, nearest


class LuaFinder(Finder):
    """Finds the file of a `require`."""

    def find(self, path: str, module: str) -> list[str]:
        stem = module.removesuffix(".lua").replace(".", "/")
        files = self.files_ending(f"{stem}.lua") or self.files_ending(f"{stem}/init.lua")
        return nearest(path, files)
