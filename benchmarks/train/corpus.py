"""The public source packages of the built-in encoder's training, and reading them.

    python -m benchmarks.train.corpus --out DIR        # about 250 MB, through pip, npm and apt-get

Every package is under a permissive licence and none is a repository of the evaluation sets;
`sources` also leaves out copies of such repositories inside others. Archives are read as they are:
nothing of a package is built or executed.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Package:
    """A published version of a package."""

    ecosystem: str  # pip | npm | apt (a Debian 12 package with sources) | apt-source
    name: str
    version: str
    licence: str
    held_out: bool  # never trained on: the figures of the model card come from these

    @property
    def project(self) -> str:
        return self.name.removeprefix("@").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Source:
    """A source file of a package."""

    project: str
    path: str
    language: str
    data: bytes


_TRAINED = {
    "pip": (
        """
        sqlalchemy 2.1.9 MIT; twisted 26.10.0 MIT; scikit-image 0.26.0 BSD-3-Clause;
        statsmodels 0.15.0 BSD-3-Clause
        bokeh 3.9.2 BSD-3-Clause; biopython 1.88 Biopython; apache-airflow-core 3.3.2 Apache-2.0;
        spacy 3.8.18 MIT
        ipython 9.18.1 BSD-3-Clause; prompt_toolkit 3.0.53 BSD-3-Clause; celery 5.7.0 BSD-3-Clause
        kombu 5.7.0 BSD-3-Clause; nova 34.0.0 Apache-2.0; pymongo 4.20.0 Apache-2.0;
        werkzeug 3.1.9 BSD-3-Clause
        jinja2 3.1.6 BSD-3-Clause; djangorestframework 3.18.3 BSD-3-Clause;
        wagtail 8.0.1 BSD-3-Clause
        jedi 0.20.1 MIT; pyomo 6.10.1 BSD-3-Clause; lightgbm 4.7.0 MIT;
        torchvision 0.29.2 BSD-3-Clause
        mne 1.13.2 BSD-3-Clause; textual 8.2.8 MIT; coverage 7.17.3 Apache-2.0;
        cryptography 50.0.2 Apache-2.0
        jupyter_server 2.21.1 BSD-3-Clause; nbconvert 7.17.2 BSD-3-Clause;
        pygments 2.21.0 BSD-2-Clause
        distributed 2026.8.0 BSD-3-Clause; web3 8.0.0 MIT; elasticsearch 9.5.1 Apache-2.0;
        trio 0.35.0 MIT
        azure-core 1.41.0 MIT; marshmallow 4.4.0 MIT
    """
    ),
    "npm": (
        """
        lodash 4.18.1 MIT; rxjs 7.8.2 Apache-2.0; three 0.187.0 MIT; eslint 10.15.0 MIT;
        webpack 5.112.2 MIT
        sequelize 6.37.8 MIT; ol 10.11.0 BSD-2-Clause; phaser 4.2.1 MIT; mathjs 15.2.0 Apache-2.0
        leaflet 1.9.4 BSD-2-Clause; date-fns 4.4.0 MIT; ramda 0.32.0 MIT; jsdom 29.1.1 MIT;
        preact 11.2.0 MIT
        moment 2.31.0 MIT; fastify 5.12.8 MIT; winston 3.19.0 MIT; viem 2.57.20 MIT;
        effect 4.1.0 MIT
        @deck.gl/core 9.4.0 MIT; @tanstack/table-core 9.3.1 MIT
    """
    ),
    "apt": (
        """
        golang-1.19-src 1.19.8-2 BSD-3-Clause; golang-etcd-server-dev 3.4.23-4 Apache-2.0
        rust-src 1.63.0+dfsg1-2 MIT;
        golang-github-docker-docker-dev 20.10.24+dfsg1-1+deb12u1 Apache-2.0
        librust-hyper-dev 0.14.19-1 MIT; librust-image-dev 0.24.3-1 MIT;
        librust-regex-dev 1.7.1-1 MIT
        librust-syn-dev 1.0.107-1 MIT
    """
    ),
    "apt-source": (
        """
        guava-libraries 31.1-1 Apache-2.0; netty 4.1.48-7+deb12u2 Apache-2.0;
        tomcat10 10.1.55-1~deb12u1 Apache-2.0
        nginx 1.22.1-9+deb12u9 BSD-2-Clause; openssl 3.0.20-1~deb12u2 Apache-2.0;
        sqlite3 3.40.1-2+deb12u2 blessing
        postgresql-15 15.18-0+deb12u1 PostgreSQL; subversion 1.14.2-4+deb12u1 Apache-2.0
        leveldb 1.23-4 BSD-3-Clause; protobuf 3.21.12-3+deb12u1 BSD-3-Clause;
        mbedtls 2.28.3-1 Apache-2.0
        libsdl2 2.26.5+dfsg-1 Zlib; bullet 3.24+dfsg-2 Zlib
    """
    ),
}
_HELD_OUT = {
    "pip": (
        """
        tornado 6.6.1 Apache-2.0; dulwich 1.2.21 Apache-2.0; pyglet 2.1.19 BSD-3-Clause;
        nilearn 0.14.1 BSD-3-Clause
    """
    ),
    "npm": (
        """
        mongoose 9.12.1 MIT; knex 3.3.0 MIT; ethers 6.17.0 MIT
    """
    ),
    "apt": (
        """
        golang-github-go-git-go-git-dev 5.4.2-3 Apache-2.0; librust-rustls-dev 0.20.8-4 Apache-2.0
    """
    ),
    "apt-source": (
        """
        memcached 1.6.18-1 BSD-3-Clause; poco 1.11.0-3+deb12u1 BSL-1.0;
        httpcomponents-client 4.5.14-1 Apache-2.0
    """
    ),
}


def _packages() -> Iterator[Package]:
    tables = (
        (*item, held_out)
        for table, held_out in ((_TRAINED, False), (_HELD_OUT, True))
        for item in table.items()
    )
    for ecosystem, rows, held_out in tables:
        for row in filter(str.strip, rows.replace("\n", ";").split(";")):
            name, version, licence = row.split()
            yield Package(ecosystem, name, version, licence, held_out)


PACKAGES = tuple(_packages())

LANGUAGES = {
    ".py": "python", ".js": "javascript", ".mjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".go": "go",
    ".java": "java", ".rs": "rust", ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp",
    ".hpp": "cpp",
}  # fmt: skip
COMMANDS = {
    "pip": "pip download -q --no-deps --only-binary :all: --python-version 3.11 {name}=={version}",
    "npm": "npm pack --silent {name}@{version}",
    "apt": "apt-get download {name}={version}",
    "apt-source": "apt-get source --download-only {name}={version}",
}
MAX_BYTES = 400_000  # a larger source file is a bundle or a table
COPIES = {"vendor", "_vendor", "third_party", "thirdparty", "node_modules", "extern", "external"}
COPIES |= {"dist", "build", "umd", "esm"}  # generated from other sources of the package
COMMON_NAMES = {
    "core",
    "framework",
    "bytes",
    "cats",
    "express",
    "plug",
    "client",
    "tracing",
    "backend",
    "rack",
}
"""Names of excluded repositories that are everyday folder names too; a copy would be below its
owner's name."""


