"""Results of benchmarks: intervals, provenance, files and progress."""
