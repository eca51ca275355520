"""Arguments and options of several commands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrieval import KINDS

StoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="URI",
        help="The location of the index.",
        show_default=".clew at the repository's top",
        envvar="CLEW_STORE",
    ),
]
RevOption = Annotated[
    str | None,
    typer.Option(
        help="Ask about this indexed revision.",
        show_default="the work tree here, else the latest view",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# of `index` and `watch`
NoIgnoreOption = Annotated[
    bool, typer.Option("--no-ignore", help="Also index the files ignored by .gitignore.")
]
JobsOption = Annotated[
    int,
    typer.Option("--jobs", "-j", min=0, help="Worker processes.", show_default="one a processor"),
]
MemoryOption = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help="Limit for all processes together: 4G, 512M, … A small one means fewer workers.",
        show_default="a quarter of the machine's",
    ),
]

# of `query` and `context`
TextArgument = Annotated[
    str | None,
    typer.Argument(metavar="TEXT", help="Words, a question, an issue, a stack trace; - for stdin."),
]
BatchOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Answer each line of FILE (- for stdin), an object with `id` and `query`, in JSON.",
    ),
]
RerankOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MODEL",
        help="Reorder the first hits: `builtin`, a small model on this machine, or a LiteLLM "
        "model; its provider receives the hits. Repeatable: tried in turn.",
        show_default="no model",
    ),
]
ApiBaseOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="With --rerank: another address, such as a gateway or a local server."
    ),
]

# of the graph's commands
EdgeKind = StrEnum("EdgeKind", list(KINDS))  # type: ignore[misc]  # mypy wants literal values
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="name, Class.name, path::Class.name, or a path.")
]
DepthOption = Annotated[int, typer.Option(min=1, max=20, help="Steps to follow.")]
KindOption = Annotated[
    list[EdgeKind] | None,
    typer.Option(help="Follow edges of this kind; repeatable.", show_default="the command's own"),
]
ConfidenceOption = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Skip edges of less confidence.")
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Take all definitions of an ambiguous NAME together.")
]

# of `agent show`, `replay` and `apply`
RunArgument = Annotated[
    str | None,
    typer.Argument(metavar="RUN", help="The beginning of its id.", show_default="the last one"),
]
RootOption = Annotated[
    Path | None, typer.Option(help="The tree of the run.", show_default="the one around here")
]
