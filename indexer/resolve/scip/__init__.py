"""Compilers' indexes (SCIP): reading them, matching them to files, their edges."""
