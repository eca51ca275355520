"""Worker processes whose limits are enforced from outside: a worker that hangs, grows or dies costs one item.

A batch whose worker was lost is tried again item by item, each in its own turn, so the culprit is found without any
word from the process that died. One crash proves nothing, since a worker may be killed from outside: an item is lost at its second. Results come in the order of the batches, so a build does not depend on timing.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

from ..errors import WorkerError
from ..source.tree import SkipReason
from .niceness import give_way

T = TypeVar("T")
R = TypeVar("R")

SECONDS = 20.0  # of the processor, for a batch and for an item alone: a hundred times what the slowest honest file takes
PATIENCE = 10  # times as long by the clock: other programs may keep the machine busy, and a disk may be slow
MEMORY_BYTES = (
    1536 << 20
)  # resident, of a worker: three times what any honest file of the largest size takes
ADDRESS_BYTES = 4 << 30  # address space of a worker: stops what grows too fast to be seen in time
GLANCE = 0.1  # seconds between looks at what workers hold: the parser takes up to 1 GB a second
SHORTEST_WAIT = 0.01  # seconds: processor time is told in such steps
MAX_STILLBORN = 4  # in a row: one may be killed from outside while it starts
READY = 8  # results that wait for the caller: some 10 MB
PRELOADED = [
    "indexer.pipeline.extract_worker",
    "scipy.sparse",
]  # the second is what encoding imports, a tenth of a second in each worker
QUEUED = 2  # batches that wait at a worker, so that it never idles while the parent writes


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """An item that cost its worker."""

    item: T
    reason: SkipReason


@dataclass(slots=True)
class _Job(Generic[T]):
    slot: int
    part: int
    items: Sequence[T]
    again: bool = False  # a worker was lost over it, or over the batch that it comes from


@dataclass(slots=True)
class _Slot(Generic[T, R]):
    """The results of one batch: one part, or one for each item once its worker was lost."""

    parts: list[R | Lost[T] | None]

    def done(self) -> bool:
        return all(part is not None for part in self.parts)


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: ForkServerProcess
    pipe: Connection
    jobs: deque[_Job[T]] = field(default_factory=deque)
    since: float = 0.0  # when it began with its first job, by the clock
    spent: float = 0.0  # seconds of the processor that it had used by then
    deadline: float = 0.0  # when to look whether its time is over
    greeted: bool = False  # it is ready for work: what befalls it from now on is the work's doing

    def begin(self, seconds: float) -> None:
        """Start the clock for its first job, which may take `seconds` of the processor."""
        self.since, self.spent = time.monotonic(), self.processor_time()
        self.deadline = self.since + seconds

    def time_left(self, seconds: float) -> float:
        """What its first job has left of `seconds` of the processor; nothing once the clock's patience is over."""
        if time.monotonic() - self.since > PATIENCE * seconds:
            return 0.0
        return seconds - (self.processor_time() - self.spent)

    def processor_time(self) -> float:
        """Seconds of the processor that it has used; where it has died, no matter."""
        import psutil

        try:
            used = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(used.user + used.system)

    def memory(self) -> int:
        """Bytes of memory that it holds, those that it shares with others among them; where it has died, no matter."""
        import psutil

        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0


