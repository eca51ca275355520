"""Source tree → symbol graph, chunks and embeddings in LanceDB. The offline part of clew.

Names are listed in `__init__.pyi` and loaded on first use, so importing the package costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
