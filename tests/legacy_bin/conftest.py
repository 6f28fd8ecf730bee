"""Programs that only the tests need, compiled under the sanitizers once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import trouble

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

HERE = Path(__file__).parent
SOURCES = HERE.parent.parent / "legacy_bin"


@pytest.fixture(scope="session")
def trial_library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The objects of base/, cli/ and io/ that the trial tool needs, and the compiler's command line."""
    folder = tmp_path_factory.mktemp("trial")
    flags = [f"-I{SOURCES}", "-D_GNU_SOURCE", '-DVOCLIENT_VERSION="9.8.7"', "-g", "-O1"]
    flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    powers = folder / "powers_of_ten.c"
    subprocess.run([sys.executable, SOURCES / "base" / "powers_of_ten.py", powers], check=True)
    c_files = [powers, *SOURCES.glob("base/*.c"), *SOURCES.glob("cli/*.c")]
    c_files += [SOURCES / "io" / name for name in ("output.c", "spool.c", "temporary.c")]
    compiler = [os.environ.get("CC", "cc"), "-std=gnu17", *flags]
    subprocess.run([*compiler, "-c", *c_files], cwd=folder, check=True)
    return folder, compiler


@pytest.fixture(scope="session")
def make_trial(trial_library: tuple[Path, list[str]]) -> Callable[..., Path]:
    """Makes the trial tool, a variant of it (see trials/tool.c), or another tool that needs no tables."""
    folder, compiler = trial_library
    objects = sorted(folder.glob("*.o"))

    def make(variant: str, source: Path = HERE / "trials" / "tool.c") -> Path:
        program = folder / variant.lower()
        if not program.exists():
            link = ["-Wl,--wrap=open"] if variant == "TRIAL_NAMED" else []
            subprocess.run([*compiler, f"-D{variant}", source, *objects, *link, "-lm", "-o", program], check=True)
        return program

    return make


@pytest.fixture(scope="session")
def trial(make_trial: Callable[..., Path]) -> Path:
    """The trial tool: it writes down its command line as cli/options.c understood it."""
    return make_trial("TRIAL_PLAIN")


@pytest.fixture(scope="session")
def reader_trial(trial_library: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Writes down what the VOTable reader tells of files (trials/reader.c)."""
    objects, compiler = trial_library
    folder = tmp_path_factory.mktemp("reader")
    c_files = [*SOURCES.glob("votable/*.c"), *SOURCES.glob("io/*.c")]
    subprocess.run([*compiler, "-c", *c_files], cwd=folder, check=True)
    library = folder / "library.a"
    base = [path for path in objects.glob("*.o") if not (folder / path.name).exists()]
    subprocess.run(["ar", "rcs", library, *folder.glob("*.o"), *base], check=True)
    program = folder / "reader_trial"
    libraries = ["-lexpat", "-lz", "-lm", "-o", program]
    subprocess.run([*compiler, HERE / "trials" / "reader.c", library, *libraries], check=True)
    return program


@pytest.fixture(scope="session")
def trouble_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes trouble for a tool (trouble.py)."""
    return trouble.build(tmp_path_factory.mktemp("trouble"))


@pytest.fixture
def get(run: Callable[..., Finished]) -> Callable[..., Finished]:
    """votget with short waits."""
    return lambda *words, **more: run("votget", "--wait=0.02", *words, **more)


@pytest.fixture
def list_of(archive: RunningArchive, tmp_path: Path) -> Callable[..., str]:
    """`list_of("/files/hello.txt", ...)`: a file of URLs of the archive; its name."""

    def write(*routes: str, name: str = "urls") -> str:
        (tmp_path / name).write_text("".join(archive.http + route + "\n" for route in routes))
        return name

    return write
