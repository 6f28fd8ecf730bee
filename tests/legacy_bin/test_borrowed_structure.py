"""TABLEs without FIELDs whose `ref` names a TABLE before them: they have the FIELDs of that one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from astropy.io.votable import parse

from .votables import csv_rows, refused, succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
START = '<VOTABLE version="1.2" xmlns="http://www.ivoa.net/xml/VOTable/v1.2">'
FIELDS = (
    '<FIELD ID="a" name="ra" datatype="double" ucd="pos.eq.ra;meta.main"/>'
    '<FIELD name="dec" datatype="double" ucd="pos.eq.dec;meta.main"/><FIELD name="n" datatype="int"/>'
)


def rows(*texts: str) -> str:
    lines = ("<TR>" + "".join(f"<TD>{cell}</TD>" for cell in text.split(",")) + "</TR>" for text in texts)
    return f"<DATA><TABLEDATA>{''.join(lines)}</TABLEDATA></DATA>"


@pytest.fixture
def several(tmp_path: Path) -> str:
    """Three tables of one structure, the third by way of the second."""
    tables = (
        f'<TABLE ID="t1">{FIELDS}{rows("1,2,7")}</TABLE>'
        f'<TABLE ID="t2" ref="t1"><DESCRIPTION>d</DESCRIPTION><LINK href="x"/>{rows("3,4,8", "1,5,9")}</TABLE>'
        f'<TABLE ref="t2">{rows("5,6,1")}</TABLE>'
    )
    return str(write(tmp_path / "several.xml", f"{START}<RESOURCE>{tables}</RESOURCE></VOTABLE>"))


@pytest.fixture
def template(tmp_path: Path) -> str:
    """The first table has its structure from one without rows in a nested RESOURCE."""
    tables = f'<RESOURCE><TABLE ID="t1">{FIELDS}</TABLE></RESOURCE><TABLE ref="t1">{rows("3,4,8", "1,5,")}</TABLE>'
    return str(write(tmp_path / "template.xml", f"{START}<RESOURCE>{tables}</RESOURCE></VOTABLE>"))


def values(text: bytes | str) -> list[list[tuple[float, ...]]]:
    """What astropy makes of the tables of a document."""
    source = io.BytesIO(text) if isinstance(text, bytes) else text
    return [[tuple(np.ma.filled(row.tolist(), -1)) for row in table.array] for table in parse(source).iter_tables()]


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits"])
def test_rows_of_borrowed_fields_are_kept(run: Run, several: str, format: str) -> None:
    expected = [[(1.0, 2.0, 7)], [(3.0, 4.0, 8), (1.0, 5.0, 9)], [(5.0, 6.0, 1)]]
    assert values(several) == expected
    converted = succeeded(run("votcnv", "-f", format, several)).stdout
    if format == "votfits":  # astropy does not read it inline
        converted = succeeded(run("votcnv", "-f", "votb2", converted.decode())).stdout
    assert values(converted) == expected


def test_the_tools_see_borrowed_fields(run: Run, template: str) -> None:
    assert succeeded(run("votinfo", "-s", template)).stdout == b"2 3\n"
    assert succeeded(run("votinfo", "-cname", template)).stdout == b"ra\ndec\nn\n"
    assert succeeded(run("votpos", template)).stdout == b"3 4\n1 5\n"
    assert succeeded(run("votcnv", "-f", "csv", template)).stdout == b"# ra,dec,n\n3,4,8\n1,5,\n"
    assert csv_rows(run("votsort", "-f", "csv", "-N", "ra", template)) == [["1", "5", ""], ["3", "4", "8"]]
    assert [line[:22] for line in succeeded(run("votstat", "-n", template)).stdout.decode().splitlines()] == [
        f"    {index}  {name:<15}" for index, name in enumerate(("ra", "dec", "n"))
    ]
    assert csv_rows(run("votselect", "-f", "csv", "-w", "ra > 2", template)) == [["3", "4", "8"]]
    assert csv_rows(run("votjoin", "-f", "csv", "-N", "ra", template, template))[0] == ["3", "4", "8", "4", "8"]


def test_a_part_alone_has_the_fields_itself(run: Run, several: str, tmp_path: Path) -> None:
    succeeded(run("votsplit", several, cwd=tmp_path))
    second = tmp_path / "several0001.xml"
    text = second.read_text(encoding="utf-8")
    assert " ref=" not in text
    assert text.index("</DESCRIPTION>") < text.index("<FIELD") < text.index("<LINK")
    assert values(str(second)) == [[(3.0, 4.0, 8), (1.0, 5.0, 9)]]


def test_a_null_that_a_borrowed_field_cannot_say_is_refused(run: Run, template: str) -> None:
    assert "field 'n' of another TABLE" in refused(run("votcnv", "-f", "votb", template))
    succeeded(run("votcnv", "-f", "votb2", template))


@pytest.mark.parametrize("ref", ["self", "behind", "nowhere", ""])
def test_a_table_borrows_only_from_one_before_it(run: Run, tmp_path: Path, ref: str) -> None:
    tables = f'<TABLE ID="self" ref="{ref}">{rows("1")}</TABLE><TABLE ID="behind">{FIELDS}</TABLE>'
    document = write(tmp_path / "odd.xml", f"{START}<RESOURCE>{tables}</RESOURCE></VOTABLE>")
    assert succeeded(run("votinfo", "-s", str(document))).stdout == b"1 0\n"


def test_own_fields_come_before_those_of_the_other(run: Run, tmp_path: Path) -> None:
    tables = f'<TABLE ID="t1">{FIELDS}</TABLE><TABLE ref="t1"><FIELD name="x" datatype="int"/>{rows("1")}</TABLE>'
    document = write(tmp_path / "own.xml", f"{START}<RESOURCE>{tables}</RESOURCE></VOTABLE>")
    assert b"<TD>1</TD></TR>" in succeeded(run("votcnv", str(document))).stdout


def test_what_others_borrow_is_not_taken_from_them(run: Run, several: str, template: str) -> None:
    assert values(succeeded(run("votselect", "-w", "ra > 1", several)).stdout)[1:] == values(several)[1:]
    succeeded(run("votselect", "-N", "ra,dec,n", several))
    for options in (["-N", "dec"], ["-N", "dec,ra,n"], ["-a", "m=ra"], ["-f", "csv", "-c", "1"]):
        assert "by ref from the selected one" in refused(run("votselect", *options, several))
    assert "by ref from the selected one" in refused(run("votselect", "-f", "csv", "-N", "dec", template))
