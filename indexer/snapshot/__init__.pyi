from .commit_log import CommitLog as CommitLog
from .commit_log import LoggedCommit as LoggedCommit
from .results import FoundChunk as FoundChunk
from .results import FoundEdge as FoundEdge
from .snapshot import Snapshot as Snapshot
from .symbols import FileSymbols as FileSymbols
from .symbols import FoundSymbol as FoundSymbol
