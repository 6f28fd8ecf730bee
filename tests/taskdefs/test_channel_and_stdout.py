"""One descriptor, two ways: what our programs say on the OPset channel is what they print."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest
from archive.fixture import RunningArchive

STATED = {  # digits of the programs' printed numbers: significant ones, and decimals
    "votstat": (4, 2), "vosesame": (15, 6), "votpos": (17, 17), "votinfo": (17, 17), "votcnv": (17, 17),
    "votselect": (17, 17), "votsort": (17, 17), "votcat": (17, 17), "votjoin": (17, 17), "votsplit": (17, 17),
}  # fmt: skip
LONG = "A description that is so long that it has to be wrapped, with   blanks in it, " * 5

CALLS = [
    *[("votinfo", name, {}) for name in ("stars.xml", "multi.xml", "nodata.xml", "empty.xml", "psc.xml", "v15.xml",
                                         "enc_binary2.xml", "fitsenc.xml", "long.xml")],
    ("votinfo", "stars.xml", {"verbose": True}),
    ("votinfo", "stars.xml", {"descriptions": True}),
    *[("votcnv", "stars.xml", {"format": name}) for name in ("vot", "votb", "votb2", "votfits", "fits", "csv", "tsv",
                                                            "ecsv", "json", "jsonl", "bsv", "asv", "html",
                                                            "shtml")],
    ("votcnv", "stars.xml", {"format": "csv", "output": "out.csv"}),
    ("votsort", "sorty.xml", {"name": "num", "descending": True, "top": 3}),
    ("votsort", "sorty.xml", {"column": 2, "format": "csv", "header": False}),
    ("votcat", ["single_a.xml", "stars.xml"], {"number": True}),
    ("votcat", ["single_a.xml", "stars.xml"], {"format": "votb2", "output": "out.xml"}),
    ("votjoin", "stars.xml", {"table2": "stars.xml", "pos": "1s"}),
    ("votjoin", "stars.xml", {"table2": "nulls.xml", "column": 0, "join": "full", "format": "csv"}),
    ("votsplit", "multi3.xml", {"overwrite": True, "output": "list.txt"}),
    ("votsplit", "stars.xml", {"overwrite": True, "name": "var"}),
    ("votselect", "stars.xml", {"where": ["vmag < 1", "dec > -20"], "add": "m=vmag+1", "name": ["name", "m,ra"]}),
    ("votselect", "stars.xml", {"where": "name like 'HD%'", "format": "csv", "header": False, "sample": 2}),
    ("votselect", "stars.xml", {"where": "nobs between 5 and 12", "count": True}),
    ("votselect", "stars.xml", {"rows": "1-", "output": "some.xml"}),
    ("votpos", "psc.xml", {"number": True}),
    ("votpos", "pos_sexa.xml", {}),
    ("votpos", "empty.xml", {}),
    ("votpos", "stars.xml", {"output": "pos.txt"}),
    ("votstat", "stats_ok.xml", {"all": True}),
    ("votstat", "statq.xml", {}),
    ("votstat", "stats_ok.xml", {"output": "stat.txt"}),
]  # fmt: skip


@pytest.fixture
def long_description(inputs: Path) -> None:
    text = (inputs / "stars.xml").read_text().replace("A handful of bright stars", LONG)
    (inputs / "long.xml").write_text(text)


def both(
    vao: ModuleType, quiet: Path, monkeypatch: pytest.MonkeyPatch, tool: str, *args: Any, **more: Any
) -> list[Any]:
    task = getattr(vao, tool)
    loud = task(*args, **more)
    monkeypatch.setenv("VOCLIENT_BINDIR", str(quiet))
    return [loud, task(*args, **more)]


def agree(loud: Any, printed: Any, digits: tuple[int, int]) -> bool:
    """Whether a printed value is the full one, rounded."""
    if isinstance(printed, (list, numpy.ndarray)):
        return len(loud) == len(printed) and all(agree(a, b, digits) for a, b in zip(loud, printed, strict=True))
    if isinstance(printed, float):
        significant, decimals = digits
        slack = max(0.51 * 10.0**-decimals, abs(loud) * 0.51 * 10.0 ** (1 - significant))
        return (math.isnan(loud) and math.isnan(printed)) or abs(loud - printed) <= slack
    if hasattr(printed, "colnames"):
        return all(agree(loud[name].tolist(), printed[name].tolist(), digits) for name in printed.colnames)
    if isinstance(printed, str):
        # Line breaks of a description are not kept, and votstat prints 20 characters of a name.
        return " ".join(loud.split()) == " ".join(printed.split()) or (len(printed) == 20 and loud.startswith(printed))
    return bool(loud == printed)


def check(tool: ModuleType, loud: Any, printed: Any, digits: tuple[int, int]) -> None:
    only_channel = {key.name for key in tool.descriptor.results.channel}
    assert set(printed) == set(loud) - only_channel
    for key in printed:
        assert agree(loud[key], printed[key], digits), key
        assert type(loud[key]) is type(printed[key])
        assert loud.unit(key) == printed.unit(key)


@pytest.mark.usefixtures("long_description")
@pytest.mark.parametrize(("tool", "table", "more"), CALLS, ids=[f"{t}-{n}-{i}" for i, (t, n, _) in enumerate(CALLS)])
def test_channel_and_stdout_give_the_same_keys_and_values(
    vao: ModuleType,
    quiet: Path,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    table: str | list[str],
    more: dict[str, Any],
) -> None:
    loud, printed = both(vao, quiet, monkeypatch, tool, table, **more)
    assert (loud.exitmsg, printed.exitmsg) == ("", "")
    assert loud.stdout_bytes == printed.stdout_bytes
    check(getattr(vao, tool), loud, printed, STATED[tool])


@pytest.mark.parametrize("target", ["m31", ["m31", "m51"], ["m31", "no such thing", "m51"], "no such thing"])
def test_vosesame_prints_what_it_says(
    vao: ModuleType, quiet: Path, archive: RunningArchive, monkeypatch: pytest.MonkeyPatch, target: Any
) -> None:
    loud, printed = both(vao, quiet, monkeypatch, "vosesame", target, env=archive.environment)
    check(vao.vosesame, loud, printed, STATED["vosesame"])
