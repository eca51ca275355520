"""Errors that users can fix, in their input or on their machine. Each message is one line."""

from __future__ import annotations


class ClewError(Exception):
    """The root of the errors that the command line prints as one line, with exit code 2."""


class SourceError(ClewError):
    """The tree, repository or revision to index cannot be read."""


class StoreError(ClewError):
    """The store is missing, damaged, locked, of another format, or has no room."""


class WorkerError(ClewError):
    """The machine does not let a build start worker processes."""


class GenerationGone(StoreError):
    """An open generation was collected after newer ones were published. Open the store again."""


class EncoderError(ClewError):
    """The encoder cannot be loaded or does not fit the store."""
