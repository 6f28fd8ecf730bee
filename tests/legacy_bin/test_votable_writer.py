"""The VOTable writer: what comes in goes out, as XML of one standard that reads back to the same bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from .golden_case import INPUTS, xml_tree
from .votables import stream, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
START = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = "http://www.ivoa.net/xml/VOTable/v1."
# Broken on purpose.
WELL_FORMED = sorted(path.name for path in INPUTS.glob("*.xml") if path.name not in ("bad.xml", "notvot.xml"))
ODD = f"""<!DOCTYPE VOTABLE [<!ENTITY e "ent">]><?pi x?>
<v:VOTABLE xmlns:v="{SPACE}3" xmlns:x="urn:x" version="1.4" ID="top">
<!-- gone --><v:RESOURCE x:b="2" b="1" name=""><v:DESCRIPTION>
 two
 lines &#13;&e;</v:DESCRIPTION>
<v:INFO name="a&#10;&#9;b" value="&quot;&lt;&amp;&gt;'">text <![CDATA[a ]]&gt; b]]> tail</v:INFO>
<x:new at=""><x:inner/>mixed<x:inner>t</x:inner></x:new><v:TABLE><v:FIELD name="i" datatype="int"/>
<v:FIELD name="b" datatype="bit"/><v:group><v:fieldref ref="i"/><v:PARAMREF ref="i"/></v:group><v:DATA><v:TABLEDATA>
<v:TR ID="r"><v:TD>1</v:TD><v:TD/></v:TR><v:TR><v:TD> 2 </v:TD><v:TD><![CDATA[<]]></v:TD></v:TR><v:TR/></v:TABLEDATA>
<v:INFO name="after" value="rows"/></v:DATA></v:TABLE><v:TABLE/></v:RESOURCE></v:VOTABLE>"""


@pytest.mark.parametrize("name", [*WELL_FORMED, "odd"])
@pytest.mark.parametrize("indent", [0, 1, 4])
def test_what_is_written_reads_back_to_the_same_bytes(run: Run, inputs: Path, name: str, indent: int) -> None:
    source = write(inputs / "odd.xml", ODD).name if name == "odd" else name
    once = succeeded(run("votcnv", "-i", str(indent), source)).stdout
    assert succeeded(run("votcnv", "-i", str(indent), stdin=once)).stdout == once
    other = succeeded(run("votcnv", "-i", str(5 - indent), stdin=once)).stdout
    assert succeeded(run("votcnv", "-i", str(indent), stdin=other)).stdout == once


@pytest.mark.parametrize("name", WELL_FORMED)
@pytest.mark.parametrize("indent", ["0", "3"])
def test_the_elements_are_those_of_the_input(run: Run, inputs: Path, name: str, indent: str) -> None:
    if "<TABLEDATA" not in (inputs / name).read_text() or name in ("prefix.xml", "ragged.xml"):
        return  # rows get a new form: other tests
    done = succeeded(run("votcnv", "-i", indent, name))
    expected = xml_tree(ElementTree.parse(inputs / name).getroot(), is_root=True)
    assert xml_tree(ElementTree.fromstring(done.stdout), is_root=True) == expected


def test_everything_odd_is_kept(run: Run) -> None:
    done = succeeded(run("votcnv", stdin=ODD))
    assert done.text == (
        f'{START}<v:VOTABLE xmlns:v="{SPACE}3" xmlns:x="urn:x" version="1.4" ID="top">'
        '<v:RESOURCE x:b="2" b="1" name=""><v:DESCRIPTION>\n two\n lines &#13;ent</v:DESCRIPTION>'
        '<v:INFO name="a&#10;&#9;b" value="&quot;&lt;&amp;&gt;\'">text <![CDATA[a ]]&gt; b]]> tail</v:INFO>'
        '<x:new at=""><x:inner></x:inner>mixed<x:inner>t</x:inner></x:new>'
        '<v:TABLE><v:FIELD name="i" datatype="int"></v:FIELD><v:FIELD name="b" datatype="bit"></v:FIELD>'
        '<v:GROUP><v:FIELDref ref="i"></v:FIELDref><v:PARAMref ref="i"></v:PARAMref></v:GROUP>'
        "<v:DATA><v:TABLEDATA><v:TR><v:TD>1</v:TD><v:TD></v:TD></v:TR>"
        "<v:TR><v:TD> 2 </v:TD><v:TD><![CDATA[<]]></v:TD></v:TR><v:TR><v:TD></v:TD><v:TD></v:TD></v:TR></v:TABLEDATA>"
        '<v:INFO name="after" value="rows"></v:INFO></v:DATA></v:TABLE><v:TABLE></v:TABLE></v:RESOURCE></v:VOTABLE>\n'
    )


def test_each_element_has_its_line(run: Run, inputs: Path) -> None:
    text = f'<VOTABLE version="1.3" xmlns="{SPACE}3"><RESOURCE><INFO name="a" value="b">t</INFO></RESOURCE></VOTABLE>'
    done = succeeded(run("votcnv", "-i", "2", stdin=text))
    assert done.text == (
        f'{START}\n<VOTABLE version="1.3" xmlns="{SPACE}3">\n  <RESOURCE>\n    <INFO name="a" value="b">t</INFO>\n'
        "  </RESOURCE>\n</VOTABLE>\n\n"
    )
    assert succeeded(run("votcnv", "-i", "-2", stdin=text)).text == succeeded(run("votcnv", stdin=text)).text


@pytest.mark.parametrize(
    ("root", "written"),
    [
        ('version="1.0"', 'version="1.0"'),
        *[(f'version="1.{n}" xmlns="{SPACE}{s}"',) * 2 for n, s in ((1, 1), (2, 2), (3, 3), (4, 3), (5, 3))],
        (f'xmlns="{SPACE}2" version="1.2" ID="x"',) * 2,
        ("", f'version="1.3" xmlns="{SPACE}3"'),
        ('version="1.1"', f'version="1.3" xmlns="{SPACE}3"'),
        ('version="1.3"', f'version="1.3" xmlns="{SPACE}3"'),
        (f'version="1.2" ID="i" xmlns="{SPACE}1"', f'version="1.3" ID="i" xmlns="{SPACE}3"'),
        (f'xmlns="{SPACE}1"', f'xmlns="{SPACE}1" version="1.1"'),
        ('version="9" xmlns:x="urn:x"', f'version="1.3" xmlns:x="urn:x" xmlns="{SPACE}3"'),
    ],
)
def test_version_and_namespace_belong_together(run: Run, root: str, written: str) -> None:
    done = succeeded(run("votcnv", stdin=f"<VOTABLE {root}></VOTABLE>"))
    assert done.text == f"{START}<VOTABLE {written}></VOTABLE>\n"


def test_a_schema_of_another_version_is_not_named(run: Run) -> None:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    location = f'xsi:schemaLocation="{SPACE}1  {SPACE}1"'
    done = succeeded(run("votcnv", stdin=f'<VOTABLE version="1.2" {xsi} {location} xmlns="{SPACE}1"/>'))
    assert done.text == f'{START}<VOTABLE version="1.3" {xsi} xmlns="{SPACE}3"></VOTABLE>\n'
    done = succeeded(run("votcnv", stdin=f'<VOTABLE version="1.1" {xsi} {location} xmlns="{SPACE}1"/>'))
    assert location in done.text


def test_a_special_byte_anywhere_in_a_cell_is_escaped(run: Run) -> None:
    cells = ["x" * place + special + "y" * (17 - place) for place in range(17) for special in "&<>\r"]
    source = tabledata([("char", "*")], [[cell] for cell in cells]).replace("\r", "&#13;")
    done = succeeded(run("votcnv", stdin=source))
    assert [cell.text for cell in ElementTree.fromstring(done.stdout).iter(f"{{{SPACE}3}}TD")] == cells


def test_what_xml_cannot_hold_is_replaced(run: Run) -> None:
    content = b"\0\0\0\x05a\x01\xff<b"
    done = succeeded(run("votcnv", stdin=stream([("char", "*")], "BINARY", content)))
    assert ElementTree.fromstring(done.stdout).findtext(f".//{{{SPACE}3}}TD") == "a\ufffd\ufffd<b"


def test_names_in_any_case_are_written_in_the_standard_spelling(run: Run) -> None:
    source = (
        '<votable VERSION="1.0" id="v"><resource ID="a" Id="b" x:NAME="c" NaMe="d" New="e" xmlns:x="urn:x">'
        '<info UCD="f" VALUE="g"></info><Other NAME="h"></Other></resource></votable>'
    )
    assert succeeded(run("votcnv", stdin=source)).text == (
        f'{START}<VOTABLE version="1.0" id="v"><RESOURCE ID="a" Id="b" x:NAME="c" name="d" New="e" xmlns:x="urn:x">'
        '<INFO ucd="f" value="g"></INFO><Other NAME="h"></Other></RESOURCE></VOTABLE>\n'
    )


@pytest.mark.parametrize("name", ["stars.xml", "types.xml", "cdata.xml", "unicode.xml", "v15.xml", "multi.xml"])
def test_astropy_reads_the_same_from_ours_as_from_the_input(run: Run, inputs: Path, name: str) -> None:
    from astropy.io.votable import parse

    ours = parse(BytesIO(succeeded(run("votcnv", "-i", "1", name)).stdout))
    theirs = parse(inputs / name)
    pairs = list(zip(ours.iter_tables(), theirs.iter_tables(), strict=True))
    assert pairs
    for our, their in pairs:
        assert [field.name for field in our.fields] == [field.name for field in their.fields]
        for field in their.fields:
            assert repr(our.array[field.ID].tolist()) == repr(their.array[field.ID].tolist())


@pytest.mark.parametrize("format", ["vot", "votb", "votb2"])
def test_the_validator_of_stilts_has_nothing_to_say(run: Run, inputs: Path, format: str) -> None:
    path = write(inputs / "out.xml", succeeded(run("votcnv", "-f", format, "stars.xml")).text)
    command = ["stilts", "votlint", f"votable={path}", "version=1.3"]
    lint = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout + lint.stderr) == (0, "")
