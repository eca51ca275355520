"""How a run can end: each ending is an exception that carries its reason. And what keeps a run from starting."""

from __future__ import annotations

from indexer import ClewError


class AgentError(ClewError):
    """The run cannot start, or cannot go on, until the user changes something."""


class SandboxError(AgentError):
    """No sandbox of the wanted kind works on this machine."""


class WorktreeError(AgentError):
    """The repository, or the copy of it that is worked on, cannot be used."""


class Ending(Exception):
    """The run is over; the message is the reason."""

    status = "error"


class Finished(Ending):
    """The model called `finish` and the tests pass."""

    status = "finished"


class Unverified(Ending):
    """The model called `finish`, and there is no test command that could say whether it is right."""

    status = "unverified"


class Refused(Ending):
    """The user rejected what the model proposed and gave no reason to go on with."""

    status = "rejected"


class LimitReached(Ending):
    """Steps or money are used up."""

    status = "limit"


class ModelFailed(Ending):
    """The provider does not answer, or the model does not use its tools."""

    status = "model"


class Interrupted(Ending):
    """The user pressed Ctrl-C."""

    status = "interrupted"
