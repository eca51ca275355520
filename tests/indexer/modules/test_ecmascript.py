"""The files named by imports of JavaScript and TypeScript."""

from __future__ import annotations

import json

import pytest

from indexer.extract.extractor import extract_facts
from indexer.facts.in_memory import InMemoryFacts
from indexer.languages.registry import language_of
from indexer.modules.module_finder import ModuleFinder


def finder(files: dict[str, str]) -> ModuleFinder:
    facts = {
        path: extract_facts(path, text.encode(), language_of(path))
        for path, text in sorted(files.items())
    }
    return ModuleFinder(InMemoryFacts(facts))


def found(files: dict[str, str], path: str, module: str) -> list[str]:
    return finder(sources(path) | files).find(path, module)


def sources(*paths: str) -> dict[str, str]:
    return dict.fromkeys(paths, "export {};\n")


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("./a", "src/a.ts"),
        ("./a.js", "src/a.ts"),
        ("./b.jsx", "src/b.tsx"),
        ("./m.mjs", "src/m.mts"),
        ("./folder", "src/folder/index.ts"),
        ("./folder/", "src/folder/index.ts"),
        ("..", "index.js"),
        ("./types", "src/types.d.ts"),
        ("./App.vue", "src/App.vue"),
        ("./data.json", "src/data.json"),
        ("./a?worker", "src/a.ts"),
    ],
)
def test_a_relative_import_finds_the_source_behind_the_name_that_it_will_have(
    module: str, target: str
) -> None:
    files = sources(
        "src/a.ts", "src/b.tsx", "src/m.mts", "src/folder/index.ts", "index.js", "src/types.d.ts"
    )
    files |= {"src/App.vue": "<template/>", "src/data.json": "{}"}
    assert found(files, "src/main.ts", module) == [target]


@pytest.mark.parametrize(
    "module", ["react", "node:fs", "https://x.org/a.js", "../../outside", "", "./missing", "..\\a"]
)
def test_what_lies_outside_is_not_found(module: str) -> None:
    assert found(sources("src/a.ts", "outside.ts", "fs.ts"), "src/a.ts", module) == []


def test_paths_are_mapped_with_comments_a_base_and_what_is_extended() -> None:
    files = sources(
        "app/main.ts", "app/lib/util.ts", "app/lib/special.ts", "shared/index.ts", "app/direct.ts"
    ) | {
        "tsconfig.base.json": '{"compilerOptions": {"paths": {"@shared": ["./shared"]}}}'
        " // the end",
        "app/tsconfig.json": """{
            /* what all have */ "extends": "../tsconfig.base",
            "compilerOptions": {
                "baseUrl": ".",
                "paths": {"~lib/*": ["./nowhere/*", "lib/*"], "~lib/x": ["lib/special"],},
            },
        }""",
    }
    assert found(files, "app/main.ts", "~lib/util") == ["app/lib/util.ts"]
    assert found(files, "app/main.ts", "~lib/x") == ["app/lib/special.ts"]
    assert found(files, "app/main.ts", "@shared") == ["shared/index.ts"]
    assert found(files, "app/main.ts", "direct") == ["app/direct.ts"]


def test_the_paths_of_projects_that_a_solution_refers_to_hold() -> None:
    files = sources("src/x.ts", "main.ts") | {
        "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
        "tsconfig.app.json": '{"compilerOptions": {"paths": {"#/*": ["./src/*"]}}}',
    }
    assert found(files, "main.ts", "#/x") == ["src/x.ts"]


def test_root_folders_are_laid_over_each_other() -> None:
    files = sources("src/a.ts", "generated/b.ts") | {
        "tsconfig.json": '{"compilerOptions": {"rootDirs": ["src", "generated"]}}'
    }
    assert found(files, "src/a.ts", "./b") == ["generated/b.ts"]


