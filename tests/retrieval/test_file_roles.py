"""The role of a file by its path."""

from __future__ import annotations

import pytest

from retrieval.file_roles import file_role


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("tests/app.py", "test"),
        ("pkg/test_app.py", "test"),
        ("pkg/app_test.go", "test"),
        ("src/app.spec.ts", "test"),
        ("src/test/java/org/acme/Base.java", "test"),
        ("src/main/java/org/acme/QueueTest.java", "test"),
        ("django/test/client.py", "source"),
        ("pkg/latest.py", "source"),
        ("pkg/contest.go", "source"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("examples/hello.py", "example"),
        ("api/v1_pb2.py", "generated"),
        ("types/index.d.ts", "declaration"),
        ("README.md", "prose"),
        ("pkg/__init__.py", "front"),
        ("src/app.py", "source"),
    ],
)
def test_a_place_is_told_by_the_path_alone(path: str, place: str) -> None:
    assert file_role(path) == place
