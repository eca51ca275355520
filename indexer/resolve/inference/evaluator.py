"""The questions that the parts of type inference ask each other.

Names, imports, classes and packages depend on the values of expressions, and these on them: one
evaluator in several files. `TypeInference` is the evaluator; its parts know it by this protocol.
"""

from __future__ import annotations

from typing import Protocol

from ...records import Binding
from ..namespace import ANYWHERE
from ..value import Value
from .recursion import Recursion
from .type_expressions import TypeExpression


class Evaluator(Protocol):
    """Answers each question in a goal of its own, but for `infer_name` and `infer_stored`."""

    recursion: Recursion

    def infer(self, path: str, scope: int, chain: str, at: int = ANYWHERE) -> Value | None:
        """Return the value of `a.b().c` in `scope` at the position `at`."""

    def infer_name(self, path: str, scope: int, name: str, at: int) -> Value | None:
        """Return the value of a bound name in `scope` at the position `at`."""

    def infer_binding(self, path: str, scope: int, binding: Binding) -> Value | None:
        """Return the value of one binding."""

    def infer_type(self, path: str, scope: int, expression: TypeExpression) -> Value | None:
        """Return a value of an annotated type; its names are looked up in `scope`."""

    def infer_stored(self, value: Value) -> Value:
        """Return the value of a variable or property if it is known, else `value` itself."""

    def find_name(self, path: str, scope: int, name: str) -> Value | None:
        """Return the definition of a bare name by the language's scoping rules."""

    def find_member(self, value: Value, name: str) -> Value | None:
        """Return the symbol of `value.name`."""

    def find_extended_type(self, path: str, scope: int) -> Value | None:
        """Return the type around the outermost definition of `scope`, from another place."""
