"""What a module named in an import is: for each family of languages, its text and the importing file → paths."""

from __future__ import annotations

import os.path
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from .records import FileFacts

FAMILY = {"javascript": "ecmascript", "typescript": "ecmascript", "tsx": "ecmascript", "cpp": "c"}
"""Languages that see each other's names; every other language is a family of its own. No edge leaves a family."""

_ECMASCRIPT_ENDINGS = (
    "", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs",
    "/index.ts", "/index.tsx", "/index.d.ts", "/index.js", "/index.jsx", "/index.mjs",
)  # fmt: skip
_SOURCE_ROOTS = ("src/lib.rs", "src/main.rs", "lib.rs", "main.rs")


def family_of(language: str) -> str:
    """The family of a language."""
    return FAMILY.get(language, language)


class ModuleFinder:
    """Finds the files that an import names. Built once for all files of a view."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files
        self._folders: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self._folders[os.path.dirname(path)].append(path)

    def find(self, path: str, module: str) -> list[str]:
        """The files that `module`, as written in the file `path`, stands for; several only where a module is a folder of files."""
        family = family_of(self._files[path].language)
        match family:
            case "python":
                return self._python(path, module)
            case "ecmascript":
                return self._ecmascript(path, module)
            case "go":
                return self._go(module)
            case "java":
                return self._java(path, module)
            case "rust":
                return self._rust(path, module)
            case "c":
                return self._include(path, module)
        return []

    @cached_property
    def _folders_named(self) -> dict[str, list[str]]:
        """Last part of a folder's path → the folders."""
        names: dict[str, list[str]] = defaultdict(list)
        for folder in self._folders:
            names[os.path.basename(folder)].append(folder)
        return names

    def _folders_ending(self, tail: str) -> list[str]:
        """The folders whose path is `tail`, or ends with it."""
        return [f for f in self._folders_named.get(os.path.basename(tail), ()) if f == tail or f.endswith("/" + tail)]

    def siblings(self, path: str) -> list[str]:
        """The files of the same folder and family: what Go and Java call a package."""
        family = family_of(self._files[path].language)
        found = self._folders[os.path.dirname(path)]
        return [other for other in found if family_of(self._files[other].language) == family]

    # -- Python: dotted names below a source root, which is the first folder above a file without `__init__.py`

    @cached_property
    def _python_modules(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self._of_family("python"):
            parts = path.rsplit(".", 1)[0].split("/")
            if parts[-1] == "__init__":
                parts.pop()
            if not parts:
                continue  # the root itself is a package, whose name only the world around it knows
            low = len(parts) - 1
            while low > 0 and self._is_package("/".join(parts[:low])):
                low -= 1
            for start in sorted({0, low, 1 if parts[0] == "src" else 0}):
                names[".".join(parts[start:])].append(path)
                if start == len(parts) - 1:  # of thousands of scripts' `utils` the one of a folder
                    names[f"{os.path.dirname(path)}/{parts[-1]}"].append(path)
        return names

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self._files or f"{folder}/__init__.pyi" in self._files

    def _python(self, path: str, module: str) -> list[str]:
        name = module.lstrip(".")
        if dots := len(module) - len(name):
            folder = os.path.dirname(path)
            for _ in range(dots - 1):
                folder = os.path.dirname(folder)
            return self._python_at("/".join(filter(None, [folder, *name.split(".")])))
        found = self._python_modules.get(name, [])
        if "." not in name and len(found) > 1:  # a script's neighbour; equal names elsewhere are other scripts
            beside = self._python_modules.get(f"{os.path.dirname(path)}/{name}")
            found = beside or [f for f in found if "/__init__" in f]
        return _nearest(path, found)

    def _python_at(self, stem: str) -> list[str]:
        candidates = (f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi", f"{stem}/__init__.pyi")
        return [c.lstrip("/") for c in candidates if c.lstrip("/") in self._files][:1]

    # -- JavaScript and TypeScript: relative paths

    def _ecmascript(self, path: str, module: str) -> list[str]:
        if not module.startswith("."):
            return []
        stem = os.path.normpath(os.path.join(os.path.dirname(path), module))
        stem = "" if stem == "." else stem
        bare = stem.rsplit(".", 1)[0] if stem.endswith((".js", ".jsx", ".mjs", ".cjs")) else ""
        stems = [stem, bare] if bare else [stem]  # TypeScript names the file that it will become
        return [s + e for s in stems for e in _ECMASCRIPT_ENDINGS if (s + e).lstrip("/") in self._files][:1]

    # -- Go: the folder that is left when the module's own prefix is taken off

    @cached_property
    def _go_prefix(self) -> str:
        """The module path, as most imports spell it: go.mod says it too, but a folder of sources may lack one."""
        votes = Counter(prefix for path in self._of_family("go") for prefix in self._go_prefixes(path))
        return min(votes, key=lambda prefix: (-votes[prefix], prefix)) if votes else ""

    def _go_prefixes(self, path: str) -> Iterator[str]:
        """What would have to stand before a folder of ours for an import of the file to name it."""
        for spec in self._files[path].imports:
            parts = spec.module.split("/")
            for at in range(1, len(parts) if "." in parts[0] else 0):
                if "/".join(parts[at:]) in self._folders:
                    yield "/".join(parts[:at])

    def _go(self, module: str) -> list[str]:
        prefix = self._go_prefix
        if prefix and (module == prefix or module.startswith(prefix + "/")):
            folder = module[len(prefix) + 1 :]
        else:
            folder = next(iter(self._folders_ending(module)), "\0")
        return [p for p in self._folders.get(folder, ()) if p.endswith(".go") and not p.endswith("_test.go")]

    # -- Java: a class is a file of its name below folders of the package's names

    @cached_property
    def _java_files(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self._of_family("java"):
            names[os.path.basename(path).removesuffix(".java")].append(path)
        return names

    def _java(self, path: str, module: str) -> list[str]:
        parts = module.split(".")
        while parts:  # a nested class, or a static member, lies in the file of the class around it
            tail = "/".join(parts) + ".java"
            found = [p for p in self._java_files.get(parts[-1], ()) if p == tail or p.endswith("/" + tail)]
            if found:
                return _nearest(path, found)
            parts.pop()
        folders = self._folders_ending(module.replace(".", "/"))
        return [p for f in folders[:1] for p in self._folders[f] if p.endswith(".java")]

    # -- Rust: `crate`, `self` and `super`, then a file or folder for each step

    def _rust(self, path: str, module: str) -> list[str]:
        steps = [step for step in module.split("::") if step]
        base = self._rust_base(path)
        if steps and steps[0] == "crate":
            base, steps = self._crate_root(path), steps[1:]
        elif steps and steps[0] in ("self", "super"):
            while steps and steps[0] in ("self", "super"):
                base = os.path.dirname(base) if steps[0] == "super" else base
                steps = steps[1:]
        elif steps and not self._rust_at(base, steps[:1]):
            base, steps = self._other_crate(steps[0]), steps[1:]
        while base is not None:
            if found := self._rust_at(base, steps):
                return found
            if not steps:
                break
            steps = steps[:-1]  # the rest names something inside the file
        return []

    def _rust_base(self, path: str) -> str:
        """The folder that holds the submodules of a file."""
        folder, name = os.path.split(path)
        return folder if name in ("mod.rs", "lib.rs", "main.rs") else os.path.join(folder, name.removesuffix(".rs"))

    def _crate_root(self, path: str) -> str:
        folder = os.path.dirname(path)
        while folder:
            if f"{folder}/lib.rs" in self._files or f"{folder}/main.rs" in self._files:
                return folder
            folder = os.path.dirname(folder)
        return ""

    @cached_property
    def _crates(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self._of_family("rust"):
            for ending in _SOURCE_ROOTS[:2]:
                if path.endswith("/" + ending):
                    crate = path[: -len(ending) - 1]
                    found.setdefault(os.path.basename(crate).replace("-", "_"), f"{crate}/src")
        return found

    def _other_crate(self, name: str) -> str:
        return self._crates.get(name, "\0")

    def _rust_at(self, base: str, steps: list[str]) -> list[str]:
        stem = "/".join(filter(None, [base, *steps]))
        folder = [f"{stem}/mod.rs", f"{stem}/lib.rs", f"{stem}/main.rs"]
        return [c for c in ([f"{stem}.rs", *folder] if steps else [*folder, f"{stem}.rs"]) if c in self._files][:1]

    # -- C and C++: beside the including file, else the path that ends so and lies nearest

    @cached_property
    def _headers(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self._of_family("c"):
            names[os.path.basename(path)].append(path)
        return names

    def _include(self, path: str, module: str) -> list[str]:
        beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
        if beside in self._files:
            return [beside]
        tail = os.path.normpath(module).lstrip("./")
        found = [p for p in self._headers.get(os.path.basename(tail), ()) if p == tail or p.endswith("/" + tail)]
        return _nearest(path, found)

    def _of_family(self, family: str) -> Iterable[str]:
        return (path for path, facts in self._files.items() if family_of(facts.language) == family)


def reach(start: str, following: Callable[[str], list[str]], most: int) -> dict[str, None]:
    """`start` and the files that `following` leads to from it, through others too: each once, in the order of the text,
    and no more than about `most`."""
    seen: dict[str, None] = {}
    stack = [start]
    while stack and len(seen) < most:
        at = stack.pop()
        if at not in seen:
            seen[at] = None
            stack += [target for target in reversed(following(at)) if target not in seen]
    return seen


def nearness(path: str, other: str) -> tuple[int, int, str]:
    """Sorts paths by how many folders they share with `path`, then by depth, then by name."""
    shared = 0
    for ours, theirs in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        shared += 1
    return -shared, other.count("/"), other


def _nearest(path: str, found: list[str]) -> list[str]:
    return [min(found, key=lambda other: nearness(path, other))] if found else []
