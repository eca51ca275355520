"""The micro suites' call graphs against ours."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.micro import measure


def measure_case(folder: Path, source: str, graph: dict[str, list[str]]) -> dict[str, list[str]]:
    case = folder / "kind" / "case"
    case.mkdir(parents=True)
    (case / "main.py").write_text(source)
    (case / "callgraph.json").write_text(json.dumps(graph))
    return measure(folder, folder)["kind"]


def test_a_call_is_right_wrong_or_missed(tmp_path: Path) -> None:
    source = "def f(): pass\ndef g(): pass\nf()\n"
    calls = measure_case(tmp_path, source, {"main": ["main.g"]})
    assert calls == {
        "right": [],
        "wrong": ["kind/case: main → main.f"],
        "missed": ["kind/case: main → main.g"],
    }


def test_callees_that_the_case_does_not_define_are_left_out(tmp_path: Path) -> None:
    calls = measure_case(tmp_path, "print()\n", {"main": ["<builtin>.print"]})
    assert calls == {"right": [], "wrong": [], "missed": []}


def test_making_an_instance_calls_the_constructor_of_a_base(tmp_path: Path) -> None:
    source = "class A:\n    def __init__(self): pass\nclass B(A): pass\nB()\n"
    assert measure_case(tmp_path, source, {"main": ["main.A.__init__"]})["right"] == [
        "kind/case: main → main.A"
    ]


def test_making_an_instance_of_a_class_without_constructor_calls_none(tmp_path: Path) -> None:
    assert not measure_case(tmp_path, "class A: pass\nA()\n", {"main": []})["wrong"]
