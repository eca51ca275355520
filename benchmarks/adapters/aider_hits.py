"""The order of aider's repository map (PyPI `aider-chat`), for `--command`.

    --command "aider=ENV/bin/python benchmarks/adapters/aider_hits.py"

ENV is an environment with aider. The last argument is the folder to search. The question is taken
as text typed by aider's user: its words are mentioned identifiers, and files are mentioned by their
path or a long enough name. A hit is a definition shown by the map, at the line of its name; the map
shows signatures, no bodies.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

MIN_STEM = 5  # aider takes a word for a file's name from this length


class Quiet:
    """The input and output of aider, silenced."""

    def read_text(self, path: str) -> str:
        return Path(path).read_text("utf-8", "replace")

    def tool_output(self, *text: str) -> None: ...

    tool_error = tool_warning = tool_output


def find_mentioned(names: list[str], text: str) -> set[str]:
    """Return the files mentioned in a text."""
    words = {word.strip("\"'`*_").rstrip(",.!;:?") for word in text.split()}
    plain = {word.lower() for word in re.split(r"\W+", text)}
    stems = {name: Path(name).stem.lower() for name in names}
    return {
        name
        for name in names
        if name in words or (len(stems[name]) >= MIN_STEM and stems[name] in plain)
    }


def main() -> None:
    """Answer each line of the input."""
    from aider.repomap import RepoMap

    root = Path(sys.argv[-1]).resolve()
    files = sorted(
        str(path) for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    )
    names = [str(Path(path).relative_to(root)) for path in files]
    with tempfile.TemporaryDirectory() as cache:
        RepoMap.TAGS_CACHE_DIR = cache  # by default it is in the searched folder
        repo_map = RepoMap(root=str(root), io=Quiet())
        for line in sys.stdin:
            request = json.loads(line)
            words = set(re.split(r"\W+", request["query"]))
            tags = repo_map.get_ranked_tags(
                [], files, find_mentioned(names, request["query"]), words
            )
            places = [
                (tag[0], tag.line + 1 if len(tag) > 1 else 1) for tag in tags
            ]  # a file without tags is a bare name
            print(json.dumps([[path, at, at] for path, at in places[: request["k"]]]), flush=True)


if __name__ == "__main__":
    main()
