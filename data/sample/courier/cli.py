"""The command line: add, work, status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from courier.config import ConfigError, load
from courier.queue import Queue
from courier.store import Store
from courier.worker import Worker


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        config = load(options.config)
        queue = Queue(Store(config.database), config.backoff())
    except ConfigError as error:
        print(f"courier: {error}", file=sys.stderr)
        return 2
    return options.command(queue, options)


def add(queue: Queue, options: argparse.Namespace) -> int:
    print(queue.add(options.kind, options.payload, options.delay).id)
    return 0


def work(queue: Queue, options: argparse.Namespace) -> int:
    worker = Worker(queue)
    count = worker.run_until_idle() if options.until_idle else int(worker.step() is not None)
    print(f"{count} jobs")
    return 0


def status(queue: Queue, options: argparse.Namespace) -> int:
    for state, count in queue.store.count().items():
        print(f"{state:8} {count}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="courier")
    parser.add_argument("--config", type=Path)
    commands = parser.add_subparsers(required=True)
    adding = commands.add_parser("add", help="put a job into the queue")
    adding.add_argument("kind")
    adding.add_argument("payload", nargs="?", default="")
    adding.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    adding.set_defaults(command=add)
    working = commands.add_parser("work", help="run jobs that are due")
    working.add_argument("--until-idle", action="store_true")
    working.set_defaults(command=work)
    commands.add_parser("status", help="count jobs by state").set_defaults(command=status)
    return parser
