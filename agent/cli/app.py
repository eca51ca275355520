"""The command line: parse, one call into the library, print. No decisions about code."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from typing import Any

import typer

from indexer import ClewError

from . import agent, export, graph, impact, index, query, serve, status, tune, watch
from .locate import version
from .output import FAILED, INTERRUPTED, ReaderGone, warn

GROUPS = {
    "Index": ("index", "watch", "status", "gc"),
    "Search": ("query", "context"),
    "Graph": ("symbol", "callers", "callees", "refs", "path", "impact", "graph", "map", "export"),
    "Tune and serve": ("tune", "serve"),
    "Agent": ("agent",),
}
"""The commands as `clew --help` groups them."""


class GroupedCommands(typer.core.TyperGroup):
    """Lists its commands in GROUPS, each with its whole summary."""

    def format_commands(self, _: Any, formatter: Any) -> None:
        """Write one section for each group; long summaries wrap."""
        width = max(map(len, self.commands))
        for title, names in GROUPS.items():
            rows = [(f"{name:{width}}", _summary(self.commands[name])) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)


def _summary(command: Any) -> str:
    """Return the first sentence of a command's help, uncut."""
    summary: str = command.get_short_help_str(limit=sys.maxsize)
    return summary


app = typer.Typer(
    name="clew",
    cls=GroupedCommands,
    help="Find the right code in a large repository: by question, bug report, stack trace or"
    " symbol.",
    epilog="Results go to stdout, progress and warnings to stderr. Exit code 0: found, 1: nothing"
    " found, 2: an error.",
    no_args_is_help=True,
    rich_markup_mode=None,  # loading rich costs more than all the rest of `--help`
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"clew {version()}")
        raise typer.Exit


@app.callback()
def _clew(
    _: bool = typer.Option(
        False,
        "--version",
        help="Print the version and exit.",
        callback=_print_version,
        is_eager=True,
    ),
) -> None:
    pass


def main() -> None:
    """Run the program, end in an exit code and print failures in one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if not os.environ.get("CLEW_DEBUG"):
        warnings.simplefilter("ignore")  # of libraries, for their callers' authors
    code = run()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # freeing millions of records one by one takes half a second, and the process ends anyway
    os._exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run a command line, by default that of this process; return its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _report_usage(error)
    except ClewError as error:
        return _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        warn("interrupted")
        return INTERRUPTED
    except (ReaderGone, BrokenPipeError):
        # or Python complains once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - a user reads this: one line, not our internals
        return _report_fault(error)
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    warn(" ".join(message.split()))
    return FAILED


def _report_usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        print(error.format_message(), file=sys.stderr)
        return FAILED
    command = context.command_path if context else "clew"
    return _fail(f"{error.format_message()} (see `{command} --help`)")


def _report_fault(error: Exception) -> int:
    if os.environ.get("CLEW_DEBUG"):
        raise error
    if isinstance(error, MemoryError):
        return _fail("out of memory: what was published before is intact; use fewer --jobs")
    if isinstance(error, OSError) and error.errno is not None:
        return _fail(f"{error.strerror}: {error.filename or 'writing the results'}")
    return _fail(
        f"unexpected {type(error).__name__}: {str(error)[:200]}; run again with CLEW_DEBUG=1 to"
        " see where"
    )


for module in (index, watch, status, query, graph, impact, export, tune, agent):
    module.register(app)
serve.register(app, run)
