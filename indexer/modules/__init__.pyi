from .finder import nearness as nearness
from .finder import package_of as package_of
from .finder import reach as reach
from .module_finder import ModuleFinder as ModuleFinder
