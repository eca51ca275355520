"""A small job queue with retries."""

from courier.backoff import Backoff
from courier.job import Job, State
from courier.queue import Queue
from courier.store import Store
from courier.worker import Worker

__all__ = ["Backoff", "Job", "Queue", "State", "Store", "Worker"]
