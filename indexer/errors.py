"""What a user can have done wrong, or what the machine lacks: each message is one line that says what to do."""

from __future__ import annotations


class ClewError(Exception):
    """The root of the errors that the command line prints as one line, with exit code 2."""


class SourceError(ClewError):
    """The tree, repository or revision to index cannot be read."""


class StoreError(ClewError):
    """The store is missing, damaged, locked, of another format, or has no room."""


class WorkerError(ClewError):
    """The machine does not let processes work for a build."""


class GenerationGone(StoreError):
    """What a reader has open was collected, after newer generations were published: open the store anew."""


class EncoderError(ClewError):
    """The encoder cannot be loaded or does not fit the store."""
