"""Tools run again and again with something else going wrong each time (trials/trouble.c)."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EVERY = 500  # troubles that are tried one by one; of those that follow one in a hundred
SANITIZERS = {"ASAN_OPTIONS": "verify_asan_link_order=0:exitcode=99", "LSAN_OPTIONS": "exitcode=98"}


def run_into_closed_pipe(
    command: Sequence[str | Path], ignored: bool, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """A program whose standard output nobody reads any more, begun with SIGPIPE ignored or not."""

    def set_signal() -> None:
        signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)

    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            command,
            stdout=writer,
            stderr=subprocess.PIPE,
            restore_signals=False,
            preexec_fn=set_signal,
            check=False,
            **options,
        )
    finally:
        os.close(writer)


@dataclass(frozen=True)
class Ended:
    """What is left of a run."""

    status: int
    stdout: bytes
    stderr: str
    files: dict[str, bytes]
    cache: dict[str, bytes]  # of vosesame: its files may be missing
    told: list[bytes]  # to the OPset channel, without progress
    happened: bool  # the trouble

    def __str__(self) -> str:
        sizes = {name: len(content) for name, content in self.files.items()}
        return (
            f"status {self.status}, {self.stderr!r}, stdout {len(self.stdout)} bytes, files {sizes}, {self.told[-1:]}"
        )


def build(folder: Path) -> Path:
    """The library that makes trouble."""
    library = folder / "trouble.so"
    flags = ["-std=gnu17", "-D_GNU_SOURCE", "-shared", "-fPIC", "-fno-builtin", "-O1"]
    source = HERE / "trials" / "trouble.c"
    subprocess.run([os.environ.get("CC", "cc"), *flags, source, "-ldl", "-o", library], check=True)
    return library


@dataclass(frozen=True)
class Trial:
    """A command line, run each time in a folder of its own, in which there is a file `out`."""

    library: Path
    folder: Path
    command: Sequence[str | Path]
    environment: dict[str, str] = field(default_factory=dict)
    program: str = ""  # which has the trouble; else the command itself

    def run(self, trouble: str) -> Ended:
        """`trouble`: kind, number and perhaps "on", as trials/trouble.c has them."""
        folder = self.folder / trouble.replace(" ", "-")
        mark = folder.with_suffix(".mark")
        (folder / "scratch").mkdir(parents=True)
        (folder / "out").write_text("old")
        channel = os.memfd_create("channel")
        environment = {
            **os.environ,
            **SANITIZERS,
            "LD_PRELOAD": str(self.library),
            "TMPDIR": str(folder / "scratch"),
            "HOME": str(folder),
            "VOCLIENT_OPSET_FD": str(channel),
            "TROUBLE": trouble,
            "TROUBLE_MARK": str(mark),
            "TROUBLE_PROGRAM": self.program or Path(self.command[0]).name,
            **self.environment,
        }
        done = subprocess.run(
            self.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=[channel],
            timeout=120,
            check=False,
        )
        with open(channel, "rb") as stream:
            stream.seek(0)
            told = [line for line in stream if not line.startswith(b'{"progress"')]
        files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        cache = {name: files.pop(name) for name in list(files) if name.startswith(".voclient/")}
        ended = Ended(done.returncode, done.stdout, done.stderr.decode(), files, cache, told, mark.exists())
        shutil.rmtree(folder)
        mark.unlink(missing_ok=True)
        return ended

    def numbers(self, first: int) -> Iterator[int]:
        """1, 2, 3, … and some of the many that follow; programs with sanitizers are slow to start: every other one."""
        step = 2 if b"__asan_init" in Path(self.command[0]).read_bytes() else 1
        number = min(first, step)
        while True:
            yield number
            number += step if number < EVERY else number // 100

    def check(self, kind: str, complaint: Callable[[Ended, Ended], str], modes: Sequence[str] = ("", " on")) -> None:
        """Each trouble of a kind, alone or with all that follow; `complaint` says what is wrong, or nothing."""
        whole = self.run("none 0")
        assert (whole.status, whole.happened) == (0, False), whole.stderr
        tried, complaints = 0, []
        with ThreadPoolExecutor(8) as pool:
            for first, mode in enumerate(modes, start=1):
                troubles, happened = (f"{kind} {number}{mode}" for number in self.numbers(first)), True
                while happened:
                    batch = list(itertools.islice(troubles, 16))
                    for trouble, ended in zip(batch, pool.map(self.run, batch), strict=True):
                        happened = ended.happened
                        tried += happened
                        text = complaint(ended, whole) if happened else ""
                        if text:
                            complaints.append(f"{trouble}: {text}: {ended}")
        assert tried
        assert not complaints, f"{len(complaints)} complaints:\n" + "\n".join(complaints[:20])
