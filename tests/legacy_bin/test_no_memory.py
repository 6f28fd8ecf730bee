"""Each allocation of a small run fails, alone or with all that follow: a clean error, or all that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .trouble import SANITIZERS, Ended, Trial
from .votables import tabledata, write

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

INPUTS = Path(__file__).parent / "golden" / "inputs"
# Lines that may stand beside the one that speaks of memory: which input, or which names, are without a result.
ALSO = ("Error opening VOTable '", "openVOTable(): Invalid input arg '", "Warning: Cannot resolve target '")
UNCLEAR = "Error: name resolver not reachable: "  # libcurl leaves the query out of a request, and says nothing


def complaint(ended: Ended, whole: Ended) -> str:
    """What is wrong with a run one allocation of which failed, or nothing."""
    has_result = (ended.stdout, ended.files) == (whole.stdout, whole.files)
    lines = ended.stderr.splitlines()
    if ended.cache.items() - whole.cache.items():
        return "part of the cache"
    if ended.status == 0:
        is_same = has_result and (ended.stderr, ended.told) == (whole.stderr, whole.told)
        return "" if is_same else "success without the result"
    if not 0 < ended.status < 90:
        return "crash"
    if lines and lines[-1] == "Error: not enough memory for the OPset channel":
        return "" if has_result else "no result"
    if ended.stdout or ended.files != {"out": b"old"}:
        return "part of a result"
    of_memory = [line for line in lines if "memory" in line or line.startswith(UNCLEAR)]
    is_clear = of_memory and all(line in of_memory or line.startswith(ALSO) for line in lines)
    return "" if is_clear else "no clear error"


STARS, TYPES, TWO = (str(INPUTS / name) for name in ("stars.xml", "types.xml", "two.xml"))
TABLE_RUNS = [
    ["votinfo", STARS],
    ["votinfo", "-c", "-v", STARS],
    ["votinfo", "--lint", STARS],
    *[
        ["votcnv", "-f", name, "-o", "out", STARS]
        for name in ("vot", "html", "votb", "votb2", "votfits", "ecsv", "json", "jsonl")
    ],
    ["votcnv", "-i", "2", TYPES],
    ["votcnv", "-f", "csv", TYPES],
    ["votcnv", "-f", "fits", "-o", "out", TYPES],
    *[
        ["votcnv", "-f", "csv", str(INPUTS / name)]
        for name in ("enc_binary.xml", "enc_binary2.xml", "fitsenc.xml", "fitshref.xml", "entities.xml", "cdata.xml")
    ],
    ["votsort", "-o", "out", STARS],
    ["votsort", "-s", STARS],
    ["votsort", "--threads=2", "--memory=1M", "-N", "ra", STARS],
    ["votjoin", "-N", "name", "-o", "out", STARS, STARS],
    ["votjoin", "-p", "1s", "-j", "full", "-f", "csv", STARS, str(INPUTS / "psc.xml")],
    ["votselect", "-w", "$row % 2 = 1 and within(10, 41, 170)", "-a", "t=concat($row, '!')", "-s", "2", STARS],
    ["votselect", "-w", "name ~ '[A-Z]'", STARS],
    ["votcat", "-o", "out", STARS, TWO],
    ["votsplit", "-n", "2", STARS],
    ["votsplit", "-N", "var", STARS],
    ["votpos", STARS],
    ["votstat", "-o", "out", STARS],
    ["votstat", "--by=var", "--quantiles=0.25,median", "-f", "csv", STARS],
    ["votstat", "-a", "--by=var,1", "--statistics=distinct,mean", "--quantiles=0.1", "-f", "votb2", "-o", "out", STARS],
    ["votstat", "--by=name", "--columns=vmag,var", "--statistics=count,median", STARS],
    ["votget", "-x", str(INPUTS / "acref.xml")],
    ["vosesame", "-T", "-d", "-p", "10:20:30,-1:2:3"],
    ["votcnv", "--help"],
    ["votcnv", "--describe"],
]


# glibc's regcomp() loses some of its own when memory is short.
@pytest.mark.parametrize("words", TABLE_RUNS, ids=lambda words: " ".join(Path(word).name for word in words))
def test_a_run_without_memory(bindir: Path, trouble_library: Path, tmp_path: Path, words: list[str]) -> None:
    environment = {"ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"] + ":detect_leaks=0"} if "~" in str(words) else {}
    trial = Trial(trouble_library, tmp_path, [bindir / words[0], *words[1:]], environment)
    trial.check("memory", complaint)


@pytest.mark.parametrize("last", ["2", "two"], ids=["fits", "does not"])
def test_a_table_for_exchange_without_memory(bindir: Path, trouble_library: Path, tmp_path: Path, last: str) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    path = write(folder / "t.xml", tabledata([("int", ""), ("char", "*")], [["1", "a"], [last, "b"]]))
    trial = Trial(trouble_library, tmp_path, [bindir / "votcnv", str(path)], {"VOCLIENT_TABLES": "BINARY2"})
    trial.check("memory", complaint)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("voclient-fetch", ["voclient-fetch", "{http}/files/places.xml"]),
        ("voclient-fetch", ["votcnv", "-f", "csv", "{http}/files/places.xml"]),
        ("votcnv", ["votcnv", "-f", "csv", "{http}/files/places.xml"]),
        ("vosesame", ["vosesame", "-T", "-d", "-n", "-e", "-t", "-s", "m31", "m51"]),
        ("votget", ["votget", "--wait=0.01", "urls"]),
        ("votget", ["votget", "--wait=0.01", "packed"]),
    ],
)  # fmt: skip
def test_a_transfer_without_memory(
    bindir: Path, trouble_library: Path, tmp_path: Path, archive: RunningArchive, program: str, words: list[str]
) -> None:
    for name, route in (("urls", "/files/hello.txt"), ("packed", "/files/image.fits.gz")):
        (tmp_path / name).write_text(f"{archive.http}{route}\n")
    words = [str(tmp_path / w) if (tmp_path / w).exists() else w.format(http=archive.http) for w in words]
    trial = Trial(trouble_library, tmp_path, [bindir / words[0], *words[1:]], archive.environment, program)
    trial.check("memory", complaint)
