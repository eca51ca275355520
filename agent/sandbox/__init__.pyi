from .ladder import Sandbox as Sandbox
from .ladder import choose as choose
from .ladder import describe_sandbox as describe_sandbox
from .ladder import open_sandbox as open_sandbox
from .ladder import try_ladder as try_ladder
from .watchdog import CommandResult as CommandResult