class Pool(Generic[T, R]):
    """`jobs` processes that each call `make()` once and the function it gives for every batch."""

    def __init__(
        self,
        make: Callable[[], Callable[[Sequence[T]], R]],
        jobs: int,
        seconds: float | None = None,
        memory: int | None = None,
        giving_way: bool = False,
    ) -> None:
        """`make` must be picklable, as must items and results. `seconds` of the processor for a batch, or for an item that
        is tried alone, by default SECONDS; `memory` bytes for a worker, by default MEMORY_BYTES; `giving_way` has workers
        let other programs go first."""
        self._make, self._seconds, self._memory = make, seconds or SECONDS, memory or MEMORY_BYTES
        self._giving_way = giving_way
        self._glanced = 0.0  # when it was last looked at what workers hold
        self._stillborn = (
            0  # workers that ended before they were ready, since the last one that was
        )
        self._context = multiprocessing.get_context("forkserver")
        self.warm()
        self._workers: list[_Worker[T]] = [self._start() for _ in range(jobs)]

    @staticmethod
    def warm() -> None:
        """Start the process that workers are forked from, which loads what they need while the caller does other things.

        A server that is free of threads: to fork this process, with Lance's threads in it, would not be safe.
        """
        multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
        before = os.environ.get("PYTHONSAFEPATH")
        os.environ["PYTHONSAFEPATH"] = (
            "1"  # or it would import `queue` from the folder it stands in: the repository's
        )
        try:
            forkserver.ensure_running()
        finally:
            if before is None:
                del os.environ["PYTHONSAFEPATH"]
            else:
                os.environ["PYTHONSAFEPATH"] = before

    def __enter__(self) -> Pool[T, R]:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            self._stop(worker)

    def run(self, batches: Iterable[Sequence[T]]) -> Iterator[R | Lost[T]]:
        """The result of each batch in their order, or in its place results and losses item by item.

        A thread takes results in, since a worker whose result nobody takes stands still.
        """
        ready: Queue[R | Lost[T] | BaseException | None] = Queue(READY)
        stopped = Event()
        thread = Thread(target=self._take_in, args=(batches, ready, stopped), daemon=True)
        thread.start()
        try:
            while (result := ready.get()) is not None:
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            stopped.set()
            while thread.is_alive():  # it may wait for room
                with suppress(Empty):
                    ready.get(timeout=0.05)

    def _take_in(
        self,
        batches: Iterable[Sequence[T]],
        ready: Queue[R | Lost[T] | BaseException | None],
        stopped: Event,
    ) -> None:
        try:
            for result in self._results(batches):
                if stopped.is_set():
                    return
                ready.put(result)
            ready.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again by `run`, in the caller's thread
            ready.put(error)

    def _results(self, batches: Iterable[Sequence[T]]) -> Iterator[R | Lost[T]]:
        source = enumerate(batches)
        waiting: deque[_Job[T]] = deque()
        slots: dict[int, _Slot[T, R]] = {}
        following, exhausted = 0, False
        while True:
            exhausted = self._feed(source, waiting, slots) or exhausted
            while following in slots and slots[following].done():
                yield from (part for part in slots.pop(following).parts if part is not None)
                following += 1
            if exhausted and not slots:
                return
            self._collect(waiting, slots)

    def _feed(
        self,
        source: Iterator[tuple[int, Sequence[T]]],
        waiting: deque[_Job[T]],
        slots: dict[int, _Slot[T, R]],
    ) -> bool:
        """Hand out jobs; true once there are no more batches."""
        while idle := [worker for worker in self._workers if len(worker.jobs) < QUEUED]:
            if not waiting:
                pair = next(source, None)
                if pair is None:
                    return True
                slots[pair[0]] = _Slot([None])
                waiting.append(_Job(pair[0], 0, pair[1]))
            self._send(min(idle, key=lambda worker: len(worker.jobs)), waiting.popleft())
        return False

    def _send(self, worker: _Worker[T], job: _Job[T]) -> None:
        if not worker.jobs:
            worker.begin(self._seconds)
        worker.jobs.append(job)
        with suppress(OSError):  # it has died: `_collect` sees that and hands the job out again
            worker.pipe.send(job.items)

    def _collect(self, waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]) -> None:
        """Wait for something to happen, and take it in."""
        busy = [worker for worker in self._workers if worker.jobs]
        patience = min(worker.deadline for worker in busy) - time.monotonic()
        ready = wait([worker.pipe for worker in busy], timeout=min(GLANCE, max(0.0, patience)))
        swollen = self._swollen(busy)
        for worker in busy:
            if worker.pipe in ready:
                self._receive(worker, waiting, slots)
            elif worker.process.pid in swollen:
                self._lose(worker, SkipReason.OUT_OF_MEMORY, waiting, slots)
            elif time.monotonic() > worker.deadline and not worker.pipe.poll():
                self._judge(worker, waiting, slots)

    def _swollen(self, busy: Sequence[_Worker[T]]) -> set[int | None]:
        """The processes that hold more memory than they may."""
        if time.monotonic() - self._glanced < GLANCE:
            return set()
        self._glanced = time.monotonic()
        return {worker.process.pid for worker in busy if worker.memory() > self._memory}

    def _judge(
        self, worker: _Worker[T], waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]
    ) -> None:
        """Give up a worker whose time is over; the others had to share the processor."""
        left = worker.time_left(self._seconds)
        if left <= 0.0:
            self._lose(worker, SkipReason.TIMEOUT, waiting, slots)
        else:
            worker.deadline = time.monotonic() + max(left, SHORTEST_WAIT)

    def _receive(
        self, worker: _Worker[T], waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]
    ) -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker, SkipReason.CRASHED, waiting, slots)
            return
        if worker.greeted:
            job = worker.jobs.popleft()
            slots[job.slot].parts[job.part] = result
        worker.greeted, self._stillborn = True, 0
        worker.begin(self._seconds)

    def _lose(
        self,
        worker: _Worker[T],
        reason: SkipReason,
        waiting: deque[_Job[T]],
        slots: dict[int, _Slot[T, R]],
    ) -> None:
        """Replace the worker; its first job is tried again one by one or, if that was done, lost."""
        self._stop(worker)
        guilty, *innocent = worker.jobs
        if not worker.greeted:
            self._count_stillborn(worker)
            innocent.insert(0, guilty)
        elif len(guilty.items) == 1 and (guilty.again or reason == SkipReason.TIMEOUT):
            slots[guilty.slot].parts[guilty.part] = Lost(guilty.items[0], reason)
        else:
            slots[guilty.slot].parts = [None] * len(guilty.items)
            innocent[:0] = [
                _Job(guilty.slot, part, [item], True) for part, item in enumerate(guilty.items)
            ]
        waiting.extendleft(reversed(innocent))
        self._workers[self._workers.index(worker)] = self._start()

    def _count_stillborn(self, worker: _Worker[T]) -> None:
        self._stillborn += 1
        if self._stillborn > MAX_STILLBORN:
            raise WorkerError(
                f"worker processes end as soon as they start (exit code {worker.process.exitcode}): "
                "is there memory left, and are processes allowed?"
            )

    def _start(self) -> _Worker[T]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(theirs, self._make, self._giving_way), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _stop(self, worker: _Worker[T]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _work(
    pipe: Connection, make: Callable[[], Callable[[Sequence[T]], R]], giving_way: bool
) -> None:
    """The life of a worker."""
    import gc

    if giving_way:
        give_way()
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = ADDRESS_BYTES if most == resource.RLIM_INFINITY else min(ADDRESS_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    gc.disable()  # parse trees are freed by reference counts, and nothing else here is cyclic
    work = make()
    with suppress(EOFError, OSError):  # the parent has gone
        pipe.send(None)  # the greeting
        while True:
            pipe.send(work(pipe.recv()))


def _end_with_parent() -> None:
    """Have the kernel end this process when the build's process ends, however that came about.

    A worker that hangs in C holds the interpreter, so that no thread of its own could watch; and the fork server, its
    parent for the kernel, lives on for as long as a worker does. A pipe that is held by the build's process alone
    tells: its hang-up sends SIGIO, which nobody handles.
    """
    parent = parent_process()
    assert parent is not None
    sentinel = int(parent.sentinel)
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():  # it ended before the pipe was asked to tell
        os._exit(1)
