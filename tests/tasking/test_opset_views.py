"""An OPset in other forms: plain data, strict JSON, tables, and what a notebook shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.table import MaskedColumn, Table
from tasking.programs import python, run_program, shell

from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.opset import html

ROWS = Results(
    stdout=Section(
        "csv",
        header=False,
        columns=("x", "y"),
        keys=(Key("x", "float", unit="deg", help="Where it is", array=True), Key("y"), Key("table", "table")),
    )
)
STARS = Path(__file__).parents[1] / "legacy_bin" / "golden" / "inputs" / "stars.xml"
HOSTILE = "<script>alert('1')</script>\"&amp;"


def refuse(word: str) -> None:
    raise AssertionError(word)


def strictly(text: str) -> Any:
    return json.loads(text, parse_constant=refuse)


# JSON.


def test_json_is_strict_whatever_the_values_are() -> None:
    result = shell("echo 1,p; echo nan,q", results=ROWS)
    result.update(
        {
            "inf": [float("inf"), {"deep": (float("-inf"), np.float32("nan"))}],
            "array": np.array([[1, 2], [3, 4]]),
            "flag": np.bool_(True),
            "length": 3 * u.km,
            "masked": Table({"a": MaskedColumn([1, 2], mask=[False, True])}),
            "where": Path("/tmp"),
            "when": datetime(2026, 1, 2, tzinfo=UTC),
            "raw": b"\xff",
            "names": {1: None},
        }
    )
    assert strictly(result.to_json()) == {
        "x": [1.0, None],
        "y": ["p", "q"],
        "table": {"x": [1.0, None], "y": ["p", "q"]},
        "inf": [None, {"deep": [None, None]}],
        "array": [[1, 2], [3, 4]],
        "flag": True,
        "length": {"value": 3.0, "unit": "km"},
        "masked": {"a": [1, None]},
        "where": "/tmp",
        "when": "2026-01-02T00:00:00+00:00",
        "raw": "\udcff",
        "names": {"1": None},
    }


def test_json_is_text_that_can_be_written_whatever_bytes_came() -> None:
    result = python(
        r"import sys; sys.stdout.buffer.write(b'\xff\n\xc3\xa9\n')", results=Results(Section("lines", key="a"))
    )
    assert strictly(result.to_json().encode().decode()) == {"a": ["\udcff", "é"]}
    assert "é" in shell("echo é", results=Results(Section("lines", key="a"))).to_json()


def test_numbers_of_single_precision_are_written_with_the_digits_they_need() -> None:
    result = shell("echo 1,p", results=ROWS)
    result["magnitude"] = np.array([3.44, np.nan], np.float32)
    result["masked"] = Table({"a": MaskedColumn([1.1, 2.2], mask=[False, True], dtype=np.float32)})
    written = strictly(result.to_json())
    assert (written["magnitude"], written["masked"]) == ([3.44, None], {"a": [1.1, None]})


def test_facts_are_given_when_asked_for() -> None:
    result = shell("echo a = 1; echo b = 2.5; echo no >&2; exit 3")
    told = strictly(result.to_json(facts=True, indent=2))
    assert (told["values"], told["units"]) == ({"a": 1, "b": 2.5}, {"b": "deg"})
    assert (told["task"], told["exitstatus"], told["exitmsg"]) == ("sh", "ERROR", "no (exit status 3)")
    assert (told["returncode"], told["argv"][0]) == (3, "/bin/sh")
    assert datetime.fromisoformat(told["started"]) == result.started
    assert shell("true", execute=False).to_dict(facts=True)["started"] is None


# Tables.


def test_rows_become_a_table_with_units() -> None:
    result = shell("echo 1,p; echo nan,q", results=ROWS)
    table = result.to_table()
    assert (table.colnames, len(table), str(table["x"].unit), table["x"].description) == (
        ["x", "y"],
        2,
        "deg",
        "Where it is",
    )
    assert result.to_table("y").colnames == ["y"]


def test_what_has_no_rows_makes_no_table() -> None:
    single = shell("echo a = 1")
    with pytest.raises(ValueError, match="sh: no key has rows"):
        single.to_table()
    rows = shell("echo 1,p", results=ROWS)
    rows["note"] = "mine"
    with pytest.raises(ValueError, match="sh: 'note' has no rows, but one value"):
        rows.to_table("x", "note")
    with pytest.raises(KeyError, match="did you mean 'table'"):
        rows.to_table("tabel")


# Notebooks.


class Page(HTMLParser):
    """The text and the elements of a page; every element must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.elements.add(tag)
        assert all(name in ("class", "style", "title") for name, _ in attrs), attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


