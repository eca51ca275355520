"""A worker that hangs, grows or dies costs one item and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from indexer.errors import WorkerError
from indexer.pipeline.pool import PoisonItem, Pool
from indexer.source.tree import SkipReason


def make() -> Callable[[Sequence[int]], list[int]]:
    return squares


def squares(numbers: Sequence[int]) -> list[int]:
    for number in numbers:
        if number == 13:
            os.abort()
        while number == 99:
            pass
        while number == 98:
            time.sleep(1)
    return [number * number for number in numbers]


def make_fragile() -> Callable[[Sequence[Path]], list[str]]:
    return names_at_second_sight


def names_at_second_sight(paths: Sequence[Path]) -> list[str]:
    for path in paths:
        if not path.exists():
            path.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [path.name for path in paths]


def run(batches: list[list[int]], seconds: float = 20.0) -> list[list[int] | PoisonItem[int]]:
    with Pool(make, 2, seconds) as pool:
        return list(pool.run(batches))


def test_results_come_in_the_order_of_the_batches() -> None:
    assert run([[n, n + 1] for n in range(20, 70)]) == [
        [n * n, (n + 1) ** 2] for n in range(20, 70)
    ]


def test_a_crash_costs_the_one_item_that_caused_it() -> None:
    found = run([[1, 2], [3, 13, 4], [5]])
    assert found == [[1, 4], [9], PoisonItem(13, SkipReason.CRASHED), [16], [25]]


def test_a_worker_that_is_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    with Pool(make_fragile, 2) as pool:
        assert list(pool.run([[tmp_path / "a"], [tmp_path / "b"]])) == [["a"], ["b"]]


def test_an_item_that_never_ends_is_given_up() -> None:
    assert run([[1, 99, 2], [3]], seconds=1.0) == [
        [1],
        PoisonItem(99, SkipReason.TIMEOUT),
        [4],
        [9],
    ]


def test_an_item_that_waits_for_ever_is_given_up_too() -> None:
    assert run([[98], [3]], seconds=0.5) == [PoisonItem(98, SkipReason.TIMEOUT), [9]]


def test_many_crashes_lose_no_other_item() -> None:
    found = run([[n, 13, n] for n in range(6)])
    assert [r for r in found if not isinstance(r, PoisonItem)] == [
        [n * n] for n in range(6) for _ in range(2)
    ]


def test_no_batches_give_no_results() -> None:
    assert run([]) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_number_of_processes_does_not_show_in_the_results(jobs: int) -> None:
    with Pool(make, jobs) as pool:
        assert list(pool.run([[1], [2], [3], [4]])) == [[1], [4], [9], [16]]


def test_a_worker_that_holds_too_much_memory_is_given_up() -> None:
    found = []
    with Pool(make_greedy, 2, memory=300 << 20) as pool:
        found = list(pool.run([[1, 2], [3, 600, 4]]))
    assert found == [[1, 2], [3], PoisonItem(600, SkipReason.OUT_OF_MEMORY), [4]]


def make_greedy() -> Callable[[Sequence[int]], list[int]]:
    return hold_mebibytes


def hold_mebibytes(sizes: Sequence[int]) -> list[int]:
    for size in sizes:
        held = [bytes([1]) * (1 << 20) for _ in range(size)]
        while len(held) > 500:
            time.sleep(1)
    return list(sizes)


HANGING = """
import ctypes, os, sys
from indexer.pipeline.pool import Pool

def make():
    return hang

def hang(items):
    print(os.getpid(), flush=True)
    ctypes.PyDLL(None).pause()  # in C, and the interpreter's lock is held

if __name__ == "__main__":
    with Pool(make, 1) as pool:
        list(pool.run([[1]]))
"""


def test_a_worker_that_hangs_in_c_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "hanging.py").write_text(HANGING)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, str(tmp_path / "hanging.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        worker.wait(timeout=20)
    assert not worker.is_running()


def make_nothing() -> Callable[[Sequence[int]], list[int]]:
    os._exit(3)


def test_workers_that_cannot_start_are_an_error_and_no_items_fault() -> None:
    with pytest.raises(WorkerError, match="exit code 3"), Pool(make_nothing, 2) as pool:
        list(pool.run([[1, 2], [3]]))
