"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

StoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="URI",
        help="Where the index is.",
        show_default=".clew at the repository's top",
        envvar="CLEW_STORE",
    ),
]
RevOption = Annotated[
    str | None,
    typer.Option(
        help="Ask about this indexed revision.", show_default="the work tree here, else the latest"
    ),
]
MemoryOption = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help="What all processes may take together: 4G, 512M, … Where it is little, fewer workers start.",
        show_default="a quarter of the machine's",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BatchOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Answer every line of FILE (- for stdin), each an object with `id` and `query`; prints JSON.",
    ),
]
RerankOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MODEL",
        help="Who orders the first hits anew: `builtin`, a small model on this machine, or a LiteLLM model, whose provider "
        "is sent them. Repeatable: asked in turn.",
        show_default="no model is asked",
    ),
]
ApiBaseOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="With --rerank: another address, such as a gateway or a local server."
    ),
]
