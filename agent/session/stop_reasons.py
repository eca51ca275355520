"""Why a run stops: each stop reason is an exception, and its message is for the user."""

from __future__ import annotations


class StopReason(Exception):
    """The run is over; the message says why."""

    status = "error"


class Finished(StopReason):
    """The model called `finish`, and the tests pass."""

    status = "finished"


class Unverified(StopReason):
    """The model called `finish`, and no test command can verify its work."""

    status = "unverified"


class Rejected(StopReason):
    """The user rejected a proposal without a reason for the model to work with."""

    status = "rejected"


class LimitReached(StopReason):
    """Steps, tokens, time or money are used up."""

    status = "limit"


class ModelFailed(StopReason):
    """The provider does not answer, or the model does not use its tools."""

    status = "model"


class Interrupted(StopReason):
    """The user pressed Ctrl-C."""

    status = "interrupted"
