"""Parquet files, which astropy and pyarrow read, where a task takes a table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from astropy.table import Table

from voclient.tasking import TaskParameterError, import_task


@pytest.fixture
def stars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bindir: Path) -> Table:
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    monkeypatch.chdir(tmp_path)
    table = Table({"star": ["Vega", "Sirius"], "vmag": [0.03, -1.46]})
    table["vmag"].unit = "mag"
    table["vmag"].description = "Brightness"
    table.write("stars.parquet")
    return table


def test_a_parquet_file_is_a_table_like_any_other(stars: Table) -> None:
    found = import_task("vao.votsort")("stars.parquet", name="vmag")["table"]
    assert found["star"].tolist() == ["Sirius", "Vega"]
    assert (str(found["vmag"].unit), found["vmag"].description) == ("mag", "Brightness")
    found.write("sorted.parquet")
    assert import_task("vao.votinfo")(Path("sorted.parquet"))["rows"] == 2


def test_its_name_begins_in_the_folder_of_the_run(stars: Table, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    Path("stars.parquet").rename("sub/other.PARQUET")
    votinfo = import_task("vao.votinfo")
    assert votinfo("other.PARQUET", cwd="sub")["rows"] == 2
    assert [item["parameter"] for item in votinfo("other.PARQUET", cwd="sub").provenance["inputs"]] == ["table"]
    missing = votinfo("other.PARQUET")
    assert missing.exitstatus == missing.ERROR


def test_its_content_is_what_the_cache_goes_by(stars: Table, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE", str(tmp_path / "cache"))
    votinfo = import_task("vao.votinfo")
    assert "from_cache" not in votinfo("stars.parquet", cache=True).provenance
    assert "from_cache" in votinfo("stars.parquet", cache=True).provenance
    stars[:1].write("stars.parquet", overwrite=True)
    assert votinfo("stars.parquet", cache=True)["rows"] == 1


def test_metadata_of_a_voparquet_file_are_used(stars: Table) -> None:
    metadata = {"star": {"ucd": "meta.id"}, "vmag": {"unit": "mag", "ucd": "phot.mag"}}
    stars.write("vo.parquet", format="parquet.votable", metadata=metadata)
    columns = import_task("vao.votinfo")("vo.parquet")["columns"]
    assert [(column["ucd"], column["unit"]) for column in columns] == [("meta.id", None), ("phot.mag", "mag")]


@pytest.mark.parametrize("module", ["pyarrow", "pandas"])
def test_what_is_missing_to_read_it_is_named_with_the_remedy(stars: Table, module: str) -> None:
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from voclient.tasking import TaskParameterError, import_task\n"
        "try: import_task('vao.votinfo')('stars.parquet')\n"
        "except TaskParameterError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert "votinfo: parameter 'table': 'stars.parquet' cannot be read as Parquet by astropy: " in done.stdout
    assert module in done.stdout
    assert "pip install 'voclient[parquet]'" in done.stdout


def test_what_is_no_parquet_is_refused(stars: Table) -> None:
    Path("bad.parquet").write_text("no")
    with pytest.raises(
        TaskParameterError, match=r"votinfo: parameter 'table': 'bad.parquet' cannot be read as Parquet"
    ):
        import_task("vao.votinfo")("bad.parquet")
