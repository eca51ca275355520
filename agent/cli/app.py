"""The command line: parse, one call into the library, print. Nothing here decides anything about code."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress

import typer

from indexer import ClewError

from . import agent, graph, index, query, serve, tune, watch
from .locate import version
from .output import ReaderGone, warn

INTERRUPTED = 130  # as a shell gives it

app = typer.Typer(
    name="clew",
    help="Index a repository ahead of time, find the code a question is about, pack it into a token budget, run an agent on it.",
    epilog="Results go to stdout, progress and warnings to stderr. Exit code 0: found, 1: nothing found, 2: an error.",
    no_args_is_help=True,
    rich_markup_mode=None,  # loading rich costs more than all the rest of `--help`
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clew {version()}")
        raise typer.Exit


@app.callback()
def _clew(
    _: bool = typer.Option(
        False, "--version", help="Print the version and exit.", callback=_version, is_eager=True
    ),
) -> None:
    pass


for module in (index, watch, query, graph, tune, agent):
    module.register(app)


def main() -> None:
    """The program: whatever happens ends in an exit code and, where it failed, in one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if not os.environ.get("CLEW_DEBUG"):
        warnings.simplefilter("ignore")  # of libraries, for those who program with them
    code = run()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(
        code
    )  # to free millions of records one by one takes half a second, and the process ends anyway


def run(arguments: list[str] | None = None) -> int:
    """Carry out a command line, by default that of this process; its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _usage(error)
    except ClewError as error:
        return _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        warn("interrupted")
        return INTERRUPTED
    except (ReaderGone, BrokenPipeError):
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or Python complains once more as it ends
        return 0
    except Exception as error:  # noqa: BLE001 - the user reads it: a fault of ours must not be a page of internals
        return _fault(error)
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    warn(" ".join(message.split()))
    return 2


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        print(error.format_message(), file=sys.stderr)
        return 2
    command = context.command_path if context else "clew"
    return _fail(f"{error.format_message()} (see `{command} --help`)")


def _fault(error: Exception) -> int:
    if os.environ.get("CLEW_DEBUG"):
        raise error
    if isinstance(error, MemoryError):
        return _fail("out of memory: what was published before is intact; use fewer --jobs")
    if isinstance(error, OSError) and error.errno is not None:
        return _fail(f"{error.strerror}: {error.filename or 'writing the results'}")
    return _fail(
        f"unexpected {type(error).__name__}: {str(error)[:200]}; run again with CLEW_DEBUG=1 to see where"
    )


serve.register(app, run)
