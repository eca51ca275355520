"""Who calls what in JavaScript and TypeScript."""

from __future__ import annotations

from .test_resolver import edges


def test_this_in_a_method_of_an_object_is_the_object() -> None:
    found = edges({
        "a.js": "const api = { get() { return this.find() }, find() {} };\n",
        "b.js": "module.exports = { open() { this.close() }, close() {} };\n",
    })  # fmt: skip
    assert found == {("a.js::api.get", "a.js::api.find"), ("b.js::open", "b.js::close")}


def test_a_method_of_an_object_is_not_seen_by_its_name_alone() -> None:
    assert (
        edges(
            {
                "a.js": "const fresh = require('fresh');\n"
                "module.exports = { get fresh() { return fresh(this) } };\n"
            }
        )
        == set()
    )


def test_this_in_a_prototypes_method_is_what_its_constructor_makes() -> None:
    found = edges(
        {
            "a.js": "function Parser() {}\n"
            "Parser.prototype.run = function () { this.step() }\n"
            "Parser.prototype.step = function () {}\n"
        }
    )
    assert found == {("a.js::Parser.run", "a.js::Parser.step")}


def test_this_in_a_function_inside_a_method_is_not_the_methods_but_that_of_an_arrow_is() -> None:
    found = edges({
        "a.js": "class A {\n run() {\n  function inner() { this.stop() }\n"
        "  const outer = () => { this.halt() };\n"
        " }\n stop() {}\n halt() {}\n}\n"
    })  # fmt: skip
    assert found == {("a.js::A.run.outer", "a.js::A.halt")}


def test_a_name_that_a_file_hands_on_under_another_is_not_seen_inside_by_that_name() -> None:
    found = edges({
        "jsx.js": "export function jsxDEV() {}\n",
        "a.js": "import { make } from './lib';\n"
        "function made() { make() }\nexport { made as make };\n",
        "lib.js": "export function make() {}\n",
        "main.js": "import { make } from './a';\nfunction main() { make() }\n",
    })  # fmt: skip
    assert found == {("a.js::made", "lib.js::make"), ("main.js::main", "a.js::made")}


def test_a_function_that_calls_itself_is_told_from_a_local_variable() -> None:
    assert edges({"a.ts": "const walk = (n: number) => { walk(n - 1); };\n"}) == {
        ("a.ts::walk", "a.ts::walk")
    }


def test_a_comment_says_what_a_parameter_is() -> None:
    found = edges({
        "command.js": "class Command { run() {} }\nexports.Command = Command;\n",
        "help.js": "/** @param {import('./command').Command} cmd */\n"
        "function help(cmd) { cmd.run() }\n",
    })  # fmt: skip
    assert found == {("help.js::help", "command.js::Command.run")}


def test_a_part_of_a_value_has_the_type_of_the_attribute() -> None:
    found = edges({
        "a.ts": """
            class Log { write() {} }
            class Box {
                log: Log;
                show({ log: mine }: Box) { const { log } = this; log.write(); mine.write(); }
            }
        """
    })  # fmt: skip
    assert found == {("a.ts::Box.show", "a.ts::Log.write")}


def test_what_a_function_makes_is_known_from_its_last_line() -> None:
    found = edges({
        "a.ts": """
            class Server { start() {} }
            function create() { return new Server(); }
            const make = () => create();
            export function main() { make().start(); }
        """
    })  # fmt: skip
    assert ("a.ts::main", "a.ts::Server.start") in found


def test_a_package_of_the_workspace_is_called_at_its_source() -> None:
    found = edges({
        "package.json": '{"workspaces": ["packages/*"]}',
        "packages/core/package.json": '{"name": "@x/core", "exports": {".": "./dist/index.js"}}',
        "packages/core/src/index.ts": "export * from './run';\n",
        "packages/core/src/run.ts": "export function run() {}\n",
        "packages/app/main.ts": "import { run as go } from '@x/core';\n"
        "export function main() { go(); }\n",
    })  # fmt: skip
    assert found == {("packages/app/main.ts::main", "packages/core/src/run.ts::run")}
