"""Each read, write or open of a run fails, or the run is ended by a signal there: all of the result, or nothing."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .trouble import Ended, Trial, run_into_closed_pipe

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

INPUTS = Path(__file__).parent / "golden" / "inputs"
FORMATS = ("vot", "csv", "html", "fits", "votb", "votb2", "votfits", "ecsv", "json", "jsonl")
ROWS = 20_000

RUNS = [
    ["votinfo", "{large}"],
    ["votinfo", "--lint", "-o", "out", "{large}"],
    *[["votcnv", "-f", name, "-o", "out", "{large}"] for name in FORMATS],
    ["votcnv", "-f", "csv", "{large}"],
    ["votcnv", "-f", "csv", str(INPUTS / "fitshref.xml")],
    ["votsort", "-c", "1", "-o", "out", "{large}"],
    ["votsort", "--memory=1M", "-c", "1", "-o", "out", "{large}"],
    ["votjoin", "-c", "0", "-o", "out", "{large}", "{large}"],
    ["votjoin", "--memory=1M", "-c", "0", "-j", "full", "-o", "out", "{large}", "{large}"],
    ["votjoin", "-p", "1s", "-b", "-f", "csv", "-o", "out", "{large}", str(INPUTS / "psc.xml")],
    ["votselect", "-w", "$row % 2 = 0", "-o", "out", "{large}"],
    ["votcat", "-o", "out", "{large}", str(INPUTS / "two.xml")],
    ["votsplit", "-n", "9000", "{large}"],
    ["votsplit", "-N", "kind", "-o", "out", "{large}"],
    ["votpos", "-o", "out", "{large}"],
    ["votstat", "-o", "out", "{large}"],
    ["votstat", "--by", "kind", "--quantiles=median", "--memory=1M", "-f", "csv", "-o", "out", "{large}"],
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than is kept in memory before it goes to standard output or to a temporary file."""
    path = tmp_path_factory.mktemp("large") / "large.xml"
    rows = (f"<TR><TD>{n}</TD><TD>{n % 360}.0625</TD><TD>{n % 90}</TD><TD>{n % 3}</TD></TR>\n" for n in range(ROWS))
    path.write_text(
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE name="places">'
        '<FIELD name="id" datatype="int"/><FIELD name="ra" datatype="double" ucd="pos.eq.ra;meta.main"/>'
        '<FIELD name="dec" datatype="double" ucd="pos.eq.dec;meta.main"/>'
        '<FIELD name="kind" datatype="char" arraysize="*"/>'
        f"<DATA><TABLEDATA>\n{''.join(rows)}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n"
    )
    return path


def has_result(ended: Ended, whole: Ended) -> bool:
    return (ended.stdout, ended.files) == (whole.stdout, whole.files)


def has_nothing(ended: Ended) -> bool:
    """The first MiB of standard output is held back."""
    return ended.files == {"out": b"old"} and (not ended.stdout or len(ended.stdout) > 1 << 20)


def is_clear(text: str, *reasons: str) -> bool:
    """A line with the reason, and one that names the input; for each of its inputs."""
    lines = [line for line in text.splitlines() if not line.startswith("Error opening VOTable '")]
    return bool(lines) and all(any(reason in line for reason in reasons) for line in lines)


def complaint_of_read(ended: Ended, whole: Ended) -> str:
    if ended.status == 0:
        is_same = has_result(ended, whole) and (ended.stderr, ended.told) == (whole.stderr, whole.told)
        return "" if is_same else "success without the result"
    is_good = ended.status == 1 and has_nothing(ended) and is_clear(ended.stderr, "Input/output error")
    return "" if is_good else "no clean error"


def complaint_of_open(ended: Ended, whole: Ended) -> str:
    if ended.status == 0:
        return complaint_of_read(ended, whole)
    reasons = "Too many open files", "Cannot open output file"
    is_good = ended.status == 1 and has_nothing(ended) and is_clear(ended.stderr, *reasons)
    return "" if is_good else "no clean error"


def complaint_of_write(ended: Ended, whole: Ended) -> str:
    """The OPset channel is written, too: when nobody listens any more, the tool goes on."""
    if ended.status == 0:
        return "" if has_result(ended, whole) and not ended.stderr else "success without the result"
    is_part = ended.files == {"out": b"old"} and whole.stdout.startswith(ended.stdout)
    is_good = ended.status == 1 and is_part and is_clear(ended.stderr, "No space left on device")
    return "" if is_good else "no clean error"


def complaint_of_signal(number: signal.Signals, ended: Ended, whole: Ended) -> str:
    is_all = has_nothing(ended) or has_result(ended, whole)
    return "" if ended.status == -number and not ended.stderr and is_all else f"not ended cleanly by {number.name}"


COMPLAINTS = {
    "read": complaint_of_read,
    "write": complaint_of_write,
    "open": complaint_of_open,
    "terminate": partial(complaint_of_signal, signal.SIGTERM),
    "interrupt": partial(complaint_of_signal, signal.SIGINT),
}
SIGNALS = ("terminate", "interrupt")


