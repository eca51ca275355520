"""Writing the files of a bare repository's revision to a folder.

Unlike git's checkout, this works with missing blobs.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def find_mirror(mirrors: Path, url: str) -> Path | None:
    """Return the git directory of `url`, or of OWNER/NAME, below `mirrors`: `OWNER+NAME/repo` in
    any case, or None if there is none."""
    name = "+".join(url.removesuffix(".git").rstrip("/").split("/")[-2:])
    if (mirrors / name / "repo").is_dir():
        return mirrors / name / "repo"
    alike = [
        path / "repo" for path in sorted(mirrors.glob("*+*")) if path.name.lower() == name.lower()
    ]
    return next((path for path in alike if path.is_dir()), None)


def checkout(git_dir: Path, revision: str, folder: str, target: Path) -> int:
    """Write the regular files of `revision` below `folder` (`""` for all) to `target` and return
    the number of missing blobs.

    A complete `target` is left as it is.
    """
    marker = target / ".complete"
    if marker.exists():
        return int(marker.read_text() or 0)
    listing = _git(git_dir, "ls-tree", "-r", "-z", revision, *(["--", folder] if folder else []))
    entries = [
        entry.split("\t", 1)
        for entry in listing.decode("utf-8", "surrogateescape").split("\0")
        if entry
    ]
    files = [(meta.split()[2], path) for meta, path in entries if meta.startswith("100")]
    missing = _write(git_dir, files, target)
    marker.write_text(str(missing))
    return missing


def _git(git_dir: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(git_dir), *arguments], check=True, capture_output=True
    ).stdout


def _write(git_dir: Path, files: list[tuple[str, str]], target: Path) -> int:
    command = ["git", "-C", str(git_dir), "cat-file", "--batch"]
    request = "".join(f"{oid}\n" for oid, _ in files).encode()
    output = subprocess.run(command, input=request, check=True, capture_output=True).stdout
    position, missing = 0, 0
    for _, path in files:
        end = output.index(b"\n", position)
        header, position = output[position:end].split(), end + 1
        if header[-1] == b"missing":
            missing += 1
            continue
        size = int(header[2])
        file = target / path
        os.makedirs(file.parent, exist_ok=True)
        file.write_bytes(output[position : position + size])
        position += size + 1
    return missing
