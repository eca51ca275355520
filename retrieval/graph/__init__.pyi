from .diff_symbols import git_diff as git_diff
from .diff_symbols import symbols_on as symbols_on
from .diff_symbols import touched_lines as touched_lines
from .edge_columns import KINDS as KINDS
from .graph import Graph as Graph
from .traversal import FLOW as FLOW
from .traversal import Direction as Direction
from .unresolved import Unresolved as Unresolved