@pytest.mark.parametrize("kind", COMPLAINTS)
@pytest.mark.parametrize("words", RUNS, ids=lambda words: " ".join(Path(word).name for word in words))
def test_a_run_with_trouble(
    bindir: Path, trouble_library: Path, tmp_path: Path, large: Path, words: list[str], kind: str
) -> None:
    words = [word.format(large=large) for word in words]
    trial = Trial(trouble_library, tmp_path, [bindir / words[0], *words[1:]])
    trial.check(kind, COMPLAINTS[kind], ("",) if kind in SIGNALS else ("", " on"))


# The program that has the trouble, which kinds it can have, and what is called.
TRANSFERS = [
    ("voclient-fetch", "write terminate interrupt", ["votcnv", "-f", "csv", "-o", "out", "{http}/files/places.xml"]),
    ("votcnv", "read write open terminate interrupt", ["votcnv", "-f", "csv", "-o", "out", "{http}/files/places.xml"]),
    ("votget", "read write open terminate interrupt", ["votget", "--wait=0.01", "{list}"]),
    ("vosesame", "write open terminate interrupt", ["vosesame", "-T", "-o", "out", "m31", "m51"]),
]


def complaint_of_transfer(ended: Ended, whole: Ended) -> str:
    """What votget leaves of a file for another attempt does not have its name."""
    files = {k: v for k, v in ended.files.items() if not k.endswith((".part", ".part.state"))}
    is_kept = len(files) < len(ended.files)
    is_ended = ended.status in (-signal.SIGTERM, -signal.SIGINT)
    if not (is_ended or (ended.status in (0, 1) and not is_kept)):
        return "a wrong end"
    if ended.cache.items() - whole.cache.items():
        return "part of the cache"
    if ended.status == 0:
        return "" if has_result(ended, whole) else "success without the result"
    if ended.status == 1 and not ended.stderr:
        return "no error"
    return "" if files in ({"out": b"old"}, whole.files) else "part of a result"


@pytest.mark.parametrize(
    ("program", "kind", "words"), [(name, kind, words) for name, kinds, words in TRANSFERS for kind in kinds.split()]
)
def test_a_transfer_with_trouble(
    bindir: Path, trouble_library: Path, tmp_path: Path, archive: RunningArchive,
    program: str, kind: str, words: list[str]
) -> None:  # fmt: skip
    (tmp_path / "urls").write_text(f"{archive.http}/files/lines.txt\n")
    words = [word.format(http=archive.http, list=tmp_path / "urls") for word in words]
    trial = Trial(trouble_library, tmp_path, [bindir / words[0], *words[1:]], archive.environment, program)
    trial.check(kind, complaint_of_transfer, ("",) if kind in SIGNALS else ("", " on"))


@pytest.mark.parametrize("words", RUNS, ids=lambda words: " ".join(Path(word).name for word in words))
def test_reads_and_writes_may_be_interrupted_and_short(
    bindir: Path, trouble_library: Path, tmp_path: Path, words: list[str]
) -> None:
    words = [word.format(large=INPUTS / "psc.xml") for word in words]
    words = ["ra" if word == "kind" else word for word in words]
    trial = Trial(trouble_library, tmp_path, [bindir / words[0], *words[1:]])
    whole, crumbs = trial.run("none 0"), trial.run("crumbs 1")
    assert (whole.status, whole) == (0, crumbs)


WRITERS = [
    *[["votcnv", "-f", name] for name in FORMATS],
    *[
        ["votcat"],
        ["votinfo", "-c"],
        ["votjoin", "-c", "0"],
        ["votpos"],
        ["votselect"],
        ["votsort"],
        ["votsplit", "-N", "kind"],
        ["votstat"],
    ],
]


@pytest.mark.parametrize("words", WRITERS, ids=" ".join)
@pytest.mark.parametrize("ignored", [False, True])
def test_a_closed_pipe_ends_it_quietly(
    bindir: Path, tmp_path: Path, large: Path, words: list[str], ignored: bool
) -> None:
    inputs = [large] * (2 if words[0] in ("votcat", "votjoin") else 1)
    done = run_into_closed_pipe(
        [bindir / words[0], *words[1:], *inputs],
        ignored,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
    )
    files = [f"large000{number}.xml" for number in range(3)] if words[0] == "votsplit" else []
    assert (done.returncode, done.stderr, sorted(os.listdir(tmp_path))) == (-signal.SIGPIPE, b"", files)


@pytest.mark.parametrize("words", WRITERS, ids=" ".join)
def test_a_file_that_grows_too_large_is_an_error(bindir: Path, tmp_path: Path, large: Path, words: list[str]) -> None:
    """The limit is met by temporary files, too."""
    (tmp_path / "out").write_text("old")
    inputs = [large] * (2 if words[0] in ("votcat", "votjoin") else 1)
    done = subprocess.run(
        [bindir / words[0], *words[1:], "-o", "out", *inputs],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50)),
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "File too large" in done.stderr.splitlines()[0]
    assert (os.listdir(tmp_path), (tmp_path / "out").read_text()) == (["out"], "old")
