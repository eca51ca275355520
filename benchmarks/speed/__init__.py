"""Cost of an index by phase and by size."""
