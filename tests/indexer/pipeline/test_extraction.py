"""Files are handed to workers in batches of a limited size."""

from __future__ import annotations

import pickle

from indexer import SourceFile
from indexer.pipeline.extraction import split_batches


def test_a_batch_of_long_paths_fits_into_the_pipe_to_a_worker() -> None:
    files = [SourceFile(f"{'d' * 12_000}{number}", 1, 0, "") for number in range(200)]
    batches = list(split_batches(files))
    assert [file for batch in batches for file in batch] == files
    assert max(len(pickle.dumps(batch)) for batch in batches) < 100_000