PLAIN = {"div", "p", "b", "i", "span", "table", "thead", "tbody", "tr", "th", "td", "pre"}


def test_a_notebook_shows_values_with_units_and_help_and_the_first_rows() -> None:
    result = shell("i=0; while [ $i -lt 9 ]; do echo $i,name$i; i=$((i+1)); done", results=ROWS)
    result["note"] = list(range(100))
    text = Page(result._repr_html_()).text
    for word in ("sh", "succeeded", "x (deg)", "name4", "9 rows, the first 5 shown", "0, 1, 2, 3, 4, … (100 values)"):
        assert word in text
    assert "name5" not in text
    assert 'title="Where it is"' in result._repr_html_()


def test_a_notebook_shows_tables_and_texts_by_their_beginning_and_paths_by_name(tmp_path: Path) -> None:
    results = Results(
        stdout=Section("text", key="text"),
        files=(Section("votable", keys=(Key("table", "table"), Key("path", "path")), path="copy.xml"),),
    )
    result = shell(f"cp {STARS} copy.xml; seq 1 100000", results=results, cwd=tmp_path)
    text = Page(result._repr_html_()).text
    for word in ("ra (deg)", "HD 1", str(tmp_path / "copy.xml"), "20\n…"):
        assert word in text
    assert "\n21" not in text
    (tmp_path / "copy.xml").unlink()
    again = shell(f"cp {STARS} copy.xml", results=results, cwd=tmp_path)
    (tmp_path / "copy.xml").unlink()
    assert "cannot be shown" in Page(again._repr_html_()).text


def test_a_notebook_shows_a_list_of_objects_as_a_table_of_their_members() -> None:
    result = shell("echo a = 1")
    result["columns"] = [{"name": f"c{i}", "unit": None, "ucd": {"deep": HOSTILE}} for i in range(30)]
    shown = Page(result._repr_html_())
    for word in ("name", "c19", "30 rows, the first 20 shown"):
        assert word in shown.text
    assert "unit " not in shown.text.partition("columns")[2]
    assert shown.elements <= PLAIN


def test_a_notebook_opens_no_large_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "OPENED", 100)
    result = shell(f"cat {STARS}", results=Results(Section("votable", keys=(Key("table", "table"),))))
    assert re.search(r"[\d,]+ bytes, opened when asked for", Page(result._repr_html_()).text)
    result["table"]
    assert "ra (deg)" in Page(result._repr_html_()).text


def test_a_notebook_shows_why_a_run_failed_and_the_end_of_its_standard_error() -> None:
    text = Page(shell("seq 1 100 >&2; echo 'no luck' >&2; exit 3")._repr_html_()).text
    assert "failed" in text
    assert "no luck (exit status 3)" in text
    assert "standard error: 82\n83\n" in text


def test_a_notebook_shows_prepared_and_running_ones(gate) -> None:  # type: ignore[no-untyped-def]
    assert "is prepared" in Page(shell("true", execute=False)._repr_html_()).text
    with shell(f"echo a = 1; {gate.wait}", async_=True) as run:
        run.wait_for("a", 30)
        text = Page(run._repr_html_()).text
        assert "is running" in text
        assert " a " in text


def test_nothing_a_program_prints_gets_into_the_page_as_markup() -> None:
    hostile = Results(
        stdout=Section("csv", keys=(Key("x", unit=HOSTILE, help=HOSTILE), Key("t", "table"))),
        stderr=Section("text", key="said"),
    )
    program = f"import sys; print('x'); print({HOSTILE!r}.replace('\"', '')); sys.stderr.write({HOSTILE!r} + chr(0)); "
    result = python(program + "sys.stderr.buffer.write(b'\\xff')", results=hostile)
    result[HOSTILE] = {HOSTILE: HOSTILE}
    table = run_program("/bin/printf", "%s\n", f"a{HOSTILE}\n1", results=Results(Section("tsv", key=HOSTILE)))
    failed = python(program + "sys.exit(HOSTILE)".replace("HOSTILE", repr(HOSTILE)), results=hostile)
    for each in (result, table, failed):
        shown = Page(each._repr_html_())
        assert shown.elements <= PLAIN
        assert "alert" in shown.text
        each._repr_html_().encode()


def test_keys_are_completed_those_that_came_and_those_that_are_declared() -> None:
    assert shell("echo a = 1; echo c = 2")._ipython_key_completions_() == ["a", "b"]
    result = shell("echo a = 1", results=Results(Section("keyword")))
    assert result._ipython_key_completions_() == ["a"]
