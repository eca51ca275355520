from .code_refs import LINES as LINES
from .index import Index as Index
from .index import SearcherIndex as SearcherIndex
from .output import fit_item as fit_item
from .schemas import TOOLS as TOOLS
from .toolbox import COMMAND_SECONDS as COMMAND_SECONDS
from .toolbox import Toolbox as Toolbox
