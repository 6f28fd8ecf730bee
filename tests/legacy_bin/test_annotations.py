"""Annotations by data models (MIVOT 1.0) and arrays with bounds go through every tool and serialization."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from .votables import Field, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
MIVOT = "{http://www.ivoa.net/xml/mivot}"
VODML = """<VODML xmlns="http://www.ivoa.net/xml/mivot">
<REPORT status="OK">made by hand</REPORT><MODEL name="meas" url="https://www.ivoa.net/xml/Meas.vo-dml.xml"></MODEL>
<GLOBALS><INSTANCE dmid="icrs" dmtype="coords:SpaceSys"><PRIMARY_KEY dmtype="ivoa:string" value="s"></PRIMARY_KEY>
<ATTRIBUTE dmrole="coords:frame" dmtype="ivoa:string" value="ICRS"></ATTRIBUTE></INSTANCE></GLOBALS>
<TEMPLATES tableref="T"><INSTANCE dmtype="meas:Position">
<PRIMARY_KEY dmtype="ivoa:string" ref="id"></PRIMARY_KEY>
<ATTRIBUTE dmrole="meas:ra" dmtype="ivoa:RealQuantity" ref="ra" unit="deg"></ATTRIBUTE>
<ATTRIBUTE dmrole="meas:dec" dmtype="ivoa:RealQuantity" ref="dec" unit="deg"></ATTRIBUTE>
<ATTRIBUTE dmrole="meas:epoch" dmtype="ivoa:real" ref="ep" value="2000"></ATTRIBUTE>
<INSTANCE dmid="err" dmrole="meas:error" dmtype="meas:Symmetrical">
<ATTRIBUTE dmrole="meas:radius" dmtype="ivoa:RealQuantity" ref="err"></ATTRIBUTE></INSTANCE>
<REFERENCE dmrole="meas:coordSys" dmref="icrs"></REFERENCE><REFERENCE dmrole="meas:again" dmref="err"></REFERENCE>
<REFERENCE dmrole="meas:band" sourceref="bands"><FOREIGN_KEY ref="id"></FOREIGN_KEY></REFERENCE>
<COLLECTION dmrole="meas:list"><JOIN tableref="U"><WHERE foreignkey="u_id" primarykey="id"></WHERE></JOIN></COLLECTION>
</INSTANCE></TEMPLATES>
<TEMPLATES tableref="U"><INSTANCE dmtype="x:y"><ATTRIBUTE dmrole="x:z" ref="u_id"></ATTRIBUTE></INSTANCE></TEMPLATES>
</VODML>"""
META = f'<RESOURCE type="meta">{VODML}</RESOURCE>'
T = (
    '<TABLE ID="T" name="main"><FIELD ID="id" name="name" datatype="char" arraysize="128*"/>'
    '<FIELD ID="ra" name="RA" datatype="double"/><FIELD name="dec" datatype="double"/>'
    '<FIELD ID="ep" name="epoch" datatype="double"/><FIELD ID="err" name="err" datatype="float"/>'
    "<DATA><TABLEDATA><TR><TD>a</TD><TD>1</TD><TD>2</TD><TD>2016</TD><TD>0.5</TD></TR>"
    "<TR><TD>b</TD><TD>0</TD><TD>3</TD><TD>2017</TD><TD>0.25</TD></TR></TABLEDATA></DATA></TABLE>"
)
U = (
    '<TABLE ID="U"><FIELD ID="u_id" name="dec" datatype="char" arraysize="*"/>'
    "<DATA><TABLEDATA><TR><TD>a</TD></TR></TABLEDATA></DATA></TABLE>"
)


def votable(content: str) -> str:
    return (
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">'
        f"{content}</RESOURCE></VOTABLE>"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "in.xml", votable(META + T + U))


def annotation(text: str | bytes) -> ElementTree.Element:
    found = ElementTree.fromstring(text).findall(f".//{MIVOT}VODML")
    assert len(found) == 1
    return found[0]


def shape(element: ElementTree.Element) -> object:
    """An element as it reads, without line breaks."""
    name = element.tag.removeprefix(MIVOT)
    return name, dict(element.attrib), (element.text or "").strip(), [shape(child) for child in element]


def references(element: ElementTree.Element) -> list[tuple[str, str]]:
    names = ("ref", "dmref", "sourceref", "tableref", "primarykey", "foreignkey")
    return [
        (inner.tag.removeprefix(MIVOT), inner.attrib[name])
        for inner in element.iter()
        for name in names
        if name in inner.attrib
    ]


WHOLE = shape(ElementTree.fromstring(VODML))


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits"])
@pytest.mark.parametrize("indent", ["0", "2"])
@pytest.mark.parametrize("words", [["votcnv"], ["votsort", "-N", "RA"], ["votselect", "-w", "RA < 1"], ["votcat"]])
def test_annotations_come_through_as_they_were(
    run: Run, path: Path, words: list[str], format: str, indent: str
) -> None:
    write(path.parent / "none.xml", "<VOTABLE/>")
    inputs = ["none.xml", "in.xml"] if words[0] == "votcat" else ["in.xml"]
    done = succeeded(run(*words, "-f", format, "-i", indent, *inputs))
    assert shape(annotation(done.stdout)) == WHOLE
    if indent == "0":
        assert VODML.replace("\n", "") in done.text.replace("\n", "")


def test_what_is_said_of_dropped_columns_goes(run: Run, path: Path) -> None:
    left = annotation(succeeded(run("votselect", "-N", "name,RA", path)).stdout)
    assert references(left) == [
        ("TEMPLATES", "T"), ("PRIMARY_KEY", "id"), ("ATTRIBUTE", "ra"), ("REFERENCE", "icrs"), ("REFERENCE", "bands"),
        ("FOREIGN_KEY", "id"), ("JOIN", "U"), ("WHERE", "id"), ("WHERE", "u_id"), ("TEMPLATES", "U"),
        ("ATTRIBUTE", "u_id"),
    ]  # fmt: skip
    epoch = left.find(f".//{MIVOT}ATTRIBUTE[@dmrole='meas:epoch']")
    assert epoch is not None
    assert (epoch.get("value"), epoch.get("ref")) == ("2000", None)  # its reference went, its value is the default


def test_a_key_takes_with_it_what_it_leads_to(run: Run, path: Path) -> None:
    left = annotation(succeeded(run("votselect", "-x", "-N", "name", path)).stdout)
    assert references(left) == [
        ("TEMPLATES", "T"), ("ATTRIBUTE", "ra"), ("ATTRIBUTE", "dec"), ("ATTRIBUTE", "ep"), ("ATTRIBUTE", "err"),
        ("REFERENCE", "icrs"), ("REFERENCE", "err"), ("TEMPLATES", "U"), ("ATTRIBUTE", "u_id"),
    ]  # fmt: skip


def test_an_instance_of_nothing_goes_too(run: Run, tmp_path: Path) -> None:
    inside = '<TEMPLATES><INSTANCE dmtype="a"><ATTRIBUTE dmrole="b" ref="{}"/></INSTANCE></TEMPLATES>'
    for reference, is_left in (("gone", False), ("both", True), ("kept", True), ("elsewhere", True)):
        vodml = f'<m:VODML xmlns:m="http://www.ivoa.net/xml/mivot">{inside.format(reference)}</m:VODML>'
        vodml = vodml.replace("<T", "<m:T").replace("</T", "</m:T").replace("<I", "<m:I").replace("</I", "</m:I")
        vodml = vodml.replace("<A", "<m:A")
        fields = "".join(f'<FIELD name="{name}" datatype="int"/>' for name in ("gone", "both", "kept", "both"))
        row = "<DATA><TABLEDATA><TR><TD>1</TD><TD>2</TD><TD>3</TD><TD>4</TD></TR></TABLEDATA></DATA>"
        meta = f'<RESOURCE type="meta">{vodml}</RESOURCE>'
        for content in (f"{meta}<TABLE>{fields}{row}</TABLE>", f"<TABLE>{fields}{row}</TABLE>{meta}"):
            done = succeeded(run("votselect", "-c", "2,3", write(tmp_path / "in.xml", votable(content))))
            assert bool(len(annotation(done.stdout))) == is_left, (reference, content)


def test_each_file_of_a_split_has_what_is_said_of_its_table(run: Run, path: Path) -> None:
    files = succeeded(run("votsplit", path)).lines
    first, second = (annotation((path.parent / name).read_bytes()) for name in files)
    for left in (first, second):
        assert [child.tag.removeprefix(MIVOT) for child in left] == ["REPORT", "MODEL", "GLOBALS", "TEMPLATES"]
    assert references(second) == [("TEMPLATES", "U"), ("ATTRIBUTE", "u_id")]
    assert ("JOIN", "U") not in references(first)
    assert ("PRIMARY_KEY", "id") in references(first)
    whole = succeeded(run("votsplit", "-R", "-b", "whole", path)).lines
    assert shape(annotation((path.parent / whole[0]).read_bytes())) == WHOLE
    one = succeeded(run("votsplit", "-n", "1", "-b", "one", path)).lines
    assert [references(annotation((path.parent / name).read_bytes())) for name in one] == [
        references(first), references(first), references(second),
    ]  # fmt: skip


def test_references_follow_the_ids_that_votcat_gives(run: Run, path: Path) -> None:
    done = succeeded(run("votcat", path, path))
    one, two = ElementTree.fromstring(done.stdout).findall(f".//{MIVOT}VODML")
    renamed = {"T": "T_2", "U": "U_2", "id": "id_2", "ra": "ra_2", "ep": "ep_2", "err": "err_2", "u_id": "u_id_2"}
    expected = [
        (name, reference if name == "REFERENCE" else renamed.get(reference, reference))  # dmref is of the block itself
        for name, reference in references(one)
    ]
    assert references(two) == expected
    ids = re.findall(r'ID="(\w+)"', done.text)
    assert len(ids) == len(set(ids))


BOUNDED: list[Field] = [("char", "128*"), ("double", "3x*"), ("int", "2x128*"), ("unicodeChar", "5*"),
                        ("bit", "16*"), ("floatComplex", "2*"), ("char", "4x3*"), ("short", "2x2x4*")]  # fmt: skip
ROWS = [
    ["x" * 128, "1 2 3 4 5 6", "1 2 3 4", "éa", "101", "1 2 3 4", "ab  cd  ", "1 2 3 4 5 6 7 8"],
    ["a", "7.5 8 NaN 1 1 1", "-1 -2 5 6", "b", "011", "5 6 7 8", "efghijkl", "0 0 0 0 1 1 1 1"],
]


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits"])
@pytest.mark.parametrize("words", [["votcnv"], ["votsort", "-d"], ["votselect", "-c", "0-"], ["votcat"], ["votsplit"]])
def test_arrays_with_bounds_keep_bounds_and_items(run: Run, tmp_path: Path, words: list[str], format: str) -> None:
    path = write(tmp_path / "in.xml", tabledata(BOUNDED, ROWS))
    write(tmp_path / "none.xml", "<VOTABLE/>")
    inputs = ["none.xml", path] if words[0] == "votcat" else [path]
    done = succeeded(run(*words, "-f", format, *inputs))
    text = (tmp_path / done.lines[0]).read_text() if words[0] == "votsplit" else done.text
    assert re.findall(r'arraysize="([^"]*)"', text) == [size for _, size in BOUNDED]  # type: ignore[misc]
    before, after = (
        json.loads(succeeded(run("votcnv", "-f", "json", name)).text)["rows"]
        for name in (path, write(tmp_path / "out.xml", text))
    )
    assert after == before
    assert after[0][1:3] == [[[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4]]]
    assert after[0][7] == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
