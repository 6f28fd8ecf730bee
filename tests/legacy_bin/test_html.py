"""html and shtml: escaping, links, colours, and metadata that follows the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]


def resource(name: str, inside: str = "", after: str = "") -> str:
    table = (
        f'<TABLE><FIELD name="{name}" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE>'
    )
    return f"<RESOURCE name='{name}'>{inside}{table}{after}</RESOURCE>"


def page(run: Run, content: str, *options: str) -> str:
    return succeeded(run("votcnv", "-f", "html", *options, stdin=f"<VOTABLE version='1.0'>{content}</VOTABLE>")).text


def test_everything_foreign_is_escaped(run: Run, tmp_path: Path) -> None:
    text = tabledata([("char", "*")], [["<b>&\"'"], ["http://h/?a=1&b=\"'>"]]).replace(
        '<RESOURCE type="results">', """<RESOURCE type="a'b&quot;&lt;"><DESCRIPTION>&lt;i&gt;</DESCRIPTION>"""
    )
    done = succeeded(run("votcnv", "-f", "html", write(tmp_path / "a<'b.xml", text)))
    assert f"<title>File: {tmp_path}/a&lt;'b.xml</title>" in done.text
    assert " type='a&#39;b&quot;&lt;'" in done.text
    assert "<td colspan='3'>&lt;i&gt;</td>" in done.text
    assert "  <td>&lt;b&gt;&amp;&quot;'</td>\n" in done.text
    assert '<a href="http://h/?a=1&amp;b=&quot;&#39;&gt;">http://h/?a=1&amp;b=&quot;\'&gt;</a>' in done.text


@pytest.mark.parametrize(
    ("cell", "is_link"),
    [("http://h", True), ("HTTPS://h", True), ("ftp://h", True), ("see http://h", False), ("mailto:a", False)],
)
def test_addresses_are_links(run: Run, cell: str, is_link: bool) -> None:
    done = succeeded(run("votcnv", "-f", "shtml", stdin=tabledata([("char", "*")], [[cell]])))
    assert (f'<td><a href="{cell}">{cell}</a></td>' in done.text) == is_link


def test_every_second_row_has_the_other_colour(run: Run) -> None:
    done = succeeded(run("votcnv", "-f", "html", stdin=tabledata([("int", "")] * 3, [["1"] * 3] * 5)))
    assert re.findall(r"^ <tr style=\"background:#(\w+)\">$", done.text, re.M) == ["ccc", "eee", "ccc", "eee", "ccc"]


def test_metadata_that_follows_the_table_stands_before_it(run: Run) -> None:
    text = page(run, resource("r", after='<INFO name="late" value="OVERFLOW"/><PARAM name="p" value=""/>'))
    late = text.index("<tr><td><b>INFO</b></td><td>late</td><td>OVERFLOW</td><td/></tr>")
    assert (
        late < text.index("<tr><td><b>PARAM</b></td><td>p</td><td></td><td/></tr>") < text.index("<table border='1'>")
    )


def test_resources_come_in_order_with_one_level_of_nesting(run: Run) -> None:
    deep = resource("deep")
    text = page(run, resource("one", resource("inner", deep), resource("last")) + resource("two"))
    assert re.findall(r"<th>(\w+)</th>|(<hr)", text) == [
        (name, "") if name else ("", "<hr") for name in ("one", "", "inner", "", "last", "", "two")
    ]
    assert text.count("FILE NAME") == 4
    assert text.endswith("</tbody>\n</table>\n</body>\n</html>\n")


def test_without_a_resource_there_are_head_and_foot(run: Run) -> None:
    head = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
    assert page(run, "") == f"{head}<html><head><title>File: stdin</title></head><body>\n</body>\n</html>\n"


def test_shtml_shows_the_first_resource_only(run: Run, inputs: Path) -> None:
    first = succeeded(run("votcnv", "-f", "shtml", "multi.xml")).text
    assert first.count("<table") == 1
    assert "FILE NAME" not in first


def test_a_table_larger_than_the_memory_of_a_spool_arrives_whole(run: Run) -> None:
    rows = [[f"{i:0100d}"] for i in range(30_000)]
    done = succeeded(run("votcnv", "-f", "html", stdin=tabledata([("char", "*")], rows)))
    assert re.findall(r"  <td>(\d{100})</td>", done.text) == [row[0] for row in rows]


def test_a_table_outside_of_every_resource_is_not_shown(run: Run) -> None:
    table = "<TABLE><FIELD name='a' datatype='int'/><DATA><TABLEDATA><TR><TD>7</TD></TR></TABLEDATA></DATA></TABLE>"
    text = f"<VOTABLE version='1.3'><COOSYS>{table}</COOSYS><RESOURCE/>{table}</VOTABLE>"
    done = run("votcnv", "-f", "html", text)
    assert (done.status, done.stderr) == (0, "")
    assert "<td>7</td>" not in done.text
