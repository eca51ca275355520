"""Random sources in several languages with many references between files, and random edits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

NAMES = (
    "alpha",
    "load_all",
    "SaveEach",
    "Base",
)  # few, so that files have much to do with each other


def python(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    return blocks(
        pick.sample(
            [
                f"from .{module} import {name}\n",
                f"from .{module} import *\n",
                f"from . import {module}\n",
                f"import pkg.{module} as {other}\n",
                (
                    f"class {name}({other}):\n    def {third}(self, item: {other}):\n"
                    f"        self.kept = {other}()\n"
                    f"        return self.kept.{third}() or item.{name}()\n"
                ),
                (
                    f"class {third}({module}.{other}):\n    def go_on(self):\n       "
                    f" self.{name}()\n        super().{name}()\n"
                ),
                (
                    f"def {name}(value) -> {third}:\n    made = {other}()\n"
                    f"    return made.{third}(value.{name}())\n"
                ),
                f"{other} = {third}()\n",
                f"{name} = {other}()\n{name} = {third}()\n",
                f"{third} = {name}.{other}()\n",
                f"{name} = {other}\n",
                f"from .{module} import {third} as {other}\n",
                (
                    f"class {name}:\n    kept: {other}\n    def {third}(self):\n"
                    "        return self.kept\n"
                ),
                f"class {other}:\n    def {third}(self) -> {name}: ...\n    {name} = {third}\n",
                (
                    f"def {third}(a):\n    x = {name}()\n    if isinstance(a, {other}):\n"
                    f"        a.{third}()\n"
                    f"        x = {other}()\n    return x.{name}()\n"
                ),
                f"def {name}():\n    made = {other}()\n    return made\n",
                f"def go_on():\n    {third}().{name}()\n    {module}.{other}().{third}()\n",
                (
                    f"def use_it(thing: {name}):\n    thing.{other}.{third}()\n"
                    f"    return {module}.{other}({third})\n"
                ),
            ],
            pick.randint(3, 8),
        )
    )


def typescript(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f'import {{ {name} }} from "./{module}";\n',
        f'export * from "./{module}";\n',
        f'export {{ {name} as {other} }} from "./{module}";\n',
        f'import * as {third} from "./{module}";\n',
        (
            f"export class {name} extends {other} {{\n"
            f"  {third}(): {name} {{ return this.{third}(); }}\n}}\n"
        ),
        f"export function {third}(a: {other}) {{ return a.{name}() ?? {third}.{other}(); }}\n",
        f"export const {other} = new {third}();\n",
    ]
    parts += [
        f"export default {name};\n",
        f"const {third} = {name};\n",
        f'import {other} from "./{module}";\n',
        (
            f"const {name} = {{ {other}() {{ return {third}(); }}, {third}: {other} }};\n"
            f"export {{ {name} }};\n"
        ),
        f"export interface {third} {{ {name}: {other}; {other}(): {name}; }}\n",
        f"export function {name}() {{ const made = new {other}(); return made; }}\n",
        f"function go{name}() {{ {third}().{name}(); {other}.{third}.{name}(); }}\n",
        f"function use{name}(x: {third}) {{ x.{name}.{other}(); return x.{other}().{third}(); }}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def c(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    parts = [
        f'#include "{pick.choice(modules)}.h"\n',
        f"int {name}(int a) {{ return {other}(a) + {third}(a); }}\n",
        f"static int {other}(int a) {{ return {name}(a); }}\n",
        f"int {third}(int a);\n",
        (
            f"struct {name} {{ int {other}; }};\n"
            f"int use_{third}(struct {name} *p) {{ return p->{other}; }}\n"
        ),
        f"#define {other} 3\n",
        f"#define {name}(x) {third}(x)\n",
        f"struct {name} {{ struct {other} *{third}; int (*{other})(int); }};\n",
        f"struct {name} *{other}(struct {third} *p) {{ return p->{name}->{other}(3); }}\n",
        f"int run_{name}(void) {{ {third}(0)->{other}(1); return {name}(2)->{third}->{name}; }}\n",
        f"typedef struct {name} {third};\n",
        f"static const struct {other} table = {{ .{name} = {third}, .{other} = {name} }};\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def cpp(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    space = pick.choice(("net", "disk"))
    parts = [
        f'#include "{pick.choice(modules)}.hpp"\n',
        (
            f"namespace {space} {{ class {name} : public {other} {{ public: {third} *{other}();"
            f" {other} *{third}; }}; }}\n"
        ),
        f"namespace {space} {{ {third} *{name}::{other}() {{ return {third}()->{name}(); }} }}\n",
        (
            f"{space}::{name} *{third}(int a) {{ auto x = new {space}::{other}(); return"
            f" x->{name}(); }}\n"
        ),
        f"using namespace {space};\n",
        f"using {space}::{name};\n",
        (
            f"class {third} {{ public: {name} kept; int {other}() {{ return kept.{third}() +"
            f" {name}(); }} }};\n"
        ),
        f"namespace {space} {{ int {name}(int a) {{ return {other}(a); }} }}\n",
        f"typedef {space}::{other} {name};\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 8)))


def rust(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f"use crate::{module}::{name};\n",
        f"use crate::{module}::*;\n",
        f"pub use crate::{module}::{name} as {other};\n",
        (
            f"pub mod {third} {{ pub fn {name}() {{ super::{other}(); }} pub struct {other} {{ pub"
            f" {third}: {name} }} }}\n"
        ),
        (
            f"pub struct {name} {{ pub {other}: {third} }}\n"
            f"impl {name} {{ pub fn {third}(&self) -> {other} {{ self.{other}.{name}() }} }}\n"
        ),
        (
            f"pub fn {third}(a: {name}) -> {other} {{ a.{other}.{third}();"
            f" crate::{module}::{name}() }}\n"
        ),
        f"impl {name} for {other} {{ fn {name}(&self) {{ self.{third}(); }} }}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 6)))


def lua(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    module = pick.choice(modules)
    parts = [
        f'local {name} = require("{module}")\n',
        f"function {name}.{other}(a)\n  return {third}.{name}(a)\nend\n",
        f"local function {third}(a)\n  return {name}.{other}(a)\nend\n",
        f"local {other} = {{}}\n",
        f"return {name}\n",
    ]
    return blocks(pick.sample(parts, pick.randint(3, 5)))


def go(pick: random.Random, modules: list[str]) -> str:
    name, other, third = (each.capitalize() for each in pick.sample(NAMES, 3))
    parts = [
        f'import "example.com/m/{pick.choice(modules)}"\n',
        f"type {name} struct {{}}\nfunc (s *{name}) {other}() {name} {{ return {third}() }}\n",
        f"func {other}(x {name}) {{ x.{other}(); {pick.choice(modules)}.{third}() }}\n",
        f"func {third}() {name} {{ return {name}{{}} }}\n",
    ]
    return blocks(["package main\n", *pick.sample(parts, pick.randint(2, 4))])


def java(pick: random.Random, modules: list[str]) -> str:
    name, other, third = pick.sample(NAMES, 3)
    package = pick.choice(("a.b", "a.c"))
    parts = [
        f"class {name} extends {other} {{ void {third}() {{ {other}(); }} }}\n",
        f"class {other} {{ {name} kept = new {name}(); void {third}() {{ kept.{third}(); }} }}\n",
        f"interface {third} {{ void {name}({other} x); }}\n",
    ]
    return f"package {package};\nimport a.c.{pick.choice(NAMES)};\n" + "".join(
        pick.sample(parts, pick.randint(1, 2))
    )


def blocks(parts: list[str]) -> str:
    """One text of them, in which `edited` finds them again."""
    return "\n".join(parts)


KINDS: dict[str, tuple[Callable[[random.Random, list[str]], str], Callable[[str], str]]] = {
    "python": (python, lambda name: f"pkg/{name}.py"),
    "typescript": (typescript, lambda name: f"web/{name}.ts"),
    "c": (c, lambda name: f"lib/{name}{'.h' if name < 'n' else '.c'}"),
    "cpp": (cpp, lambda name: f"lib/{name}{'.hpp' if name < 'n' else '.cpp'}"),
    "rust": (rust, lambda name: f"src/{name}.rs"),
    "lua": (lua, lambda name: f"{name}.lua"),
    "go": (go, lambda name: f"{name}/{name}.go"),
    "java": (java, lambda name: f"src/{name}.java"),
}
MODULES = ["__init__", "k", "l", "m", "o"]


ACTIONS = (
    "write",
    "shift",
    "remove",
    "move",
    "add",
    "add",
    "add",
    "replace",
    "take",
    "shuffle",
) + ("rename",) * 10


def renamed(pick: random.Random, text: str) -> str:
    """The text with another name in one place."""
    places = [match.span() for match in re.finditer("|".join(NAMES), text, re.IGNORECASE)]
    if not places:
        return text
    start, end = pick.choice(places)
    name = pick.choice(NAMES)
    return text[:start] + (name.capitalize() if text[start].isupper() else name) + text[end:]


def edited(pick: random.Random, texts: dict[str, str], kind: str) -> dict[str, str]:
    """Return the files after a random edit: new content, other lines, another order, one part more,
    less or different, a new name in one place, a new file, a deleted file, or a moved one."""
    make, path_of = KINDS[kind]
    new = dict(texts)
    path = path_of(pick.choice(MODULES))
    action = pick.choice(ACTIONS)
    parts = new.get(path, "").split("\n\n")
    if action == "write" or path not in new:
        new[path] = make(pick, MODULES)
    elif action in ("add", "replace", "take"):
        added = [] if action == "take" else [make(pick, MODULES).split("\n\n")[0]]
        at = pick.randrange(len(parts))
        new[path] = "\n\n".join([*parts[:at], *added, *parts[at + (action != "add") :]])
    elif action == "rename":
        new[path] = renamed(pick, new[path])
    elif action == "shuffle":
        new[path] = "\n\n".join(pick.sample(parts, len(parts)))
    elif action == "shift":
        new[path] = ("# more" if kind == "python" else "// more") + "\n" + new[path]
    else:
        text = new.pop(path)
        if action == "move":
            new[path_of(pick.choice(MODULES))] = text
    return dict(sorted(new.items()))


PROGRAMS = {
    "include/list.h": (
        "#define LIST(a) grow(a)\n#define ALIAS other_name\n"
        "static inline int head(int a) { return a; }\nint grow(int a);\n"
    ),
    "lib/list.c": (
        '#include "list.h"\nint grow(int a) { return head(a); }\n'
        "static int own(int a) { return LIST(a); }\n"
    ),
    "lib/user.c": (
        '#include "list.h"\nint use_it(int a) { return grow(a) + head(a) + ALIAS(a) + own(a); }\n'
    ),
    "lib/type.cc": (
        "namespace net { struct Box { int open(); }; int Box::open() { return use_it(1); } }\n"
    ),
    "app/main.py": "from app.base import Base\n\n\nclass Child(Base):\n    @property\n"
    "    def one(self): return self.two()\n"
    "    @one.setter\n    def one(self, value): self.two()\n",
    "app/base.py": "class Base:\n    def two(self): return helper()\n\n\ndef helper(): pass\n",
    "run.sh": "start() { helper; }\nstart\n",
}
"""Small programs of several families, whose files share names."""
