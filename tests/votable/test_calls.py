"""Calls with Tables in and out: no row passes through text, and nothing changes on the way."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable, Table

from voclient.tasking import TaskError, import_task, task

from .tables import assert_same


@pytest.fixture
def vao(bindir: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    monkeypatch.chdir(inputs)
    from voclient import vaopackage

    return vaopackage


@pytest.fixture
def numbers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """astropy reads and writes no row of a VOTable."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a row was left to astropy")

    for name in ("_parse_binary", "_parse_tabledata", "_write_tabledata", "_write_binary"):
        monkeypatch.setattr(f"astropy.io.votable.tree.TableElement.{name}", refuse)


@pytest.fixture
def stars() -> Table:
    table = Table({"star": ["Vega", "Sirius", "Pólux"], "ra": [279.2347, 101.2872, 116.329], "n": [1, 2, 3]})
    table["dec"] = np.ma.array([38.7837, -16.7161, 28.026], mask=[False, False, True])
    table["vmag"] = np.array([0.03, -1.46, 1.14], "f4")
    table["vmag"].unit, table["vmag"].description = "mag", "Brightness"
    table["ra"].unit = table["dec"].unit = "deg"
    table["ra"].meta["ucd"], table["dec"].meta["ucd"] = "pos.eq.ra;meta.main", "pos.eq.dec;meta.main"
    return table


@pytest.mark.usefixtures("numbers_only")
def test_rows_are_selected_sorted_and_put_together(vao: ModuleType, stars: Table) -> None:
    selected = vao.votselect(stars, where="vmag < 1 and within(279, 38, 2)")
    assert selected["table"]["star"].tolist() == ["Vega"]
    assert (selected["format"], selected["rows"]) == ("vot", 1)
    ordered = vao.votsort(stars, name="vmag")["table"]
    assert ordered["n"].tolist() == [2, 1, 3]
    assert ordered["dec"].mask.tolist() == [False, False, True]
    assert ordered["star"].tolist()[2] == "Pólux"
    assert (str(ordered["vmag"].unit), ordered["vmag"].description) == ("mag", "Brightness")
    assert ordered["ra"].meta["ucd"] == "pos.eq.ra;meta.main"
    assert vao.votcat([ordered, "stars.xml"])["table"]["n"].tolist() == [2, 1, 3]
    again = vao.votsort(ordered, name="n")["table"]
    assert_same(again, vao.votcnv(again)["table"])


@pytest.mark.usefixtures("numbers_only")
def test_tables_are_joined_by_position(vao: ModuleType, stars: Table) -> None:
    other = QTable({"name": ["a", "b"], "ra": [101.2873, 279.2346] * u.deg, "dec": [-16.7162, 38.7836] * u.deg})
    for name in ("ra", "dec"):
        other[name].info.meta = {"ucd": stars[name].meta["ucd"]}
    joined = vao.votjoin(stars, other, pos="1s")["table"]
    assert sorted(zip(joined["star"], joined["name"], strict=True)) == [("Sirius", "a"), ("Vega", "b")]
    assert len(vao.votjoin(stars, stars, name="n", join="left")["table"]) == 3


@pytest.mark.usefixtures("numbers_only")
def test_a_file_with_tabledata_comes_as_numbers_too(vao: ModuleType) -> None:
    assert vao.votsort("stars.xml", name="vmag")["table"]["nobs"].tolist()[0] == 3000000


@pytest.mark.usefixtures("numbers_only")
def test_a_table_without_rows_goes_through(vao: ModuleType, stars: Table) -> None:
    nothing = vao.votselect(stars, where="vmag > 99")["table"]
    assert (len(nothing), nothing.colnames) == (0, stars.colnames)
    again = vao.votsort(nothing, name="vmag")["table"]
    assert (len(again), again.colnames, str(again["ra"].unit)) == (0, stars.colnames, "deg")


def test_the_table_is_the_same_whatever_way_the_rows_came(vao: ModuleType, stars: Table) -> None:
    for source in (stars, "types.xml", "nulls.xml", "unicode.xml", "psc.xml", "enc_binary.xml", "stars.xml"):
        found = vao.votcnv(source)
        text = vao.votcnv(source, format="vot")
        assert ("<BINARY2>" in found.stdout, "<TABLEDATA>" in text.stdout) == (True, True), source
        assert_same(found["table"], text["table"])


