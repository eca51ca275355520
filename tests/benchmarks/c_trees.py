"""C and C++ trees for tests, read by libclang."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.truth_clang import read_tree, rows_of

HEADER = "#define TWICE(x) add(x, x)\nint add(int a, int b);\nint announced(int a);\n"


SOURCE = """#include "lib.h"
int add(int a, int b) { return a + b; }
#if 0
int off(void) { return add(1, 2); }
#endif
int main(void) {
#if 0
  off();
#endif
  return add(1, 2) + TWICE(3) + announced(1);
}
"""


def rows(tree: Path, files: dict[str, str]) -> list[dict[str, Any]]:
    for name, text in files.items():
        (tree / name).write_text(text)
    return list(rows_of(read_tree(str(tree), [], {}, [])))
