"""Small files in several languages that use each other's names and imports."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

STEMS = ("core", "util", "Store", "job", "index")
FOLDERS = ("", "app/", "app/lib/", "web/", "pkg/")
NAMES = ("load", "save", "retry", "Queue", "Worker", "push", "parse_all")

# (random, another stem, name to define, name to use) → text
Text = Callable[[Random, str, str, str], str]


def python(random: Random, other: str, own: str, used: str) -> str:
    head = random.choice(
        (
            f"from app.{other} import {used}",
            f"import app.lib.{other} as {other}",
            f"from .{other} import *",
            "",
        )
    )
    call = f"{other}.{used}()" if head.startswith("import") else f"{used}()"
    body = (
        f"def {own}(count):\n    total = count + {random.randrange(9)}\n    return {call}, total\n"
    )
    kind = (
        f"class {own.title()}({used}):\n"
        f"    def {used}(self):\n        return self.{own}() + {call}\n"
    )
    return f"{head}\n\n\n{random.choice((body, kind, body + kind))}"


def script(random: Random, other: str, own: str, used: str) -> str:
    head = random.choice(
        (f"import {{ {used} }} from './{other}'", f"import {used} from '../app/{other}.js'", "")
    )
    again = f"export * from './{other}'\n" if random.random() < 0.2 else ""
    body = f"export function {own}(n) {{\n  return {used}(n) + {random.randrange(9)}\n}}\n"
    kind = (
        f"export default class {own} extends {used} {{\n  {used}() {{ return this.{own}() }}\n}}\n"
    )
    return f"{head}\n{again}{random.choice((body, kind, body + kind))}"


def go(random: Random, other: str, own: str, used: str) -> str:
    package = random.choice(("app", "lib", other.lower()))
    return (
        f'package {package}\n\nimport "example.org/tree/app/lib"\n\n'
        f"type {own} struct {{ {used} int }}\n\n"
        f"func (o {own}) {used}() int {{ return lib.{used}() + {random.randrange(9)} }}\n\n"
        f"func {own.lower()}() {{ {used}() }}\n"
    )


def c(random: Random, other: str, own: str, used: str) -> str:
    head = random.choice((f'#include "{other}.h"', f"#include <app/{other}.h>", ""))
    static = random.choice(("", "static "))
    return (
        f"{head}\n{static}int {own}(int n)\n{{\n    return {used}(n) + {random.randrange(9)};\n}}\n"
        f"#define {own.upper()} {used}(1)\n"
    )


def java(random: Random, other: str, own: str, used: str) -> str:
    return (
        f"package {random.choice(('app', 'app.lib'))};\n\nimport app.{other};\n\n"
        f"public class {other}{own.title()} extends {used} {{\n"
        f"  public int {own}() {{ return {used}() + {other}.{used}(); }}\n}}\n"
    )


def ruby(random: Random, other: str, own: str, used: str) -> str:
    return (
        f"require_relative '{other}'\n\n"
        f"module {other.title()}\n  class {own.title()} < {used.title()}\n"
        f"    def {own}\n      {used} + {random.randrange(9)}\n    end\n  end\nend\n"
    )


def rust(random: Random, other: str, own: str, used: str) -> str:
    return (
        f"mod {other.lower()};\nuse crate::{other.lower()}::{used};\n\n"
        f"pub fn {own}() -> u32 {{ {used}() + {random.randrange(9)} }}\n\n"
        f"pub struct {own.title()};\nimpl {own.title()} {{ pub fn {used}(&self) {{ {own}(); }} }}\n"
    )


def prose(random: Random, other: str, own: str, used: str) -> str:
    return (
        f"# {own.title()}\n\n"
        f"Jobs wait until {used} takes them, see `{other}.{own}` ({random.randrange(99)}).\n\n"
        f"## {used}\n\nMore on {other}.\n"
    )


def settings(random: Random, other: str, own: str, used: str) -> str:
    value = f'{{"{used}": {random.randrange(9)}}}'
    return f'{{"name": "{other}", "main": "./{other}.js", "{own}": {value}}}\n'


KINDS: dict[str, Text] = {
    ".py": python,
    ".js": script,
    ".ts": script,
    ".go": go,
    ".c": c,
    ".h": c,
    ".java": java,
    ".rb": ruby,
    ".rs": rust,
    ".md": prose,
    ".json": settings,
}
FIXED = {
    "app/__init__.py": ("", "from .core import *\n", "from .util import load as save\n"),
    "app/lib/__init__.py": ("", "from ..core import load\n"),
    "go.mod": ("module example.org/tree\n", "module example.org/other\n"),
    "package.json": (
        '{"name": "tree", "main": "./web/core.js"}\n',
        '{"name": "app", "exports": "./app/util.js"}\n',
    ),
    "tsconfig.json": (
        '{"compilerOptions": {"baseUrl": ".", "paths": {"app/*": ["web/*"]}}}\n',
        "{}\n",
    ),
    ".env": ("TOKEN=abc\n", "TOKEN=other\n"),
    "Makefile": ("all: core\n\ncore:\n\tcc core.c\n", "test:\n\ttrue\n"),
    "notes": ("no ending\n", "other words\n"),
}
"""Files whose names matter, each with several texts."""


def new_path(random: Random) -> str:
    if random.random() < 0.2:
        return random.choice(sorted(FIXED))
    return random.choice(FOLDERS) + random.choice(STEMS) + random.choice(sorted(KINDS))


def new_text(random: Random, path: str) -> bytes:
    """Return a text for the path, sometimes one not to be indexed."""
    odd = random.random()
    if odd < 0.04:
        return b"\x00\x01binary" * random.randrange(1, 9)
    if odd < 0.07:
        return b"// Code generated by a tool. DO NOT EDIT.\n"
    if odd < 0.1:
        return b""
    name = path.rsplit("/", 1)[-1]
    if path in FIXED:
        return random.choice(FIXED[path]).encode()
    own, used = random.sample(NAMES, 2)
    text = KINDS.get(name[name.rfind(".") :], prose)(random, random.choice(STEMS), own, used)
    if random.random() < 0.1:
        text += f'api_token = "q8Zr{random.randrange(10**9):09d}xWv7Kp2"\n'
    return text.encode()
