"""Answers of semble (PyPI `semble`), for `--command`.

    --command "semble=ENV/bin/python benchmarks/adapters/semble_hits.py"

ENV is an environment with semble. The last argument is the folder to search. Without `--model
FOLDER` its dense half is off (alpha 0, a model of one word): its authors call this "no model".
Their default model would come from a model hub.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile


def main() -> None:
    """Answer each line of the input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="")
    parser.add_argument("folder")
    options = parser.parse_args()
    from semble import SembleIndex

    with tempfile.TemporaryDirectory() as folder:
        model = options.model or no_model(folder)
        index = SembleIndex.from_path(options.folder, model_path=model)
        for line in sys.stdin:
            request = json.loads(line)
            results = index.search(
                request["query"], top_k=request["k"], alpha=None if options.model else 0.0
            )
            hits = [
                [each.chunk.file_path, each.chunk.start_line, each.chunk.end_line]
                for each in results
            ]
            print(json.dumps(hits), flush=True)


def no_model(folder: str) -> str:
    """Write a static model with one word to `folder` and return its path."""
    import numpy as np
    from model2vec import StaticModel
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    StaticModel(np.ones((1, 2), np.float32), tokenizer).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    main()
