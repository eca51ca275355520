"""Question → ranked hits → context pack. It reads the index, never the repository.

The names are listed in `__init__.pyi` and loaded on first use, so that the import is free.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
