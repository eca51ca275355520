"""A view's edges are the same whichever processes find them, and facts read from columns are those that were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from indexer import HashEncoder, Store, VectorCache, build_index, open_worktree
from indexer.extract.extractor import extract
from indexer.facts.arrow_files import SpooledFacts, spool
from indexer.facts.in_memory import HeldFacts
from indexer.facts.tables import StoredFacts
from indexer.languages.registry import language_of
from indexer.pipeline import resolve_worker
from indexer.pipeline.earlier_edges import NO_BUILD, ViewDiff
from indexer.pipeline.memory import Shares
from indexer.pipeline.resolution import plan_resolution
from indexer.pipeline.resolve_worker import resolve_files
from indexer.store.writer import Writer

from ..repositories import write

FILES = {
    "include/list.h": "#define LIST(a) grow(a)\n#define ALIAS other_name\nstatic inline int head(int a) { return a; }\nint grow(int a);\n",
    "lib/list.c": '#include "list.h"\nint grow(int a) { return head(a); }\nstatic int own(int a) { return LIST(a); }\n',
    "lib/user.c": '#include "list.h"\nint use_it(int a) { return grow(a) + head(a) + ALIAS(a) + own(a); }\n',
    "lib/type.cc": "namespace net { struct Box { int open(); }; int Box::open() { return use_it(1); } }\n",
    "app/main.py": "from app.base import Base\n\n\nclass Child(Base):\n    @property\n    def one(self): return self.two()\n"
    "    @one.setter\n    def one(self, value): self.two()\n",
    "app/base.py": "class Base:\n    def two(self): return helper()\n\n\ndef helper(): pass\n",
    "run.sh": "start() { helper; }\nstart\n",
}


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Writer, dict[str, int]]]:
    folder = tmp_path_factory.mktemp("link")
    write(folder / "tree", FILES)
    store = Store(str(folder / "store"))
    build_index(
        open_worktree(folder / "tree"),
        store,
        HashEncoder(8),
        jobs=1,
        cache=VectorCache(folder / "cache"),
    )
    state = store.state()
    assert state is not None
    with store.writer(state.epoch, (state.encoder, state.encoder_id, state.dim)) as writer:
        rows = store.table("manifests", state.epoch).to_arrow().to_pylist()
        yield (
            writer,
            {
                row["path"]: row["file_id"]
                for row in sorted(rows, key=lambda row: row["path"])
                if row["file_id"]
            },
        )


def resolved(
    writer: Writer, files: Mapping[str, int], shares: Shares, folder: Path
) -> dict[str, int]:
    """Return path → id of its edge set. `files` is path → file_id."""
    plan = plan_resolution(writer.tables, ViewDiff(files, NO_BUILD), {}, folder)
    batches = resolve_files(plan.stale, plan.facts, {}, shares, folder)
    return {path: edges_id for batch in batches for path, edges_id in batch.sets}


def test_processes_that_share_the_work_find_the_edges_that_one_finds(
    writer: tuple[Writer, dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve_worker, "MAX_ALONE", 0)
    monkeypatch.setattr(resolve_worker, "BATCH_FILES", 2)
    alone = resolved(*writer, Shares(1, 0), tmp_path)
    assert resolved(*writer, Shares(2, 1 << 30), tmp_path) == alone
    assert len(set(alone.values())) > 3


def extracted() -> HeldFacts:
    return HeldFacts(
        {
            path: extract(path, text.encode(), language_of(path, text.encode()))
            for path, text in sorted(FILES.items())
        }
    )


@pytest.fixture(scope="module", params=["spooled", "stored"])
def found(
    request: pytest.FixtureRequest,
    writer: tuple[Writer, dict[str, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> SpooledFacts | StoredFacts:
    """The facts as the store has them."""
    if request.param == "stored":
        return StoredFacts(writer[0].tables, writer[1])
    return spool(writer[0].tables, writer[1], (), tmp_path_factory.mktemp("facts"))


def test_facts_from_columns_are_those_that_were_extracted(
    found: SpooledFacts | StoredFacts,
) -> None:
    held = extracted()
    assert found.languages == held.languages
    for path in FILES:
        whole, known = found.whole(path), held.whole(path)
        assert (whole.references, whole.imports, whole.bindings) == (
            known.references,
            known.imports,
            known.bindings,
        )
        assert [symbol._replace(doc="") for symbol in known.symbols] == list(whole.symbols)
        assert found[path].symbols == whole.symbols
        assert [r for r in found[path].references if r.kind == "inherit"] == [
            r for r in known.references if r.kind == "inherit"
        ]


@pytest.mark.parametrize(
    "name",
    [
        "grow",
        "head",
        "own",
        "LIST",
        "ALIAS",
        "net.Box",
        "net.Box.open",
        "use_it",
        "nothing",
        "helper",
        "two",
    ],
)
def test_names_that_a_program_shares_are_found_in_columns_as_in_facts(
    found: SpooledFacts | StoredFacts, name: str
) -> None:
    held = extracted()
    for family in ("c", "bash"):
        assert list(found.definitions(family, name)) == list(held.definitions(family, name))
        assert list(found.methods(family, name)) == list(held.methods(family, name))


def test_who_imports_a_file_of_some_name_is_found_in_columns_as_in_facts(
    found: SpooledFacts | StoredFacts,
) -> None:
    for names in ({"list.h"}, {"app.base", "app.base.Base"}, {"no.h"}):
        assert sorted(found.importers(names)) == sorted(extracted().importers(names))
    assert len(list(found.importers({"list.h"}))) == 2
