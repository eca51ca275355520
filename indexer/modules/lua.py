"""Lua: dots are folders; `init.lua` stands for its folder."""

from __future__ import annotations

from .finder import Finder, nearest


class LuaFinder(Finder):
    """Lua: dots are folders; `init.lua` stands for its folder."""

    def find(self, path: str, module: str) -> list[str]:
        stem = module.removesuffix(".lua").replace(".", "/")
        return nearest(path, self.files_ending(f"{stem}.lua")) or nearest(
            path, self.files_ending(f"{stem}/init.lua")
        )