def test_values_that_do_not_fit_their_fields_come_as_astropy_reads_them(vao: ModuleType) -> None:
    document = (
        '<VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="x" datatype="double"/>'
        '<FIELD name="s" datatype="char" arraysize="2"/><DATA><TABLEDATA><TR><TD>1.5</TD><TD>ab</TD></TR>'
        "<TR><TD>n/a</TD><TD>abc</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
    )
    table = vao.votcnv(document)["table"]
    assert (table["x"].tolist(), table["s"].tolist()) == ([1.5, None], ["ab", "ab"])


def test_rows_are_text_for_who_asks_for_it(vao: ModuleType, stars: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the tools of VOClient 1.0 need it: neither way is BINARY2."""
    echo = import_task("texts.echo")
    assert "<TABLEDATA>" in echo(stars, env={"VOCLIENT_TABLES": "TABLEDATA"}).stdout
    assert "<BINARY2>" in echo(stars).stdout
    assert vao.votsort(stars, name="n", env={"VOCLIENT_TABLES": "TABLEDATA"}).stdout.count("<TR>") == 3
    monkeypatch.setenv("VOCLIENT_TABLES", "TABLEDATA")
    assert "<TABLEDATA>" in echo(stars).stdout
    assert vao.votsort(stars, name="n").provenance["environment"]["VOCLIENT_TABLES"] == "TABLEDATA"


@pytest.fixture(autouse=True)
def _texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "taskdefs" / "texts"
    folder.mkdir(parents=True)
    (folder / "package.yaml").write_text("package: texts\nversion: 1\nsummary: Tests\n")
    echo = (
        "task: echo\nsummary: Show a table\nexecutable: cat\n"
        "parameters: {table: {type: table, argv: '{}', required: true}}\n"
    )
    (folder / "echo.yaml").write_text(echo)
    old = echo.replace("task: echo", "task: old") + "environment: {VOCLIENT_TABLES: TABLEDATA}\n"
    (folder / "old.yaml").write_text(old)
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(tmp_path / "taskdefs"))


def test_a_descriptor_says_that_its_program_reads_text_only(stars: Table) -> None:
    assert "<TABLEDATA>" in import_task("texts.old")(stars).stdout
    assert "<BINARY2>" in import_task("texts.old")(stars, env={"VOCLIENT_TABLES": "BINARY2"}).stdout


def test_another_form_is_refused(vao: ModuleType, stars: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        TaskError, match=r"votinfo: VOCLIENT_TABLES is 'FITS' in its environment; accepted: BINARY2, TA"
    ):
        vao.votinfo(stars, env={"VOCLIENT_TABLES": "FITS"})
    monkeypatch.setenv("VOCLIENT_TABLES", "x")
    with pytest.raises(TaskError, match="accepted: BINARY2, TABLEDATA"):
        vao.votinfo("stars.xml")


def test_runs_from_the_cache_and_elsewhere_give_the_same_table(
    vao: ModuleType, stars: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE", str(tmp_path / "cache"))
    first, second = (vao.votsort(stars, name="vmag", cache=True) for _ in range(2))
    assert "from_cache" in second.provenance
    assert_same(second["table"], first["table"])
    text = vao.votsort(stars, name="vmag", cache=True, env={"VOCLIENT_TABLES": "TABLEDATA"})
    assert "from_cache" not in text.provenance
    assert_same(pickle.loads(pickle.dumps(first))["table"], first["table"])
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        away = vao.votsort(stars, name="vmag", executor=pool)
    assert "<BINARY2>" in away.stdout
    assert_same(away["table"], first["table"])


def test_tables_are_read_in_many_threads_at_once(vao: ModuleType, stars: Table) -> None:
    results = [vao.votcnv(stars, async_=True) for _ in range(8)]
    found: list[Any] = []
    threads = [threading.Thread(target=lambda run=run: (run.wait(60), found.append(run["table"]))) for run in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for table in found:
        assert_same(table, found[0])


@task
def brightest(table: Table, count: int) -> Table:
    """The first rows.

    Parameters
    ----------
    table
        A table.
    count
        How many.
    """
    return table[:count]


@pytest.mark.usefixtures("numbers_only")
def test_functions_take_and_give_tables_as_numbers(stars: Table) -> None:
    found = brightest(stars, 2)["table"]
    assert found["star"].tolist() == ["Vega", "Sirius"]
    assert str(found["vmag"].unit) == "mag"
