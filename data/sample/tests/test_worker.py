from courier import Queue, State, Store, Worker


def test_a_handler_gets_the_payload():
    seen = []
    worker = Worker(Queue(Store()))
    worker.register("note", seen.append)
    worker.queue.add("note", "hello")
    assert worker.run_until_idle() == 1
    assert seen == ["hello"]


def test_an_unknown_kind_is_a_failure_of_the_job():
    worker = Worker(Queue(Store()))
    worker.queue.add("nobody")
    job = worker.step()
    assert job.state is State.WAITING
    assert "no handler for 'nobody'" in job.error


def test_a_shell_job_that_fails_keeps_its_error():
    worker = Worker(Queue(Store()))
    worker.queue.add("shell", "echo broken >&2; exit 3")
    assert worker.step().error == "RuntimeError: broken"
