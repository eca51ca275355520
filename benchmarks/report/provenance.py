"""The program and the machine behind a result.

Results are filed by commit; cached answers are valid for one digest of the program.
"""

from __future__ import annotations

import os
import platform
import subprocess
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKES_ANSWERS = ("indexer/**/*", "retrieval/**/*", "data/**/*", "benchmarks/**/*.py")
"""Files with an effect on answers and figures, if their suffix is in SOURCES."""
SOURCES = frozenset({".py", ".scm", ".json", ".npy", ".npz", ".txt"})


def commit() -> str:
    """Return the commit of this program, with `-dirty` after changes to tracked files; `unknown`
    outside git."""
    return _git("describe", "--always", "--abbrev=12", "--dirty", "--exclude=*")


def _git(*arguments: str) -> str:
    process = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    return process.stdout.strip() if process.returncode == 0 else "unknown"


@lru_cache(maxsize=1)
def digest() -> str:
    """Return twelve hexadecimal digits over the files in MAKES_ANSWERS. Equal files give equal
    digits, in any commit or none."""
    total = sha256()
    for path in sorted(path for pattern in MAKES_ANSWERS for path in ROOT.glob(pattern)):
        if path.suffix in SOURCES and path.is_file():
            total.update(f"{path.relative_to(ROOT)}\0".encode())
            total.update(sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def machine() -> str:
    """Return processor, cores and memory in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines("/proc/cpuinfo")
            if "model name" in line
        ),
        "",
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def origin() -> dict[str, str]:
    """Return the origin of a result: commit, its time (seconds since 1970), digest, machine."""
    return {
        "commit": commit(),
        "time": _git("log", "-1", "--format=%ct"),
        "digest": digest(),
        "machine": machine(),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
