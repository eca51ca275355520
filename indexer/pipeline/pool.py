"""Worker processes with limits enforced from outside: one that hangs, grows or dies costs one item.

If a worker is lost, its batch is tried again item by item. So the poison item is found without
help from the dead process. One crash proves nothing, since a worker may be killed from outside: an
item is given up at its second crash. Results come in the order of the batches, so a build does not
depend on timing.
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
from ..source import SkipReason
from .niceness import lower_priority

T = TypeVar("T")
R = TypeVar("R")

# Seconds of processor time for a batch, and for an item alone: a hundred times those of the
# slowest honest file.
MAX_SECONDS = 20.0
CLOCK_FACTOR = 10  # times as long by the clock: the machine may be busy, and a disk slow
# Resident bytes of a worker: three times what any honest file of the largest size takes.
MEMORY_BYTES = 1536 << 20
ADDRESS_BYTES = 4 << 30  # address space of a worker: stops growth too fast for polling
POLL_SECONDS = 0.1  # between looks at workers' memory: the parser takes up to 1 GB a second
MIN_WAIT = 0.01  # seconds: the resolution of processor time
MAX_FAILED_STARTS = 4  # in a row: a worker may be killed from outside while it starts
MAX_READY = 8  # results that wait for the caller: some 10 MB
# The second is imported for encoding, which takes a tenth of a second in each worker.
PRELOADED = ["indexer.pipeline.extract_worker", "scipy.sparse"]
MAX_QUEUED = 2  # batches at a worker, so that it never idles while the parent writes


@dataclass(frozen=True, slots=True)
class PoisonItem(Generic[T]):
    """An item that cost its worker."""

    item: T
    reason: SkipReason


@dataclass(slots=True)
class _Job(Generic[T]):
    slot: int
    part: int
    items: Sequence[T]
    is_retry: bool = False  # a worker was lost with it, or with its batch


@dataclass(slots=True)
class _Slot(Generic[T, R]):
    """The results of one batch: one part, or one per item once its worker was lost."""

    parts: list[R | PoisonItem[T] | None]

    def is_done(self) -> bool:
        return all(part is not None for part in self.parts)


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: ForkServerProcess
    pipe: Connection
    jobs: deque[_Job[T]] = field(default_factory=deque)
    started: float = 0.0  # clock time at the start of its first job
    used: float = 0.0  # its processor time then, in seconds
    deadline: float = 0.0  # clock time of the next check of its limit
    is_ready: bool = False  # it has started: if it is lost from now on, its job is to blame

    def start_clock(self, seconds: float) -> None:
        """Allow its first job `seconds` of processor time from now on."""
        self.started, self.used = time.monotonic(), self.processor_time()
        self.deadline = self.started + seconds

    def time_left(self, seconds: float) -> float:
        """Return the rest of the `seconds` of its first job, 0 once CLOCK_FACTOR is exceeded."""
        if time.monotonic() - self.started > CLOCK_FACTOR * seconds:
            return 0.0
        return seconds - (self.processor_time() - self.used)

    def processor_time(self) -> float:
        """Return its seconds of processor time, 0 if it is dead."""
        import psutil

        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def memory(self) -> int:
        """Return its resident bytes, shared ones included, 0 if it is dead."""
        import psutil

        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0


class Pool(Generic[T, R]):
    """Processes that each call `make()` once, and the function that it returns for every batch."""

    def __init__(
        self,
        make: Callable[[], Callable[[Sequence[T]], R]],
        jobs: int,
        seconds: float | None = None,
        memory: int | None = None,
        nice: bool = False,
    ) -> None:
        """Start `jobs` processes.

        `make`, items and results must be picklable. `seconds` is the processor time for a batch,
        or for an item alone, by default MAX_SECONDS. `memory` is the limit of a worker in bytes,
        by default MEMORY_BYTES. `nice` workers run at low priority.
        """
        self._make, self._nice = make, nice
        self._seconds, self._memory = seconds or MAX_SECONDS, memory or MEMORY_BYTES
        self._polled = 0.0  # clock time of the last look at workers' memory
        self._failed_starts = 0  # since the last worker that was ready
        self._context = multiprocessing.get_context("forkserver")
        self.start_server()
        self._workers: list[_Worker[T]] = [self._start() for _ in range(jobs)]

    @staticmethod
    def start_server() -> None:
        """Start the fork server, to import the modules of workers in the background.

        It has no threads: forking this process, with those of Lance, would not be safe.
        """
        multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
        before = os.environ.get("PYTHONSAFEPATH")
        # Otherwise it would import `queue` from its working folder: the repository.
        os.environ["PYTHONSAFEPATH"] = "1"
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

    def run(self, batches: Iterable[Sequence[T]]) -> Iterator[R | PoisonItem[T]]:
        """Yield the result of each batch in their order or, in its place, results per item.

        A thread receives the results, since a worker stops while nobody does.
        """
        ready: Queue[R | PoisonItem[T] | BaseException | None] = Queue(MAX_READY)
        stopped = Event()
        thread = Thread(target=self._receive_all, args=(batches, ready, stopped), daemon=True)
        thread.start()
        try:
            while (result := ready.get()) is not None:
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            stopped.set()
            _drain(ready, thread)

    def _receive_all(
        self,
        batches: Iterable[Sequence[T]],
        ready: Queue[R | PoisonItem[T] | BaseException | None],
        stopped: Event,
    ) -> None:
        try:
            for result in self._results(batches):
                if stopped.is_set():
                    return
                ready.put(result)
            ready.put(None)
        except BaseException as error:  # noqa: BLE001 - `run` raises it in the caller's thread
            ready.put(error)

    def _results(self, batches: Iterable[Sequence[T]]) -> Iterator[R | PoisonItem[T]]:
        source = enumerate(batches)
        waiting: deque[_Job[T]] = deque()
        slots: dict[int, _Slot[T, R]] = {}
        following, exhausted = 0, False
        while True:
            exhausted = self._feed(source, waiting, slots) or exhausted
            while following in slots and slots[following].is_done():
                yield from (part for part in slots.pop(following).parts if part is not None)
                following += 1
            if exhausted and not slots:
                return
            self._wait(waiting, slots)

    def _feed(
        self,
        source: Iterator[tuple[int, Sequence[T]]],
        waiting: deque[_Job[T]],
        slots: dict[int, _Slot[T, R]],
    ) -> bool:
        """Hand out jobs. Return True once there are no more batches."""
        while idle := [worker for worker in self._workers if len(worker.jobs) < MAX_QUEUED]:
            if not waiting and (pair := next(source, None)):
                slots[pair[0]] = _Slot([None])
                waiting.append(_Job(pair[0], 0, pair[1]))
            if not waiting:
                return True
            self._send(min(idle, key=lambda worker: len(worker.jobs)), waiting.popleft())
        return False

    def _send(self, worker: _Worker[T], job: _Job[T]) -> None:
        if not worker.jobs:
            worker.start_clock(self._seconds)
        worker.jobs.append(job)
        with suppress(OSError):  # the worker is dead: `_wait` notices, and repeats the job
            worker.pipe.send(job.items)

    def _wait(self, waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]) -> None:
        """Wait for results, deaths and exceeded limits of workers, and handle them."""
        busy = [worker for worker in self._workers if worker.jobs]
        seconds = min(worker.deadline for worker in busy) - time.monotonic()
        timeout = min(POLL_SECONDS, max(0.0, seconds))
        ready = wait([worker.pipe for worker in busy], timeout=timeout)
        too_large = self._over_memory_limit(busy)
        for worker in busy:
            if worker.pipe in ready:
                self._receive(worker, waiting, slots)
            elif worker.process.pid in too_large:
                self._lose(worker, SkipReason.OUT_OF_MEMORY, waiting, slots)
            elif time.monotonic() > worker.deadline and not worker.pipe.poll():
                self._check_time(worker, waiting, slots)

    def _over_memory_limit(self, busy: Sequence[_Worker[T]]) -> set[int | None]:
        """Return the ids of processes over the memory limit."""
        if time.monotonic() - self._polled < POLL_SECONDS:
            return set()
        self._polled = time.monotonic()
        return {worker.process.pid for worker in busy if worker.memory() > self._memory}

    def _check_time(
        self, worker: _Worker[T], waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]
    ) -> None:
        """Give up a worker whose time is over; others had to share the processor."""
        left = worker.time_left(self._seconds)
        if left <= 0.0:
            self._lose(worker, SkipReason.TIMEOUT, waiting, slots)
        else:
            worker.deadline = time.monotonic() + max(left, MIN_WAIT)

    def _receive(
        self, worker: _Worker[T], waiting: deque[_Job[T]], slots: dict[int, _Slot[T, R]]
    ) -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker, SkipReason.CRASHED, waiting, slots)
            return
        if worker.is_ready:
            job = worker.jobs.popleft()
            slots[job.slot].parts[job.part] = result
        worker.is_ready, self._failed_starts = True, 0
        worker.start_clock(self._seconds)

    def _lose(
        self,
        worker: _Worker[T],
        reason: SkipReason,
        waiting: deque[_Job[T]],
        slots: dict[int, _Slot[T, R]],
    ) -> None:
        """Replace a worker. Its first job is tried again item by item or, after that, lost."""
        self._stop(worker)
        guilty, *innocent = worker.jobs
        if not worker.is_ready:
            self._count_failed_start(worker)
            innocent.insert(0, guilty)
        elif len(guilty.items) == 1 and (guilty.is_retry or reason == SkipReason.TIMEOUT):
            slots[guilty.slot].parts[guilty.part] = PoisonItem(guilty.items[0], reason)
        else:
            slots[guilty.slot].parts = [None] * len(guilty.items)
            innocent[:0] = [
                _Job(guilty.slot, part, [item], True) for part, item in enumerate(guilty.items)
            ]
        waiting.extendleft(reversed(innocent))
        self._workers[self._workers.index(worker)] = self._start()

    def _count_failed_start(self, worker: _Worker[T]) -> None:
        self._failed_starts += 1
        if self._failed_starts > MAX_FAILED_STARTS:
            code = worker.process.exitcode
            raise WorkerError(
                f"worker processes end as soon as they start (exit code {code}): "
                "is there memory left, and are processes allowed?"
            )

    def _start(self) -> _Worker[T]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(theirs, self._make, self._nice), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _stop(self, worker: _Worker[T]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _drain(ready: Queue[R], thread: Thread) -> None:
    """Empty the queue until `thread`, which may be waiting for room in it, has ended."""
    while thread.is_alive():
        with suppress(Empty):
            ready.get(timeout=0.05)


def _work(pipe: Connection, make: Callable[[], Callable[[Sequence[T]], R]], nice: bool) -> None:
    """Run a worker."""
    import gc

    if nice:
        lower_priority()
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles interrupts
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = ADDRESS_BYTES if most == resource.RLIM_INFINITY else min(ADDRESS_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    gc.disable()  # reference counts free parse trees, and nothing else here is cyclic
    work = make()
    with suppress(EOFError, OSError):  # the parent has ended
        pipe.send(None)  # ready
        while True:
            pipe.send(work(pipe.recv()))


def _end_with_parent() -> None:
    """Have the kernel end this process when the build's process ends, in whatever way.

    A worker that hangs in C holds the interpreter's lock, so a thread of its own could not watch.
    Its parent for the kernel is the fork server, and that lives as long as a worker does. But the
    build's process alone holds one end of a pipe: its hang-up sends SIGIO, without a handler.
    """
    parent = parent_process()
    assert parent is not None
    sentinel = int(parent.sentinel)
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():  # it ended before the signal was set up
        os._exit(1)
