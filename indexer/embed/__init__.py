"""Text to vectors: static, sentence-transformers, cache, int8 and sign bits."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
