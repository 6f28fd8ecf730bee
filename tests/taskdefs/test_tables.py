"""Tables in, tables out, and results read while a task runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest
from astropy import units as u
from astropy.table import Table

from voclient.tasking import TaskParameterError


@pytest.fixture
def stars() -> Table:
    table = Table({"star": ["Vega", "Sirius", "Deneb"], "mag": [0.03, -1.46, 1.25], "n": [3, 1, 2]})
    table["mag"].unit = "mag"
    table.add_columns([[279.23, 101.29, 310.36], [38.78, -16.72, 45.28]], names=["ra", "dec"])
    table["ra"].unit = table["dec"].unit = "deg"
    table["ra"].meta["ucd"], table["dec"].meta["ucd"] = "pos.eq.ra;meta.main", "pos.eq.dec;meta.main"
    return table


@pytest.mark.parametrize(
    "format", ["xml", "vot", "votb", "votb2", "votfits", "fits", "csv", "tsv", "ecsv", "json", "jsonl"]
)
def test_a_table_goes_in_and_comes_out_in_every_format_of_tables(vao: ModuleType, stars: Table, format: str) -> None:
    result = vao.votcnv(stars, format=format)
    assert (result["rows"], result["cols"]) == (3, 5)
    table = result["table"]
    assert table.colnames == stars.colnames
    assert [str(name) for name in table["star"]] == list(stars["star"])
    for name in ("mag", "n", "ra"):
        assert table[name].tolist() == stars[name].tolist()
    if format not in ("csv", "tsv", "jsonl"):
        assert str(table["mag"].unit) == "mag"
    assert result["table"] is table


@pytest.mark.parametrize("format", ["html", "shtml", "asv", "ascii", "bsv"])
def test_other_formats_come_out_as_text(vao: ModuleType, stars: Table, format: str) -> None:
    result = vao.votcnv(stars, format=format)
    assert "Sirius" in result["text"]
    assert result["text"] == result.stdout
    assert "table" not in result


def test_two_tasks_in_a_row_share_a_table(vao: ModuleType, stars: Table) -> None:
    bright = vao.votsort(stars, name="mag", top=2)
    assert bright["column"] == "mag"
    assert vao.votinfo(bright["table"])["rows"] == 2
    assert list(bright["table"]["star"]) == ["Sirius", "Vega"]


def test_tables_are_put_together_and_split_again(vao: ModuleType, stars: Table) -> None:
    whole = vao.votcat([stars, "stars.xml", stars])
    assert (whole["resources"], whole["tables"], whole["rows"]) == (3, 3, 11)
    assert [(one["tables"], one["rows"]) for one in whole["inputs"]] == [(1, 3), (1, 5), (1, 3)]
    assert whole["inputs"][1]["input"] == "stars.xml"
    assert whole["inputs"][0]["renamed"] == {}
    assert whole["table"].colnames == stars.colnames
    Path("all.xml").write_bytes(whole.stdout_bytes)
    parts = vao.votsplit("all.xml", directory="parts", format="fits")
    assert (parts["rows"], parts["tables"], parts["format"]) == ([3, 5, 3], [1, 1, 1], "fits")
    assert [path.name for path in parts["files"]] == ["all0000.fits", "all0001.fits", "all0002.fits"]
    assert parts["table_names"][1] == "bright"
    assert Table.read(parts["files"][2])["mag"].tolist() == stars["mag"].tolist()


def test_ids_that_were_renamed_are_told(vao: ModuleType) -> None:
    inputs = vao.votcat(["stars.xml", "stars.xml"], output="all.xml")["inputs"]
    assert inputs[0]["renamed"] == {}
    assert inputs[1]["renamed"]["col_ra"] == "col_ra_2"


def test_tables_are_joined_by_position_or_column(vao: ModuleType, stars: Table) -> None:
    result = vao.votjoin(stars, "stars.xml", pos="30s")
    assert (result["rows"], result["matches"], result["matched1"], result["matched2"]) == (2, 2, 2, 2)
    assert result["by"] == ["ra, dec", "ra, dec"]
    table = result["table"]
    assert table.colnames == result["columns"]
    assert table.colnames[:5] == ["star", "mag", "n", "ra_1", "dec_1"]
    assert list(table["star"]) == list(table["name"]) == ["Vega", "Sirius"]
    assert str(table["separation"].unit) == "arcsec"
    assert (table["separation"] < 30).all()
    for radius in (30 * u.arcsec, 30 / 3600, "0.5m"):
        assert vao.votjoin(stars, "stars.xml", pos=radius)["matches"] == 2
    nearest = vao.votjoin(stars, stars, radius=180, best=True, number=True)
    assert nearest["table"]["row2"].tolist() == [0, 1, 2]
    others = Table({"who": ["Mira", "Vega"], "type": ["M7", "A0"]})
    known = vao.votjoin(stars, others, name=["star", "who"], join="left")
    assert (known["rows"], known["cols"], known["matches"], known["by"]) == (3, 6, 1, ["star", "who"])
    assert [str(name) for name in known["table"]["type"]] == ["A0", "", ""]
    with pytest.raises(TaskParameterError, match="pos"):
        vao.votjoin(stars, others, name="star", pos=1)


def test_files_of_values_are_told_with_the_values(vao: ModuleType, stars: Table) -> None:
    parts = vao.votsplit(stars, column=0, base="star", directory="d")
    assert parts["values"] == ["Vega", "Sirius", "Deneb"]
    assert [Table.read(path)["n"].tolist() for path in parts["files"]] == [[3], [1], [2]]
    again = vao.votsplit(stars, column=0, base="star", directory="d")
    assert again.exitstatus == again.ERROR
    assert "file 'd/star0000.xml' exists" in again.exitmsg
    assert not dict(again)


def test_positions_and_statistics_are_arrays_with_units(vao: ModuleType, stars: Table) -> None:
    (Path("t.xml")).write_bytes(
        b'<VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="ra" datatype="double" ucd="pos.eq.ra;meta.main"/>'
        b'<FIELD name="dec" datatype="double" ucd="pos.eq.dec;meta.main"/><DATA><TABLEDATA><TR><TD>1.5</TD><TD/></TR>'
        b"</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )
    result = vao.votpos("t.xml")
    assert isinstance(result["ra"], numpy.ndarray)
    assert result["ra"].tolist() == [1.5]
    assert numpy.isnan(result["dec"]).tolist() == [True]
    assert str(result.quantity("ra").unit) == "deg"
    statistics = vao.votstat(stars, all=True)
    assert statistics["name"] == ["star", "mag", "n", "ra", "dec"]
    assert statistics["count"][1:] == [3, 3, 3, 3]
    assert statistics["unit"][1] == "mag"
    assert statistics["mean"][2] == 2.0
    assert numpy.isnan(statistics["min"][0])
    assert statistics["stddev"][1] == pytest.approx(numpy.std(stars["mag"].value), rel=1e-12)
    table = statistics["table"]
    assert table.colnames == ["index", "name", "min", "max", "mean", "stddev", "count", "unit"]
    assert table["max"][2] == 3.0


def test_statistics_of_groups_are_a_table_of_them_and_rows_for_each_column(vao: ModuleType) -> None:
    rows = Table({"kind": ["a", "b", "a"], "mag": [1.0, 2.0, 4.0] * u.mag, "n": [3, 1, 2]})
    result = vao.votstat(rows, by="kind", columns=["mag", "n"], statistics=["count", "median"], quantiles=[0.25])
    table = result["table"]
    names = [f"{column}_{statistic}" for column in ("mag", "n") for statistic in ("count", "median", "q0.25")]
    assert table.colnames == ["kind", "rows", *names]
    assert list(table["kind"]) == ["a", "b"]
    assert (table["rows"].tolist(), table["mag_median"].tolist()) == ([2, 1], [2.5, 2.0])
    assert (str(table["mag_median"].unit), table["n_count"].unit) == ("mag", None)
    assert result["group"] == [{"kind": "a"}] * 2 + [{"kind": "b"}] * 2
    assert result["name"] == ["mag", "n"] * 2
    assert result["median"].tolist() == [2.5, 2.5, 2.0, 1.0]
    assert result["quantiles"][0] == {"q0.25": 1.75}
    lines = vao.votstat(rows, by="kind", format="csv", output="groups.csv")
    assert lines["table"]["n_max"].tolist() == [3, 1]
    assert lines["output"].read_text().startswith("# kind,rows,mag_min")


def test_votinfo_tells_columns_and_params_as_plain_data(vao: ModuleType) -> None:
    result = vao.votinfo("stars.xml")
    column = result["columns"][1]
    assert (column["name"], column["unit"], column["datatype"]) == ("ra", "deg", "double")
    assert result["params"]["epoch"] == {"value": 2000.0, "unit": "yr", "ucd": None, "datatype": "double"}
    assert result["infos"]["QUERY_STATUS"] == "OK"
    assert result["query_status"] == "OK"
    assert result["version"] == "1.3"


def test_an_output_file_is_a_path_and_its_table_opens(vao: ModuleType, stars: Table) -> None:
    os.mkdir("sub")
    result = vao.votcnv(stars, format="fits", output="out.fits", cwd="sub")
    assert result["output"] == Path("sub/out.fits").absolute() or result["output"] == Path("sub/out.fits")
    assert result["output"].exists()
    assert result["table"]["n"].tolist() == [3, 1, 2]
    assert vao.votpos("stars.xml", output="pos.txt")["ra"].tolist()[0] == 10.6847


def test_the_original_s_names_of_parameters_still_work(vao: ModuleType, stars: Table) -> None:
    assert vao.votsort(stars, col=2, fmt="csv", desc=True)["table"]["n"].tolist() == [3, 2, 1]
    assert vao.votcnv(stars, fmt="csv", noheader=True).stdout.startswith("Vega")
    assert vao.votinfo(stars, numberOf="rows").stdout == "3\n"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"format": "jpeg"}, "accepted: vot, xml"),
        ({"indent": -1}, "below the minimum"),
        ({"formt": "csv"}, "did you mean 'format'"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_runs(vao: ModuleType, call: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskParameterError, match=message):
        vao.votcnv("stars.xml", **call)


def test_votinfo_tells_whether_a_document_is_valid(vao: ModuleType) -> None:
    good = vao.votinfo("stars.xml", lint=True)
    assert (good["valid"], good["errors"], good["warnings"], good["messages"]) == (True, 0, 0, [])
    bad = vao.votinfo("ragged.xml", lint=True, repeats=0)
    assert (bad["valid"], bad["errors"], bad["warnings"]) == (False, 1, 0)
    assert (bad.exitstatus.name, bad.exitmsg) == ("ERROR", "the document is not valid (exit status 1)")
    assert bad["messages"] == [
        {
            "line": 4,
            "column": 127,
            "severity": "Error",
            "text": "row 1 has 2 TDs (3 are accepted: the TABLE's FIELDs)",
            "rule": "td-count",
            "source": "VOTable 1.5, section 5.1",
        }
    ]


@pytest.mark.parametrize("tool", ["votinfo", "votcnv", "votsort", "votpos", "votstat"])
def test_a_table_that_is_missing_or_broken_is_an_error_without_results(vao: ModuleType, tool: str) -> None:
    for name in ("missing.xml", "bad.xml", "notvot.xml"):
        result = getattr(vao, tool)(name)
        assert result.exitstatus == result.ERROR
        assert name in result.exitmsg or "line" in result.exitmsg
        assert not dict(result)


def test_results_can_be_read_before_the_end(vao: ModuleType) -> None:
    """The table comes through a pipe, the second half of it only after results of the first half were read."""
    os.mkfifo("pipe")
    head = ('<VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="ra" datatype="double" ucd="pos.eq.ra;meta.main"/>'
            '<FIELD name="dec" datatype="double" ucd="pos.eq.dec;meta.main"/><DATA><TABLEDATA>')  # fmt: skip
    half = "".join(f"<TR><TD>{i % 360}.123456789</TD><TD>{i % 90}.123456789</TD></TR>" for i in range(80_000))
    go_on = threading.Event()

    def write() -> None:
        with open("pipe", "w") as pipe:
            pipe.write(head + half)
            pipe.flush()
            go_on.wait(60)
            pipe.write(half + "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        result = vao.votpos("pipe", async_=True)
        early = result.wait_for("ra", timeout=60)
        assert not result.exitstatus
        assert early[0] == 0.123456789
        assert 0 < len(early) < 160_000
    finally:
        go_on.set()
        writer.join()
    assert result.wait(60)
    assert result.exitstatus == result.SUCCESS
    assert len(result["ra"]) == len(result["dec"]) == 160_000
