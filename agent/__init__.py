"""Context → plan → act → verify: a loop over a model, in a working copy and a sandbox of its own.

Names are listed in `__init__.pyi` and loaded when first used: importing the package is free.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
