"""The descriptors over programs of VOClient 1.0: what those printed, read from stdout."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

SUMMARIES = {
    "summary": {"resources": 1, "serialization": "TABLEDATA", "cols": 6, "rows": 5,
                "description": "A handful of bright stars"},
    "verbose": {"resources": 1, "serialization": "TABLEDATA", "cols": 6, "rows": 5,
                "description": "A handful of bright stars"},
    "summary-multi": {"resources": 2, "serialization": "TABLEDATA", "cols": 2, "rows": 3,
                      "description": "resource one"},
    "summary-empty": {"resources": 1, "serialization": "TABLEDATA", "cols": 2, "rows": 0},
    "summary-nodata": {"resources": 1, "serialization": "none", "cols": 0, "rows": 0, "description": "metadata only"},
    "size": {},
    "columns": {},
}  # fmt: skip


@pytest.mark.parametrize(("case", "expected"), SUMMARIES.items(), ids=SUMMARIES)
def test_votinfo_reads_the_summary(
    vao: ModuleType, golden: Callable[[str], None], case: str, expected: dict[str, Any]
) -> None:
    golden(f"votinfo/{case}")
    assert dict(vao.votinfo("stars.xml")) == expected


def test_votinfo_joins_a_wrapped_description(vao: ModuleType, original: Callable[..., None]) -> None:
    original(
        "votinfo",
        "a.xml\n\n    Resources:  1\tType: TABLEDATA   \t    Table Size:  6 x 5\n\n"
        "  Description:  one two\n                three\n\n\t\t\tName\t\t\tUCD\n      Field  1:  a\n",
    )
    assert vao.votinfo("a.xml")["description"] == "one two three"


def test_votstat_reads_names_with_blanks_wide_numbers_and_many_columns(
    vao: ModuleType, original: Callable[..., None]
) -> None:
    lines = [
        "# Col  Name                        Min        Max       Mean     StdDev\n#\n",
        "    0  magnitude in V             8.91      19.86      14.30       3.31\n",
        "    4  nobs                       5.00  3000000.00  600025.00  1199987.50\n",
        "    5  label  1               \n",
        " 1207  (none)                  -8.353e-07    9.5e-07   4.53e-08  6.169e-07\n",
        " 1208  all null                  INDEF      INDEF      INDEF      INDEF\n",
    ]
    original("votstat", "".join(lines))
    result = vao.votstat("t.xml", all=True)
    assert result["index"] == [0, 4, 5, 1207, 1208]
    assert result["name"] == ["magnitude in V", "nobs", "label  1", "(none)", "all null"]
    assert result["max"].tolist()[:2] == [19.86, 3e6]
    assert result["min"][3] == -8.353e-07
    assert all(math.isnan(result[key][place]) for key in ("min", "max", "mean", "stddev") for place in (2, 4))
    assert result["table"].colnames == ["index", "name", "min", "max", "mean", "stddev"]
    assert "count" not in result


@pytest.mark.parametrize("case", ["all", "basic", "frames", "noname", "one-row", "ranges-all", "v10"])
def test_votstat_reads_every_line_of_the_golden_cases(
    vao: ModuleType, golden: Callable[[str], None], case: str
) -> None:
    golden(f"votstat/{case}")
    result = vao.votstat("t.xml")
    lines = [line for line in result.stdout.splitlines() if not line.startswith("#")]
    assert result["index"] == [int(line.split()[0]) for line in lines]
    assert result["name"] == [line[7:27].strip() for line in lines]
    words = [line[27:].split() or ["nan"] * 4 for line in lines]
    for place, key in enumerate(("min", "max", "mean", "stddev")):
        assert str(result[key].tolist()) == str([float(row[place]) for row in words])


@pytest.mark.parametrize("case", ["number", "psc", "stdin", "ucd1-swapped", "v15"])
def test_votpos_reads_every_row_of_the_golden_cases(vao: ModuleType, golden: Callable[[str], None], case: str) -> None:
    golden(f"votpos/{case}")
    result = vao.votpos("t.xml")
    words = [line.split() for line in result.stdout.splitlines()]
    assert result["ra"].tolist() == [float(row[-2]) for row in words]
    assert result["dec"].tolist() == [float(row[-1]) for row in words]
    assert ("row" in result) == (len(words[0]) == 3)


@pytest.mark.parametrize(
    ("line", "row", "ra", "dec"),
    [
        ("12:30:00.0 +10:20:30", None, 187.5, 10 + 20.5 / 60),
        ("00 00 01 -00 30 00", None, 15 / 3600, -0.5),
        ("7  00 00 01 -00 30 00", 7, 15 / 3600, -0.5),
        (" 98.49429   41.2 ", None, 98.49429, 41.2),
        ("1  20 30", 1, 20.0, 30.0),
        ("10  20", None, 10.0, 20.0),
        ("INDEF INDEF", None, math.nan, math.nan),
        (" 41.2", None, math.nan, 41.2),
        ("10.5 ", None, 10.5, math.nan),
        (" ", None, math.nan, math.nan),
    ],
)
def test_votpos_reads_sexagesimal_padded_and_empty_cells(
    vao: ModuleType, original: Callable[..., None], line: str, row: int | None, ra: float, dec: float
) -> None:
    original("votpos", line + "\n")
    result = vao.votpos("t.xml")
    assert result.exitmsg == ""
    assert result["ra"].tolist() == [pytest.approx(ra, nan_ok=True)]
    assert result["dec"].tolist() == [pytest.approx(dec, nan_ok=True)]
    assert (result["row"].tolist() if "row" in result else [None]) == [row]


def test_a_position_that_cannot_be_read_is_an_error_and_stdout_stays(
    vao: ModuleType, original: Callable[..., None]
) -> None:
    original("votpos", "1.5 2.5\n12 30.5 -10 20.5\n")
    result = vao.votpos("t.xml")
    assert result.exitstatus == result.ERROR
    assert "line 2 of the output: dec should be an angle in degrees" in result.exitmsg
    assert result["ra"].tolist() == [1.5]
    assert result.stdout == "1.5 2.5\n12 30.5 -10 20.5\n"


M31 = "10.684708\t41.268750\tm31\t7.000000\t7.000000\tAGN\t00:42:44.33\t+41:16:07.5\n"
M51 = "202.469575\t47.195258\tm51\t0.000000\t0.000000\tSy2 galaxy\t13:29:52.70\t+47:11:42.9\n"


def test_vosesame_gives_plain_values_for_a_name_and_lists_for_a_list(
    vao: ModuleType, original: Callable[..., None]
) -> None:
    original("vosesame", M31)
    assert dict(vao.vosesame("m31")) == {
        "name": "m31", "ra": 10.684708, "dec": 41.26875, "ra_error": 7.0, "dec_error": 7.0, "type": "AGN",
        "ra_hms": "00:42:44.33", "dec_dms": "+41:16:07.5",
    }  # fmt: skip
    assert vao.vosesame(["m31"])["ra"] == [10.684708]
    assert vao.vosesame(file="names.txt")["ra"] == [10.684708]
    original("vosesame", M31 + M51, status=1)
    result = vao.vosesame(["m31", "no such thing", "m51"])
    assert result.exitstatus == result.ERROR
    assert result["type"] == ["AGN", "Sy2 galaxy"]
    assert "unresolved" not in result


def test_votcnv_of_an_original_gives_tables_and_texts(vao: ModuleType, original: Callable[..., None]) -> None:
    original("votcnv", "# ra,name\n1.5,a\n")
    assert vao.votcnv("t.xml", format="csv")["table"]["ra"].tolist() == [1.5]
    original("votcnv", "# ra name\n1.5 a\n")
    result = vao.votcnv("t.xml", format="asv")
    assert dict(result) == {"text": "# ra name\n1.5 a\n"}