def excluded_names(lines: list[str]) -> tuple[set[str], set[str]]:
    """Return the full names of lines of `owner/name`, and the bare names that mark a folder as a
    copy."""
    full = {line.strip().lower() for line in lines if "/" in line}
    return full, {name.split("/")[1] for name in full} - COMMON_NAMES


def sources(
    folder: Path, excluded: tuple[set[str], set[str]], *, held_out: bool | None = None
) -> Iterator[Source]:
    """Yield the source files of the packages in the table's order, paths sorted; `held_out` selects
    one kind only."""
    for package in PACKAGES:
        if held_out is None or package.held_out == held_out:
            yield from _package_sources(folder, package, excluded)


def _package_sources(
    folder: Path, package: Package, excluded: tuple[set[str], set[str]]
) -> Iterator[Source]:
    members = sorted(m for archive in _archives(folder, package) for m in _members(archive))
    for path, data in members:
        language = LANGUAGES.get(PurePosixPath(path).suffix)
        if language and len(data) <= MAX_BYTES and not _is_copy(path.lower(), excluded):
            yield Source(package.project, path, language, data)


def _is_copy(path: str, excluded: tuple[set[str], set[str]]) -> bool:
    full, bare = excluded
    folders = set(path.split("/")[1:-1])
    return bool((COPIES | bare) & folders) or ".min." in path or any(name in path for name in full)


def _archives(folder: Path, package: Package) -> list[Path]:
    stem = package.project
    upstream = package.version.split("-")[0]
    patterns = {
        "pip": [f"{stem.replace('-', '_')}-{package.version}-*.whl"],
        "npm": [f"{stem}-{package.version}.tgz"],
        "apt": [f"{stem}_{package.version}_*.deb"],
        "apt-source": [f"{stem}_{upstream}.orig.tar.*z", f"{stem}_{upstream}.orig.tar.bz2"],
    }[package.ecosystem]
    paths = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not paths:
        raise FileNotFoundError(
            f"no {patterns[0]} in {folder}: run python -m benchmarks.train.corpus --out {folder}"
        )
    return paths


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = (name for name in wheel.namelist() if PurePosixPath(name).suffix in LANGUAGES)
            yield from ((name, wheel.read(name)) for name in names)
        return
    unpacked = None
    if archive.suffix == ".deb":
        data = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True
        ).stdout
        unpacked = io.BytesIO(data)
    with tarfile.open(archive, fileobj=unpacked) as tar:
        members = (m for m in tar if m.isfile() and PurePosixPath(m.name).suffix in LANGUAGES)
        for member in members:
            file = tar.extractfile(member)
            yield member.name, file.read() if file else b""


def download(folder: Path) -> None:
    """Fetch the missing packages. Source packages need a `deb-src` line for Debian 12 in apt's
    sources."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        try:
            _archives(folder, package)
        except FileNotFoundError:
            command = COMMANDS[package.ecosystem].format(name=package.name, version=package.version)
            subprocess.run(command.split(), cwd=folder, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    download(parser.parse_args().out)
