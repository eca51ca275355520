from courier import Backoff, Queue, State, Store


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def make_queue(**settings) -> tuple[Queue, Clock]:
    clock = Clock()
    return Queue(Store(), Backoff(**settings), clock), clock


def test_jobs_come_in_the_order_in_which_they_are_due():
    queue, clock = make_queue()
    late = queue.add("late", delay=5.0)
    soon = queue.add("soon", delay=1.0)
    clock.now += 10.0
    assert [queue.take().id, queue.take().id] == [soon.id, late.id]


def test_a_job_that_is_not_due_is_not_taken():
    queue, _ = make_queue()
    queue.add("later", delay=60.0)
    assert queue.take() is None


def test_a_failed_job_is_tried_again_after_its_delay():
    queue, clock = make_queue(base=2.0)
    queue.add("flaky")
    queue.fail(queue.take(), "no luck")
    assert queue.take() is None
    clock.now += 2.0
    assert queue.take().attempts == 2


def test_a_retry_waits_from_the_moment_of_the_failure():
    queue, clock = make_queue(base=30.0)
    queue.add("slow")
    clock.now += 120.0  # the job stood in a long queue
    failed = queue.fail(queue.take(), "timeout")
    assert failed.run_at == clock.now + 30.0


def test_a_job_is_dead_after_its_last_attempt():
    queue, clock = make_queue(base=1.0, attempts=2)
    queue.add("hopeless")
    for _ in range(2):
        job = queue.fail(queue.take(), "no")
        clock.now += 10.0
    assert job.state is State.DEAD
    assert queue.take() is None
