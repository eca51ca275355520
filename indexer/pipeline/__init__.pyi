from .build import build_index as build_index
from .memory import parse_size as parse_size
from .memory import tree_memory as tree_memory
from .niceness import lower_priority as lower_priority
from .resolve_worker import resolve_files as resolve_files
from .state import Progress as Progress
