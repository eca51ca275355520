"""The compared systems of search, and caches of their answers."""
