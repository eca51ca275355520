"""Access to the facts of other files during resolution: memory, mapped Arrow files, the store."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