WORKSPACE = {
    "package.json": json.dumps({"name": "root", "workspaces": ["packages/*", "!packages/old"]}),
    "packages/core/package.json": json.dumps({
        "name": "@scope/core",
        "main": "./dist/index.cjs",
        "exports": {
            ".": {"import": {"types": "./dist/index.d.mts", "default": "./dist/index.mjs"}},
            "./adapters/*": {
                "types": "./dist/adapters/*/index.d.ts", "default": "./dist/adapters/*.js",
            },
            "./internal/*": None,
        },
        "imports": {"#env": {"node": "./src/env-node.ts"}, "#dep": "@scope/plain/util"},
    }),
    "packages/plain/package.json": '{"name": "@scope/plain", "main": "lib/start.js"}',
    "packages/old/package.json": '{"name": "old"}',
    "samples/core/package.json": '{"name": "@scope/core"}',
    **sources(
        "packages/core/src/index.ts", "packages/core/src/adapters/node.ts",
        "packages/core/src/env-node.ts",
        "packages/plain/src/start.ts", "packages/plain/util.js", "packages/old/index.js",
        "samples/core/index.ts",
        "packages/plain/main.ts",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "module", "target"),
    [
        ("packages/plain/main.ts", "@scope/core", ["packages/core/src/index.ts"]),
        (
            "packages/plain/main.ts",
            "@scope/core/adapters/node",
            ["packages/core/src/adapters/node.ts"],
        ),
        ("packages/core/src/index.ts", "@scope/plain", ["packages/plain/src/start.ts"]),
        ("packages/core/src/index.ts", "@scope/plain/util", ["packages/plain/util.js"]),
        ("packages/core/src/index.ts", "#env", ["packages/core/src/env-node.ts"]),
        ("packages/core/src/index.ts", "#dep", ["packages/plain/util.js"]),
        ("packages/core/src/adapters/node.ts", "@scope/core", ["packages/core/src/index.ts"]),
        ("samples/core/index.ts", "@scope/core", ["samples/core/index.ts"]),
        ("packages/plain/main.ts", "old", []),
    ],
)
def test_a_package_of_the_workspace_is_found_by_its_name(
    path: str, module: str, target: list[str]
) -> None:
    assert found(WORKSPACE, path, module) == target


def test_a_workspace_of_pnpm_names_its_members() -> None:
    files = sources("packages/a/index.ts", "fixtures/a/index.ts", "apps/web/main.ts") | {
        "pnpm-workspace.yaml": "catalog:\n  - no\npackages:\n  - 'packages/**' # all\n  - apps/*\n",
        "packages/a/package.json": '{"name": "a"}',
        "fixtures/a/package.json": '{"name": "a"}',
    }
    assert found(files, "apps/web/main.ts", "a") == ["packages/a/index.ts"]


def test_without_a_workspace_the_only_package_of_a_name_is_found() -> None:
    files = sources("libs/a/src/index.ts", "main.ts") | {"libs/a/package.json": '{"name": "a"}'}
    assert found(files, "main.ts", "a") == ["libs/a/src/index.ts"]


@pytest.mark.parametrize("module", ["@/util", "~/util"])
def test_an_alias_that_bundlers_share_leads_to_the_sources(module: str) -> None:
    assert found(
        sources("web/src/util.ts", "web/src/pages/home.ts"), "web/src/pages/home.ts", module
    ) == ["web/src/util.ts"]


HOSTILE = [
    '{"extends": "./tsconfig.json"}',
    '{"extends": ["./a.json", "./tsconfig.json"], "references": [{"path": "."}, 3, null]}',
    "[" * 2_000,
    '{"compilerOptions": ' * 1_500,
    "/*" * 20_000,
    '{"compilerOptions": {"paths": []}, "extends": {"a": {"b": 1}}}',
    "null",
    "\0\ufeff{",
    json.dumps(
        {"compilerOptions": {"baseUrl": "../../../..", "paths": {"*": ["*", "/*", "../../*"]}}}
    ),
    json.dumps({"compilerOptions": {"paths": {f"{n}*": ["x"] for n in range(2_500)}}}),
    json.dumps({"compilerOptions": {"paths": {"*" * 300: ["*" * 300]}}}),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_settings_of_any_kind_are_harmless(text: str) -> None:
    files = sources("src/a.ts", "src/b.ts")
    for name in ("tsconfig.json", "src/jsconfig.json", "package.json", "pnpm-workspace.yaml"):
        files[name] = text
    modules = finder(files)
    assert modules.find("src/a.ts", "./b") == ["src/b.ts"]
    for module in ("left-pad", "#x", "@a/b/c", "@", "/", "a*b"):
        assert modules.find("src/a.ts", module) == []


def test_a_workspace_of_many_stars_costs_no_time() -> None:
    deep = "a/" * 200
    files = {"package.json": json.dumps({"workspaces": ["**/" * 100 + "x", "*" * 200]})}
    files |= {f"{deep}{n}/package.json": f'{{"name": "p{n}"}}' for n in range(50)}
    assert found(files | sources("main.ts"), "main.ts", "p1") == []
