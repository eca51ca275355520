"""Comparison of edges with a compiler's."""
