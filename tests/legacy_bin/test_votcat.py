"""votcat: the documents put together, judged by astropy and STILTS; what stands around the RESOURCEs; IDs."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest
from astropy.io.votable import parse
from astropy.io.votable.tree import VOTableFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .golden_case import xml_tree
from .test_serializations import Column, generated, stilts, table
from .votables import refused, succeeded, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]
SPACE = "http://www.ivoa.net/xml/VOTable/v1.3"


def doc(content: str, version: str = "1.4", space: str = SPACE, more: str = "") -> str:
    declared = f' xmlns="{space}"' if space else ""
    return f'<VOTABLE version="{version}"{declared}{more}>{content}</VOTABLE>'


def resource(name: str = "", inside: str = "") -> str:
    return f"<RESOURCE{f' name={name!r}' if name else ''}>{inside}</RESOURCE>"


def joined(run: Run, *texts: str | Path, options: tuple[str, ...] = ()) -> ElementTree.Element:
    """The output for documents given as text, without namespaces."""
    done = succeeded(run("votcat", *options, *texts))
    return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", done.stdout))


def shape(element: ElementTree.Element) -> list[str]:
    """The children: name, and what tells them apart."""
    return [
        f"{child.tag} {child.get('name') or child.get('ID') or (child.text or '').strip()}".strip() for child in element
    ]


def test_the_resources_of_all_inputs_come_in_order_and_whole(run: Run, inputs: Path) -> None:
    found = joined(run, "multi.xml", "stars.xml", "nested.xml", "twotables.xml", "single_b.xml")
    wanted = []
    for name in ("multi.xml", "stars.xml", "nested.xml", "twotables.xml", "single_b.xml"):
        root = ElementTree.fromstring(succeeded(run("votcnv", name)).stdout)
        wanted += [xml_tree(child) for child in root if child.tag.endswith("RESOURCE")]
    assert [xml_tree(child) for child in found if child.tag == "RESOURCE"] == wanted


def test_the_example_of_the_man_page_gives_what_votinfo_says(run: Run, inputs: Path) -> None:
    done = succeeded(run("votcat", "single_a.xml", "single_b.xml"))
    assert succeeded(run("votinfo", "-n", "resources", stdin=done.stdout)).text == "2\n"
    assert succeeded(run("votinfo", stdin=done.stdout)).text == (
        "stdin\n\n    Resources:  2\tType: TABLEDATA   \t    Table Size:  2 x 3\n         INFO:  1\n\n"
        "  Description:  resource a\n"
    )


@pytest.mark.parametrize("words", [[], ["single_a.xml"], ["-n", "single_a.xml"], ["-o", "out", "-"]])
def test_fewer_than_two_inputs_are_an_error(run: Run, inputs: Path, words: list[str]) -> None:
    done = run("votcat", *words)
    assert refused(done) == "Usage:  votcat [-o <out>] <vot1> <vot2> ....\n"
    assert done.stdout == b""


def test_help_needs_no_input(run: Run) -> None:
    done = run("votcat", "-h")
    assert (done.status, done.stderr) == (0, "")
    assert "-i, --indent=N" in done.text


@pytest.mark.parametrize(
    ("words", "blanks"),
    [
        ([], 1),
        (["-i", "2"], 2),
        (["-i2"], 2),
        (["-i=3"], 3),
        (["--indent=2"], 2),
        (["--indent", "2"], 2),
        (["indent=4"], 4),
        (["-i"], 0),
        (["--indent"], 0),
        (["-vi"], 0),
        (["-i", "0"], 0),
        (["-i", "-i", "2"], 2),
    ],
)
def test_indentation_in_every_spelling(run: Run, inputs: Path, words: list[str], blanks: int) -> None:
    done = run("votcat", *words, "single_a.xml", "single_b.xml")
    assert done.status == 0
    if blanks:
        assert f"\n{' ' * blanks}<RESOURCE" in done.text
        assert done.text.endswith("</VOTABLE>\n\n")
    else:
        assert done.text.count("\n") == 1


def test_a_bare_indent_at_the_end_is_zero_and_text_glued_to_it_is_wrong(run: Run, inputs: Path) -> None:
    assert succeeded(run("votcat", "single_a.xml", "single_b.xml", "-i")).text.count("\n") == 1
    assert run("votcat", "-i=x", "a", "b").stderr == "Warning: value 'x' is not an integer\n"


def test_the_version_is_the_highest_of_the_inputs_with_its_namespace(run: Run) -> None:
    old, plain = "http://www.ivoa.net/xml/VOTable/v1.1", ""
    for others, version, space in (
        ([("1.1", old)], "1.1", old),
        ([("1.1", old), ("1.4", SPACE), ("1.3", SPACE)], "1.4", SPACE),
        ([("1.5", SPACE), ("1.1", old)], "1.5", SPACE),
        ([("1.0", plain), ("1.0", plain)], "1.0", plain),
        ([("1.0", plain), ("1.2", "http://www.ivoa.net/xml/VOTable/v1.2")], "1.2", "http://www.ivoa.net/xml/VOTable/v1.2"),
        ([("7.0", SPACE)], "1.3", SPACE),
    ):  # fmt: skip
        texts = [doc(resource(), number, name) for number, name in [others[0], *others]]
        done = succeeded(run("votcat", "-i", "0", *texts))
        declared = f' xmlns="{space}"' if space else ""
        assert f'<VOTABLE version="{version}"{declared}><RESOURCE>' in done.text


def test_binary2_needs_a_version_that_has_it(run: Run, inputs: Path) -> None:
    old = doc(resource(), "1.1", "http://www.ivoa.net/xml/VOTable/v1.1")
    assert 'version="1.3"' in succeeded(run("votcat", "-f", "votb2", old, old)).text
    binary2 = succeeded(run("votcnv", "-f", "votb2", "stars.xml")).text
    mislabelled = re.sub(r'version="1.\d" xmlns="[^"]*"', 'version="1.1"', binary2)
    assert 'version="1.3"' in succeeded(run("votcat", old, mislabelled)).text


def test_what_stands_around_the_resources_is_put_around_them_all(run: Run) -> None:
    first = doc(
        "<DESCRIPTION>one</DESCRIPTION><DEFINITIONS><COOSYS ID='d1'/></DEFINITIONS><INFO name='i1' value=''/>"
        "<PARAM name='p1' datatype='int' value='1'/>" + resource("r1") + "<INFO name='t1' value=''/>"
    )
    second = doc(
        "<DEFINITIONS><PARAM name='d2' datatype='int' value='2'/></DEFINITIONS><GROUP name='g2'/><TIMESYS ID='s2'/>"
        + resource("r2") + resource("r3") + "<INFO name='t2' value=''/>"
    )  # fmt: skip
    root = joined(run, first, second)
    assert shape(root) == [
        "DESCRIPTION one", "DEFINITIONS", "INFO i1", "PARAM p1", "GROUP g2", "TIMESYS s2",
        "RESOURCE r1", "RESOURCE r2", "RESOURCE r3", "INFO t1", "INFO t2",
    ]  # fmt: skip
    assert shape(root[1]) == ["COOSYS d1", "PARAM d2"]


def test_the_first_description_stays_and_others_move_into_their_first_resource(run: Run) -> None:
    def described(text: str, inner: str = "", name: str = "") -> str:
        inside = f"<DESCRIPTION>{inner}</DESCRIPTION>" if inner else "<INFO name='x' value=''/>"
        return doc(f"<DESCRIPTION>{text}</DESCRIPTION>{resource(name, inside)}{resource()}")

    root = joined(run, doc(resource()), described("A"), described("B"), described("C", "own"), described(" A "))
    assert shape(root)[0] == "DESCRIPTION A"
    resources = [shape(child) for child in root if child.tag == "RESOURCE"]
    assert resources == [
        [], ["INFO x"], [], ["DESCRIPTION B", "INFO x"], [], ["DESCRIPTION own"], [], ["INFO x"], [],
    ]  # fmt: skip


def test_identical_frames_are_written_once_and_references_to_them_hold(run: Run) -> None:
    def framed(frame: str, system: str) -> str:
        field = f"<TABLE><FIELD name='a' datatype='int' ref='{frame}'/></TABLE>"
        return doc(f"<COOSYS ID='{frame}' system='{system}'/>{resource('', field)}")

    texts = [framed("s", "ICRS"), framed("s", "FK5"), framed("s", "FK5"), framed("s", "ICRS"), framed("t", "ICRS")]
    root = joined(run, *texts)
    assert [(child.get("ID"), child.get("system")) for child in root if child.tag == "COOSYS"] == [
        ("s", "ICRS"), ("s_2", "FK5"), ("t", "ICRS"),
    ]  # fmt: skip
    assert [field.get("ref") for field in root.iter("FIELD")] == ["s", "s_2", "s_2", "s", "t"]


def test_ids_that_clash_get_a_suffix_and_their_references_follow(run: Run) -> None:
    inside = (
        "<GROUP ID='g'><PARAMref ref='p'/><FIELDref ref='f'/></GROUP><PARAM ID='p' name='p' datatype='int' value='1'/>"
        "<LINK href='#t'/><LINK href='http://x/#t'/><TABLE ID='t'><FIELD ID='f' name='f' datatype='int'>"
        "<VALUES ID='v' ref='v'/></FIELD><FIELD ID='f_2' name='h' datatype='int' ref='elsewhere'/></TABLE>"
        "<TABLE ref='t'/>"
    )
    root = joined(run, *[doc(resource("", inside), more=f" ID='root{i}'") for i in range(3)])
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(set(ids)) == len(ids)
    assert ids[:7] == ["root0", "g", "p", "t", "f", "v", "f_2"]
    assert ids[7:] == ["g_2", "p_2", "t_2", "f_3", "v_2", "f_2_2", "g_3", "p_3", "t_3", "f_4", "v_3", "f_2_3"]
    for number, child in enumerate(root):
        own = {element.get("ID") for element in child.iter()}
        references = [element.get("ref") for element in child.iter() if element.get("ref")]
        assert set(references) - own == {"elsewhere"}
        assert len(references) == 5
        suffix = f"_{number + 1}" if number else ""
        assert [link.get("href") for link in child.iter("LINK")] == [f"#t{suffix}", "http://x/#t"]


def test_ids_stay_unique_over_hundreds_of_inputs(run: Run, tmp_path: Path) -> None:
    text = doc(resource("", "<TABLE ID='t'><FIELD ID='c' name='c' datatype='int'/></TABLE><TABLE ID='t_7' ref='t'/>"))
    for number in range(300):
        (tmp_path / f"{number:03}.xml").write_text(text)
    root = joined(run, *sorted(path.name for path in tmp_path.iterdir()))
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(ids) == len(set(ids)) == 900
    for child in root:
        assert child[1].get("ref") == child[0].get("ID")


def test_any_number_of_inputs_needs_few_open_files(run: Run, bindir: Path, tmp_path: Path) -> None:
    write(tmp_path / "one.xml", doc(resource("", "<TABLE ID='t'><FIELD name='c' datatype='int'/></TABLE>")))
    command = f'ulimit -n 24; exec "{bindir}/votcat" -v $(yes one.xml | head -n 500)'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "one.xml: 1 resources\n" * 500)
    assert 'ID="t_500"' in done.stdout


def test_annotations_keep_their_namespace_and_follow_the_ids(run: Run) -> None:
    inside = (
        "<RESOURCE type='meta'><VODML xmlns='http://www.ivoa.net/xml/mivot'><TEMPLATES tableref='t'>"
        "<ATTRIBUTE ref='f'/></TEMPLATES></VODML></RESOURCE>"
        "<TABLE ID='t'><FIELD ID='f' name='f' datatype='int'/></TABLE>"
    )
    done = succeeded(run("votcat", "-i", "0", *[doc(resource("", inside))] * 2))
    assert '<VODML xmlns="http://www.ivoa.net/xml/mivot"><TEMPLATES tableref="t_2"><ATTRIBUTE ref="f_2">' in done.text


def test_prefixes_mean_what_they_meant(run: Run) -> None:
    inside = "<x:thing x:colour='red'/>"
    one = doc(resource("one", inside), more=" xmlns:x='urn:one' xmlns:y='urn:y'")
    two = doc(f"<GROUP name='g'/>{resource('two', inside)}", more=" xmlns:x='urn:two' xmlns:z='urn:z'")
    prefixed = (
        f"<v:VOTABLE xmlns:v='{SPACE}' xmlns='urn:three' version='1.4'><v:RESOURCE name='three'><thing><v:x/></thing>"
        "</v:RESOURCE></v:VOTABLE>"
    )
    root = ElementTree.fromstring(succeeded(run("votcat", one, two, prefixed)).stdout)
    assert [child.tag for child in root] == [f"{{{SPACE}}}{name}" for name in ("GROUP", *["RESOURCE"] * 3)]
    assert [child[0].tag for child in root[1:]] == ["{urn:one}thing", "{urn:two}thing", "{urn:three}thing"]
    assert root[2][0].get("{urn:two}colour") == "red"
    assert root[3][0][0].tag == f"{{{SPACE}}}x"


def test_a_schema_location_stays_only_with_its_version(run: Run) -> None:
    old = "http://www.ivoa.net/xml/VOTable/v1.1"
    where = f" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='{old} {old}'"
    text = doc(resource(), "1.1", old, where)
    assert "schemaLocation" in succeeded(run("votcat", text, text)).text
    assert "schemaLocation" not in succeeded(run("votcat", text, doc(resource()))).text


def test_numbers_name_the_resources_that_have_no_name(run: Run) -> None:
    text = doc(resource() + resource("b", resource()) + resource())
    for option in ("-n", "--number", "number+"):
        root = joined(run, text, text, options=(option,))
        assert [child.get("name") for child in root] == ["res1", "b", "res3", "res4", "b", "res6"]
        assert root[1][0].get("name") is None


def test_verbose_counts_the_resources_of_each_input(run: Run, inputs: Path) -> None:
    done = run("votcat", "-v", "multi3.xml", "-", stdin=(inputs / "stars.xml").read_bytes())
    assert (done.status, done.stderr) == (0, "multi3.xml: 3 resources\nstdin: 1 resources\n")


ENCODED = ["enc_tabledata.xml", "enc_binary.xml", "enc_binary2.xml", "fitsenc.xml", "fitshref.xml"]


@pytest.mark.parametrize("format", [[], ["-f", "xml"], ["-f", "vot"]])
def test_every_table_keeps_its_serialization_and_its_cells(run: Run, inputs: Path, format: list[str]) -> None:
    done = succeeded(run("votcat", *format, *ENCODED))
    assert re.findall(r"<(TABLEDATA|BINARY2?|FITS)\b", done.text) == ["TABLEDATA", "BINARY", "BINARY2", "FITS", "FITS"]
    root = ElementTree.fromstring(succeeded(run("votcnv", stdin=done.stdout)).stdout)
    cells = [[cell.text or "" for cell in table.iter(f"{{{SPACE}}}TD")] for table in root.iter(f"{{{SPACE}}}TABLEDATA")]
    assert len(cells) == 5
    assert all(cells[0] == others for others in cells)


def test_binary_keeps_its_null_values_and_says_no_other(run: Run, tmp_path: Path) -> None:
    columns: list[Column] = [(("int", "", "-99"), ["1", "", "3"]), (("short", ""), ["1", "2", "3"])]
    for form in ("votb", "votb2"):
        source = succeeded(run("votcnv", "-i", "1", "-f", form, write(tmp_path / "in.xml", table(columns)))).text
        done = succeeded(run("votcat", source, source))
        assert re.findall(r"<(?:FIELD|VALUES)\b[^>]*>|<STREAM.*?</STREAM>", done.text, re.DOTALL) == 2 * re.findall(
            r"<(?:FIELD|VALUES)\b[^>]*>|<STREAM.*?</STREAM>", source, re.DOTALL
        )


@pytest.mark.parametrize("format", ["votb", "votb2", "votfits", "fits", "html"])
def test_other_formats_hold_all_tables(run: Run, inputs: Path, format: str) -> None:
    done = succeeded(run("votcat", "-f", format, "single_a.xml", "enc_binary2.xml", "multi.xml"))
    if format == "fits":
        from .golden_case import fits_facts

        assert len(fits_facts(done.stdout)) == 5
    elif format == "html":
        assert re.findall(r"<title>File: (.*?)</title>|FILE NAME</b>:</td><td colspan='3'>(.*?)<", done.text) == [
            ("single_a.xml", ""), ("", "single_a.xml"), ("", "enc_binary2.xml"), ("", "multi.xml"), ("", "multi.xml"),
        ]  # fmt: skip
        assert done.text.count("<table border='1'>") == 4
    else:
        element = {"votb": "BINARY", "votb2": "BINARY2", "votfits": "FITS"}[format]
        assert done.text.count(f"</{element}>") == 4


def test_shtml_shows_the_first_resource_alone(run: Run, inputs: Path) -> None:
    done = succeeded(run("votcat", "-f", "shtml", "norsc.xml", "single_a.xml", "single_b.xml"))
    assert done.stdout == succeeded(run("votcnv", "-f", "shtml", "single_a.xml")).stdout


def test_text_needs_a_single_resource(run: Run, inputs: Path) -> None:
    for format in ("csv", "tsv", "asv", "bsv"):
        done = run("votcat", "-f", format, "single_a.xml", "single_b.xml")
        assert refused(done) == "Error: multiple RESOURCES not supported\n"
        assert done.stdout == b""
        alone = succeeded(run("votcat", "-f", format, "norsc.xml", "single_a.xml"))
        assert alone.stdout == succeeded(run("votcnv", "-f", format, "single_a.xml")).stdout


def test_nothing_is_written_when_one_input_cannot_be_read_and_each_is_told(run: Run, inputs: Path) -> None:
    (inputs / "out.xml").write_text("old")
    short = (inputs / "enc_binary.xml").read_text().replace("</STREAM>", "A</STREAM>")
    (inputs / "short.xml").write_text(short)
    for output in (["-o", "out.xml"], []):
        done = run("votcat", *output, "stars.xml", "missing.xml", "bad.xml", "notvot.xml", "single_a.xml", "short.xml")
        assert (done.status, done.stdout) == (1, b"")
        assert done.stderr.splitlines()[:5] == [
            "openVOTable(): Invalid input arg 'missing.xml'",
            "Error opening VOTable 'missing.xml'",
            "Error: mismatched tag at line 5",
            "Error opening VOTable 'bad.xml'",
            "Error opening VOTable 'notvot.xml'",
        ]
        assert done.stderr.splitlines()[-1] == "Error opening VOTable 'short.xml'"
    assert (inputs / "out.xml").read_text() == "old"


def test_an_error_at_the_end_of_a_large_last_input_leaves_stdout_empty(run: Run, tmp_path: Path) -> None:
    row = "<TR><TD>123456</TD></TR>"
    large = doc(
        resource(
            "", f"<TABLE><FIELD name='a' datatype='int'/><DATA><TABLEDATA>{row * 200_000}</TABLEDATA></DATA></TABLE>"
        )
    )
    write(tmp_path / "good.xml", large)
    write(tmp_path / "broken.xml", large.removesuffix("</VOTABLE>"))
    done = run("votcat", "good.xml", "broken.xml")
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr.endswith("Error opening VOTable 'broken.xml'\n")


def test_standard_input_pipes_and_text_are_inputs_too(run: Run, inputs: Path) -> None:
    wanted = succeeded(run("votcat", "stars.xml", "single_a.xml", "enc_binary2.xml")).stdout
    os.mkfifo(inputs / "pipe")
    writer = threading.Thread(target=lambda: (inputs / "pipe").write_bytes((inputs / "enc_binary2.xml").read_bytes()))
    writer.start()
    text = (inputs / "single_a.xml").read_text()
    done = succeeded(run("votcat", "-", text, "pipe", stdin=(inputs / "stars.xml").read_bytes()))
    writer.join()
    assert done.stdout == wanted
    again = succeeded(
        run("votcat", "stdin", "file://single_a.xml", "enc_binary2.xml", stdin=(inputs / "stars.xml").read_bytes())
    )
    assert again.stdout == wanted


def test_standard_input_can_be_read_once(run: Run, inputs: Path) -> None:
    done = run("votcat", "-", "stdin", stdin=(inputs / "stars.xml").read_bytes())
    assert refused(done) == "Error: standard input can be read only once\n"


def test_the_same_file_twice_and_an_output_over_an_input(run: Run, inputs: Path) -> None:
    succeeded(run("votcat", "-o", "stars.xml", "stars.xml", "stars.xml"))
    root = joined(run, "stars.xml", "stars.xml")
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(root) == 4
    assert len(set(ids)) == len(ids) == 4 * 7


def test_large_pipes_are_kept_outside_of_memory(run: Run, tmp_path: Path) -> None:
    row = "<TR><TD>123456</TD></TR>"
    large = doc(
        resource(
            "", f"<TABLE><FIELD name='a' datatype='int'/><DATA><TABLEDATA>{row * 200_000}</TABLEDATA></DATA></TABLE>"
        )
    )
    done = succeeded(run("votcat", "-i", "-", write(tmp_path / "in.xml", large), stdin=large))
    assert done.text.count(row) == 400_000


def votables(path: Path | bytes) -> VOTableFile:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse(path)


def same_tables(found: VOTableFile, wanted: list[VOTableFile]) -> None:
    """What astropy reads: fields and values."""
    mine, theirs = list(found.iter_tables()), [one for document in wanted for one in document.iter_tables()]
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert [(f.name, f.datatype, f.arraysize) for f in one.fields] == [
            (f.name, f.datatype, f.arraysize) for f in other.fields
        ]
        for name in one.array.dtype.names or ():
            for a, b in zip(one.array[name], other.array[name], strict=True):
                assert np.array_equal(np.ma.getmaskarray(a), np.ma.getmaskarray(b)), name
                assert np.array_equal(np.ma.filled(a, 0), np.ma.filled(b, 0)), name


def readable_by_astropy(columns: list[Column]) -> list[Column]:
    """Not its defects: see test_serializations.py."""
    kept = [(field, cells) for field, cells in columns if field not in (("bit", "*"), ("short", "*"))]
    kept = [(field, cells) for field, cells in kept if field[0] != "char" or all(map(str.isascii, cells))]
    # It strips the cells of TABLEDATA, and of no other serialisation.
    kept = [(field, cells) for field, cells in kept if "har" not in field[0] or all(x == x.strip() for x in cells)]
    return kept or [(("int", ""), ["5"])]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=st.lists(st.tuples(generated(), st.sampled_from(["vot", "votb", "votb2"])), min_size=2, max_size=5))
def test_generated_tables_come_back_to_astropy(
    run: Run, tmp_path: Path, tables: list[tuple[list[Column], str]]
) -> None:
    paths = []
    for number, (columns, form) in enumerate(tables):
        source = write(tmp_path / "source.xml", table(readable_by_astropy(columns)))
        paths.append(tmp_path / f"in{number}.xml")
        succeeded(run("votcnv", "-f", form, "-o", paths[-1], source))
    succeeded(run("votcat", "-o", "out.xml", *paths))
    same_tables(votables(tmp_path / "out.xml"), [votables(path) for path in paths])


def test_votlint_finds_no_fault_with_what_we_write(run: Run, inputs: Path, tmp_path: Path) -> None:
    inside = (
        "<GROUP ID='g'><PARAMref ref='p'/></GROUP><PARAM ID='p' name='p' datatype='int' value='1'/>"
        "<TABLE ID='t'><FIELD ID='f' name='f' datatype='int' ref='s'/></TABLE>"
    )
    rich = doc(
        "<DESCRIPTION>one</DESCRIPTION><COOSYS ID='s' system='ICRS'/><INFO name='i' value=''/>"
        f"<GROUP ID='h' name='h'/>{resource('r', inside)}<INFO name='t' value='x'/>"
    )
    other = rich.replace("one", "two").replace("ICRS", "eq_FK5")
    encoded = [name for name in ENCODED if name != "fitshref.xml"]
    succeeded(run("votcat", "-o", "out.xml", rich, other, rich, *encoded, "multi.xml", "stars.xml", "stars.xml"))
    report = stilts("votlint", "out.xml", cwd=tmp_path)
    names = [line for line in report.splitlines() if "already used in this VOTABLE" in line]
    assert report.splitlines() == names  # a name may occur twice, an ID may not


def test_stilts_reads_every_table_of_what_we_write(run: Run, inputs: Path, tmp_path: Path) -> None:
    succeeded(run("votcat", "-o", "out.xml", *ENCODED))
    command = ["stilts", "tmulti", "in=out.xml", "ifmt=votable", "multi=true", "out=all.fits", "ofmt=fits-basic"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    from astropy.io import fits

    with fits.open(tmp_path / "all.fits") as hdus:
        assert len(hdus) == 6
        for hdu in hdus[2:]:
            assert hdu.data.tolist() == hdus[1].data.tolist()


def test_an_empty_data_before_the_one_with_rows_is_closed(run: Run) -> None:
    inside = "<DATA></DATA><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA>"
    text = doc(resource("", f"<TABLE><FIELD name='a' datatype='int'/>{inside}</TABLE>"))
    for format in ("vot", "votb", "votb2"):
        (root, _) = joined(run, text, text, options=("-f", format))
        assert shape(root[0]) == ["FIELD a", "DATA", "DATA"]


PLAIN = "".join(f"<TR><TD>{i}</TD><TD>é &amp; {i}</TD></TR>\n" for i in range(8_000))  # more than a window of text
INNER = "<VOTABLE><RESOURCE><TABLE><DATA><TABLEDATA><TR></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"


def rows_document(rows: str, name: str = "TABLEDATA") -> str:
    """A table whose metadata go on behind its rows."""
    fields = '<FIELD ID="a" name="a" datatype="char" arraysize="*"/><FIELD name="b" datatype="char" arraysize="*"/>'
    data = f"<DATA><{name}>{rows}</{name}></DATA>"
    table = f'<TABLE ID="t">{fields}{data}<INFO ID="i" name="x" value="y" ref="t"/></TABLE>'
    other = table.replace('ID="', 'ID="u')
    return doc(f'<RESOURCE ID="r">{table}{other}</RESOURCE><INFO name="z" value="" ref="i"/>')


ODD_ROWS = [
    "<TR><TD><!-- </TR></TABLEDATA> --></TD></TR>",
    "<!-- </TR></TABLEDATA> -->",
    "<TR><TD><![CDATA[</TD></TR></TABLEDATA>]]></TD></TR>",
    "<TR><TD><?x </TR></TABLEDATA>?></TD></TR>",
    "<TR><TD>a<TR></TR>b</TD></TR>",
    f"<TR><TD>{INNER}</TD></TR>",
    f"<TR><TD><TR></TR>{INNER}</TD></TR>",
    "<TR><TD><TABLEDATA><TR></TR></TABLEDATA></TD></TR>",
    "<TR><TD>N/TA !? /TABLEDATA</TD><TD/></TR>",
    '<TR ID="x"><TD encoding="none">a</TD></TR >',
    "<tr><td>a</td></tr>",
]


@pytest.mark.parametrize("odd", ODD_ROWS)
@pytest.mark.parametrize("name", ["TABLEDATA", "TableData", "x:TABLEDATA"])
def test_rows_that_are_leaped_over_come_whole(run: Run, tmp_path: Path, odd: str, name: str) -> None:
    declared = rows_document(PLAIN + odd + PLAIN + odd + odd, name).replace("<VOTABLE", '<VOTABLE xmlns:x="http://x"')
    if name == "TableData":
        declared = re.sub("(</?)TABLE(?=[ >])", r"\1Table", declared)
    (tmp_path / "odd.xml").write_text(declared, encoding="utf-8")
    words = ["votcat", "-i", "0", "odd.xml", "odd.xml"]
    told = succeeded(run(*words)).stdout  # standard output can not be taken back, so all rows are looked at twice
    succeeded(run(*words, "-o", "out.xml"))
    assert (tmp_path / "out.xml").read_bytes() == told
    assert 64_000 <= told.count(b"<TR>") <= 64_020


@pytest.mark.parametrize(
    "stream",
    [
        "AAAAAQ" * 100_000,
        "AAAAAQ<!-- </STREAM> -->" * 10 + "<![CDATA[AAAAAQ]]>\n&#65;AAAAQ",
        "AA AA\r\nAQ\n" * 50_000,
    ],
    ids=["plain", "odd", "lines"],
)
def test_streams_that_are_leaped_over_come_whole(run: Run, tmp_path: Path, stream: str) -> None:
    field = '<FIELD ID="f" name="f" datatype="unsignedByte"/>'
    table = f"<TABLE>{field}<DATA><BINARY><STREAM encoding='base64'>{stream}</STREAM></BINARY></DATA></TABLE>"
    (tmp_path / "doc.xml").write_text(doc(resource("", table)), newline="")
    told = succeeded(run("votcat", "doc.xml", "doc.xml")).stdout
    succeeded(run("votcat", "-o", "out.xml", "doc.xml", "doc.xml"))
    assert (tmp_path / "out.xml").read_bytes() == told


def test_each_input_with_a_bad_row_is_named_and_the_old_file_stays(run: Run, tmp_path: Path) -> None:
    """Also standard input, which cannot be read again, and rows behind which another table comes."""
    for name, bad in [("a.xml", "<TR><TD>&x;</TD></TR>"), ("b.xml", ""), ("c.xml", "<TR><TD></TR>"), ("d.xml", "<TR>")]:
        (tmp_path / name).write_text(rows_document(PLAIN + bad + PLAIN), encoding="utf-8")
    (tmp_path / "out.xml").write_text("old")
    bad = (tmp_path / "d.xml").read_bytes()
    words = ["votcat", "a.xml", "b.xml", "-", "c.xml"]
    done = run(*words, stdin=bad)
    assert done.stdout == b""
    told = done.stderr
    assert re.findall("Error opening VOTable '(.*)'", told) == ["a.xml", "stdin", "c.xml"]
    assert told.count("at line 8001\n") == 3
    assert run(*words, "-o", "out.xml", stdin=bad).stderr == told
    assert refused(run("votcat", "-o", "out.xml", "b.xml", "-", stdin=b"<HTML/>")) == "Error opening VOTable 'stdin'\n"
    assert (tmp_path / "out.xml").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xml", "b.xml", "c.xml", "d.xml", "out.xml"]


def test_rows_are_counted_whether_or_not_they_are_leaped_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text(rows_document(PLAIN), encoding="utf-8")
    for options in ([], ["-o", "out.xml"], ["-v", "-o", "out.xml"], ["-f", "shtml", "-o", "out.xml"]):
        with (tmp_path / "channel").open("w+b") as channel:
            number = channel.fileno()
            environment = {"VOCLIENT_OPSET_FD": str(number)}
            done = run("votcat", *options, "b.xml", "b.xml", env=environment, pass_fds=[number])
            channel.seek(0)
            told = channel.read()
        assert b"32000" in told
        assert re.findall(rb'"rows":\s*(\d+)', told) == [b"16000", b"16000"], told
        assert done.stderr.count(": 1 resources") == 2 * ("-v" in options)
