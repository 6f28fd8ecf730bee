"""votsplit: the files, their names and what is in them; votcat puts them together again."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .test_serializations import Column, generated, stilts
from .test_votcat import doc, readable_by_astropy, resource, same_tables, votables
from .votables import csv_rows, document, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]


def table(name: str, rows: int = 1, more: str = "", field: str = "") -> str:
    cells = "".join(f"<TR><TD>{i}</TD></TR>" for i in range(rows))
    return (
        f"<TABLE name='{name}'{more}><FIELD name='n' datatype='int'{field}/><DATA><TABLEDATA>{cells}</TABLEDATA></DATA>"
        "</TABLE>"
    )


def parsed(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", path.read_bytes()))


def outline(element: ElementTree.Element) -> list[object]:
    """Names of elements, those inside in a list behind them."""
    found: list[object] = []
    for child in element:
        if child.tag in ("FIELD", "DATA"):
            continue
        found.append(f"{child.tag} {child.get('name') or child.get('ID') or (child.text or '').strip()}".strip())
        if len(child) and child.tag == "RESOURCE":
            found.append(outline(child))
    return found


def numbers(path: Path) -> list[str]:
    return [cell.text or "" for cell in parsed(path).iter("TD")]


MANY = doc(
    "<DESCRIPTION>all</DESCRIPTION><INFO name='i' value=''/><COOSYS ID='s' system='ICRS'/>"
    + resource(
        "outer",
        "<DESCRIPTION>d</DESCRIPTION><INFO name='o' value=''/><TIMESYS ID='ts'/><GROUP name='g'/><PARAM name='p' "
        "datatype='int' value='1'/><LINK ID='l1'/>" + table("one", 2) + "<INFO name='behind' value=''/><LINK ID='l2'/>"
        + resource("inner", "<INFO name='in' value=''/>" + table("two", 3) + table("three", 0))
        + "<INFO name='last' value=''/>" + table("four"),
    )
    + resource("empty", "<INFO name='e' value=''/>")
    + resource("second", "<TABLE name='five'><FIELD name='n' datatype='int'/></TABLE>")
    + "<INFO name='end' value=''/>"
)  # fmt: skip


def test_each_table_at_any_depth_becomes_a_document_with_what_stands_around_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "many.xml", MANY)
    done = succeeded(run("votsplit", "many.xml"))
    assert done.lines == [f"many000{i}.xml" for i in range(5)]
    around = ["DESCRIPTION all", "INFO i", "COOSYS s"]
    outer = ["DESCRIPTION d", "INFO o", "TIMESYS ts", "GROUP g", "PARAM p", "LINK l1", "LINK l2"]
    assert [outline(parsed(tmp_path / name)) for name in done.lines] == [
        [*around, "RESOURCE outer", [*outer, "TABLE one", "INFO behind", "INFO last"], "INFO end"],
        [*around, "RESOURCE inner", ["INFO in", "TABLE two"], "INFO end"],
        [*around, "RESOURCE inner", ["INFO in", "TABLE three"], "INFO end"],
        [*around, "RESOURCE outer", [*outer, "TABLE four", "INFO behind", "INFO last"], "INFO end"],
        [*around, "RESOURCE second", ["TABLE five"], "INFO end"],
    ]
    assert [numbers(tmp_path / name) for name in done.lines] == [["0", "1"], ["0", "1", "2"], [], ["0"], []]


def test_each_resource_becomes_a_document_whole(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "many.xml", MANY)
    done = succeeded(run("votsplit", "-R", "many.xml"))
    assert done.lines == ["many0000.xml", "many0001.xml", "many0002.xml"]
    whole = parsed(tmp_path / "many.xml")
    for index, name in enumerate(done.lines):
        found = parsed(tmp_path / name)
        assert [child.tag for child in found] == ["DESCRIPTION", "INFO", "COOSYS", "RESOURCE", "INFO"]
        assert ElementTree.tostring(found[3]) == ElementTree.tostring(whole.findall("RESOURCE")[index])


@pytest.mark.parametrize(("rows", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (4, [4, 1]), (5, [5]), (99, [5])])
def test_blocks_of_rows_are_as_long_as_said_and_the_last_one_has_the_rest(
    run: Run, tmp_path: Path, rows: int, sizes: list[int]
) -> None:
    write(tmp_path / "in.xml", doc(resource("r", table("a", 5, " nrows='5'"))))
    done = succeeded(run("votsplit", "-n", str(rows), "in.xml"))
    found = [numbers(tmp_path / name) for name in done.lines]
    assert [len(block) for block in found] == sizes
    assert [cell for block in found for cell in block] == ["0", "1", "2", "3", "4"]
    assert [int(parsed(tmp_path / name)[0][0].get("nrows", "")) for name in done.lines] == sizes


def test_blocks_of_every_table_are_numbered_on_and_empty_ones_give_a_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "many.xml", MANY)
    done = succeeded(run("votsplit", "-n", "2", "many.xml"))
    assert [numbers(tmp_path / name) for name in done.lines] == [["0", "1"], ["0", "1"], ["2"], [], ["0"], []]
    names = [next(parsed(tmp_path / name).iter("TABLE")).get("name") for name in done.lines]
    assert names == ["one", "two", "two", "three", "four", "five"]


@pytest.mark.parametrize("rows", ["0", "-1"])
def test_a_row_count_below_one_is_an_error(run: Run, inputs: Path, rows: str) -> None:
    assert refused(run("votsplit", "-n", rows, "stars.xml")) == f"Error: invalid row count '{rows}'\n"


def test_values_make_files_in_the_order_of_their_first_rows(run: Run, tmp_path: Path) -> None:
    cells = ["b", " a", "", "b", "a ", "B", "  ", "x&<\"'>", "b"]
    rows = [[cell, str(number)] for number, cell in enumerate(cells)]
    write(tmp_path / "in.xml", tabledata([("char", "*"), ("int", "")], rows).replace("<TABLE ", '<TABLE nrows="9" '))
    done = succeeded(run("votsplit", "-N", "C1", "in.xml"))
    found = []
    for name in done.lines:
        root = parsed(tmp_path / name)
        (info,) = root.iter("INFO")
        assert info.get("name") == "split_value"
        texts = numbers(tmp_path / name)
        assert next(root.iter("TABLE")).get("nrows") == str(len(texts) // 2)
        found.append((info.get("value"), [int(text) for text in texts[1::2]]))
        assert all(text.strip() == info.get("value") for text in texts[::2])
    assert found == [("b", [0, 3, 8]), ("a", [1, 4]), ("", [2, 6]), ("B", [5]), ("x&<\"'>", [7])]


@pytest.mark.parametrize("words", [["-N", "VAR"], ["-I", "col_var"], ["-U", "meta.code"], ["-c", "5"], ["col=5"]])
def test_the_column_is_found_by_name_id_ucd_or_number(run: Run, inputs: Path, words: list[str]) -> None:
    done = succeeded(run("votsplit", *words, "-f", "csv", "stars.xml"))
    assert [(inputs / name).read_text().count("\n") for name in done.lines] == [4, 3]


@pytest.mark.parametrize("words", [["-N", "none"], ["-I", "none"], ["-U", "none"], ["-c", "6"], ["-c", "-1"]])
def test_a_column_that_is_in_no_table_is_an_error_and_nothing_is_written(
    run: Run, inputs: Path, words: list[str]
) -> None:
    before = sorted(inputs.iterdir())
    assert refused(run("votsplit", *words, "stars.xml")) == f"Error: Cannot find split column '{words[1]}'\n"
    assert sorted(inputs.iterdir()) == before


def test_every_table_must_have_the_column_rows_or_not(run: Run, tmp_path: Path) -> None:
    bare = "<TABLE name='x'><FIELD name='m' datatype='int'/></TABLE>"
    write(tmp_path / "in.xml", doc(resource("r", table("a") + bare)))
    assert refused(run("votsplit", "-N", "n", "in.xml")) == "Error: Cannot find split column 'n'\n"
    write(
        tmp_path / "in.xml", doc(resource("r", table("a", 2) + table("b", 0) + bare.replace("'m'", "'n'") + table("c")))
    )
    done = succeeded(run("votsplit", "-N", "n", "in.xml"))
    assert [numbers(tmp_path / name) for name in done.lines] == [["0"], ["1"], [], [], ["0"]]


@pytest.mark.parametrize("form", ["vot", "votb", "votb2", "votfits"])
def test_values_of_binary_columns_are_the_texts_of_their_cells(run: Run, tmp_path: Path, form: str) -> None:
    rows = [["1.5", "7"], ["0.1", ""], ["1.5", "7"], ["NaN", ""]]
    source = write(tmp_path / "source.xml", tabledata([("double", ""), ("short", "")], rows))
    succeeded(run("votcnv", "-f", form, "-o", "in.xml", source))
    for column, values in (("0", ["1.5", "0.1", "NaN"]), ("1", ["7", ""])):
        done = succeeded(run("votsplit", "-O", "-f", form, "-c", column, "in.xml"))
        assert [next(parsed(tmp_path / name).iter("INFO")).get("value") for name in done.lines] == values


def test_thousands_of_values_need_no_more_open_files_than_a_few(run: Run, bindir: Path, tmp_path: Path) -> None:
    count = 3000
    write(tmp_path / "in.xml", tabledata([("char", "*")], [[f"v{i % count}"] for i in range(2 * count)]))
    command = f'ulimit -n 24; exec "{bindir}/votsplit" -c 0 -D parts -f csv -H in.xml'
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    names = done.stdout.splitlines()
    assert len(names) == len(list((tmp_path / "parts").iterdir())) == count
    for index in (0, 1, 2999):
        assert names[index] == f"parts/in{index:04}.csv"
        assert (tmp_path / names[index]).read_text() == f"v{index}\n" * 2


def test_rows_of_any_length_come_to_their_values(run: Run, tmp_path: Path) -> None:
    pick = random.Random(4)
    keys = [pick.choice("abcde") for _ in range(400)]
    rows = [[key, str(number) * pick.choice((1, 10, 3000, 40_000))] for number, key in enumerate(keys)]
    write(tmp_path / "in.xml", tabledata([("char", "*"), ("char", "*")], rows))
    done = succeeded(run("votsplit", "-c", "0", "in.xml"))
    wanted = {key: [row for row in rows if row[0] == key] for key in dict.fromkeys(keys)}
    for name, group in zip(done.lines, wanted.values(), strict=True):
        texts = numbers(tmp_path / name)
        assert [[a, b] for a, b in zip(texts[::2], texts[1::2], strict=True)] == group


def test_many_tables_by_a_column_need_few_open_files(run: Run, bindir: Path, tmp_path: Path) -> None:
    write(tmp_path / "in.xml", doc(resource("r", table("t", 3) * 200)))
    command = f'ulimit -n 24; exec "{bindir}/votsplit" -N n -D parts in.xml'
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [numbers(tmp_path / name) for name in done.stdout.split()] == [["0"], ["1"], ["2"]] * 200


def test_ways_to_split_exclude_each_other(run: Run, inputs: Path) -> None:
    for words in (["-n", "2", "-R"], ["-n", "2", "-N", "var"], ["-R", "-c", "0"]):
        assert "three ways to split" in refused(run("votsplit", *words, "stars.xml"))


# Names.


@pytest.mark.parametrize(
    ("argument", "first"),
    [
        ("stars.xml", "stars0000.xml"),
        ("file://sub/a.b.vot", "a.b0000.xml"),
        ("sub/a.b.vot", "a.b0000.xml"),
        ("packed.XML.gz", "packed0000.xml"),
        (".hidden", ".hidden0000.xml"),
        ("tab\there.xml", "tab_here0000.xml"),
        ("-", "table0000.xml"),
        ("stdin", "table0000.xml"),
        (doc(resource("r", table("t"))), "table0000.xml"),
    ],
)
def test_files_are_named_by_the_input(run: Run, inputs: Path, argument: str, first: str) -> None:
    (inputs / "sub").mkdir()
    stars = (inputs / "stars.xml").read_bytes()
    for name in ("sub/a.b.vot", "packed.XML.gz", ".hidden", "tab\there.xml"):
        (inputs / name).write_bytes(stars)
    assert succeeded(run("votsplit", argument, stdin=stars)).text == f"{first}\n"
    assert (inputs / first).exists()


def test_a_url_names_the_files_by_its_last_part(run: Run, inputs: Path) -> None:
    from .golden_case import serve

    with serve(inputs) as port:
        done = succeeded(run("votsplit", f"http://127.0.0.1:{port}/stars.xml?format=a/../../b.xml"))
    assert done.text == "stars0000.xml\n"


@pytest.mark.parametrize(
    ("format", "extension"),
    [("vot", "xml"), ("votb2", "xml"), ("csv", "csv"), ("tsv", "tsv"), ("asv", "txt"), ("bsv", "txt"), ("html", "html"),
     ("shtml", "html"), ("fits", "fits")],
)  # fmt: skip
def test_the_extension_is_that_of_the_format_and_the_content_that_of_votcnv(
    run: Run, inputs: Path, format: str, extension: str
) -> None:
    done = succeeded(run("votsplit", "-f", format, "stars.xml"))
    assert done.text == f"stars0000.{extension}\n"
    assert (inputs / done.lines[0]).read_bytes() == succeeded(run("votcnv", "-f", format, "stars.xml")).stdout


def test_base_extension_directory_indentation_and_header_are_as_said(run: Run, inputs: Path) -> None:
    done = succeeded(run("votsplit", "-b", "x", "-e", "vot", "-D", "new/deep/", "-i", "2", "stars.xml"))
    assert done.text == "new/deep/x0000.vot\n"
    assert (inputs / "new/deep/x0000.vot").read_bytes() == succeeded(run("votcnv", "-i", "2", "stars.xml")).stdout
    done = succeeded(run("votsplit", "base=", "extn=", "download=.", "-H", "fmt=csv", "stars.xml"))
    assert done.text == "0000\n"
    assert (inputs / "0000").read_bytes() == succeeded(run("votcnv", "-n", "-f", "csv", "stars.xml")).stdout
    assert (
        succeeded(run("votsplit", "-D", str(inputs / "abs"), "-e", ".y", "stars.xml")).text
        == f"{inputs}/abs/stars0000.y\n"
    )


@pytest.mark.parametrize(
    "words", [["-b", "../up"], ["-b", "/tmp/x"], ["-e", "a/../../b"], ["-b", "a\nb"], ["-e", "x\ty"]]
)
def test_no_name_leads_out_of_the_directory(run: Run, inputs: Path, words: list[str]) -> None:
    before = sorted(inputs.iterdir())
    assert refused(run("votsplit", "-D", "sub", *words, "stars.xml")).startswith("Error: '")
    assert sorted(inputs.iterdir()) == before


@pytest.mark.parametrize("force", [[], ["-O"]])
def test_a_link_in_the_directory_is_not_followed(run: Run, inputs: Path, force: list[str]) -> None:
    (inputs / "sub").mkdir()
    (inputs / "precious").write_text("old")
    for target in ("../precious", "../absent"):
        (inputs / "sub" / "stars0000.xml").unlink(missing_ok=True)
        (inputs / "sub" / "stars0000.xml").symlink_to(target)
        assert refused(run("votsplit", *force, "-D", "sub", "stars.xml")) == "Error: file 'sub/stars0000.xml' exists\n"
    assert (inputs / "precious").read_text() == "old"
    assert not (inputs / "absent").exists()


# All or nothing.


def test_nothing_is_written_when_one_file_is_there(run: Run, inputs: Path) -> None:
    (inputs / "multi30002.xml").write_text("old")
    before = sorted(inputs.iterdir())
    done = run("votsplit", "-o", "list", "multi3.xml")
    assert refused(done) == "Error: file 'multi30002.xml' exists\n"
    assert sorted(inputs.iterdir()) == before
    assert len(succeeded(run("votsplit", "-O", "multi3.xml")).lines) == 3
    assert (inputs / "multi30002.xml").read_text() != "old"


def test_nothing_is_left_when_a_later_file_cannot_be_written(run: Run, bindir: Path, tmp_path: Path) -> None:
    write(tmp_path / "in.xml", doc(resource("r", table("a") + table("b", 20_000))))
    command = f'ulimit -f 16; exec "{bindir}/votsplit" -o list -D parts in.xml'
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Cannot write output file 'parts/in0001.xml': File too large\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in.xml", "parts"]


def test_a_directory_that_cannot_be_made_and_a_list_that_cannot_be_written(run: Run, inputs: Path) -> None:
    before = sorted(inputs.iterdir())
    assert refused(run("votsplit", "-o", "no/list", "stars.xml")) == "Cannot open output file 'no/list'\n"
    assert "stars.xml/sub" in refused(run("votsplit", "-D", "stars.xml/sub", "stars.xml"))
    assert refused(run("votsplit", "-D", "stars.xml", "stars.xml")).startswith("Cannot open output file 'stars.xml/")
    assert sorted(inputs.iterdir()) == before


def test_a_broken_input_gives_no_files(run: Run, inputs: Path) -> None:
    late = (inputs / "multi3.xml").read_text().replace("</VOTABLE>", "")
    write(inputs / "late.xml", late)
    before = sorted(inputs.iterdir())
    for name in ("bad.xml", "late.xml", "missing.xml", "notvot.xml"):
        done = run("votsplit", name)
        assert (done.status, done.stdout) == (1, b"")
        assert done.stderr.splitlines()[-1] == f"Error opening VOTable '{name}'"
    assert sorted(inputs.iterdir()) == before


def test_the_list_goes_where_it_is_asked_for(run: Run, inputs: Path) -> None:
    assert succeeded(run("votsplit", "-o", "list", "multi3.xml")).stdout == b""
    assert (inputs / "list").read_text() == "multi30000.xml\nmulti30001.xml\nmulti30002.xml\n"
    assert succeeded(run("votsplit", "-O", "-r", "multi3.xml")).stdout == b""
    before = sorted(inputs.iterdir())
    assert succeeded(run("votsplit", "--dry-run", "-n", "2", "-b", "dry", "stars.xml")).lines == [
        "dry0000.xml", "dry0001.xml", "dry0002.xml",
    ]  # fmt: skip
    assert sorted(inputs.iterdir()) == before


def test_a_document_without_tables_gives_no_files(run: Run, inputs: Path) -> None:
    for name in ("norsc.xml", "notable.xml"):
        assert succeeded(run("votsplit", "-N", "x", name)).stdout == b""
    assert succeeded(run("votsplit", "-R", "notable.xml")).text == "notable0000.xml\n"


# References.


def test_references_hold_or_are_left_out(run: Run, tmp_path: Path) -> None:
    inner = table("b", 1, " ID='tb' ref='ta'", " ID='fb' ref='sys'") + "<INFO name='x' value='' ref='unknown'/>"
    outer = (
        "<COOSYS ID='sys' system='ICRS'/><TIMESYS ID='time' timescale='UTC' refposition='TOPOCENTER'/>"
        "<GROUP ID='g'><PARAMref ref='p'/><FIELDref ref='fa'/><FIELDref ref='fb'/></GROUP>"
        "<PARAM ID='p' name='p' datatype='int' value='1' ref='time'/>"
        + table("a", 1, " ID='ta'", " ID='fa' ref='p'") + resource("inner", inner)
    )  # fmt: skip
    write(tmp_path / "in.xml", doc(resource("outer", outer)))
    one, two = (parsed(tmp_path / name) for name in succeeded(run("votsplit", "in.xml")).lines)
    assert [ref.get("ref") for ref in one.iter() if ref.tag.endswith("ref")] == ["p", "fa"]
    assert outline(two) == ["RESOURCE inner", ["COOSYS sys", "TABLE b", "INFO x"]]
    (found,) = two.iter("TABLE")
    assert (found.get("ref"), found[0].get("ref")) == (None, "sys")
    assert next(two.iter("INFO")).get("ref") == "unknown"  # it led nowhere before
    write(tmp_path / "in.xml", doc(resource("outer", outer.replace("ref='sys'", "ref='p'"))))
    _, two = (parsed(tmp_path / name) for name in succeeded(run("votsplit", "-O", "in.xml")).lines)
    assert sorted(outline(two)[1][:2]) == ["PARAM p", "TIMESYS time"]
    for name in ("in0000.xml", "in0001.xml"):
        report = stilts("votlint", name, cwd=tmp_path)
        assert [line for line in report.splitlines() if not re.search("never ref|meaningful|unknown", line)] == []


def test_prefixes_of_elements_stay(run: Run, tmp_path: Path) -> None:
    space = "http://www.ivoa.net/xml/VOTable/v1.3"
    text = re.sub(r"<(/?)(?=[A-Z])", r"<\1v:", doc(resource("r", table("t", 2))).replace("xmlns=", "xmlns:v="))
    write(tmp_path / "in.xml", text)
    done = succeeded(run("votsplit", "-c", "0", "in.xml"))
    for name in done.lines:
        root = ElementTree.fromstring((tmp_path / name).read_bytes())
        assert all(element.tag.startswith(f"{{{space}}}") for element in root.iter())


# Documents that no version of VOTable allows, but that are well-formed.


def stray(inside: str) -> str:
    return f"<COOSYS ID='s'>{inside}</COOSYS>"


STRAYED = [
    resource("r", table("t", 2, "", " ref='s'")) + stray(table("x", 3)),
    resource("r", stray(table("x", 3)) + table("t", 2, "", " ref='s'")),
    stray(resource("q", table("x", 3))) + resource("r", "<LINK>" + table("y") + "</LINK>" + table("t", 2)),
]


@pytest.mark.parametrize("content", STRAYED)
@pytest.mark.parametrize("words", [[], ["-n", "9"], ["-N", "n"]], ids=" ".join)
def test_tables_that_strayed_out_of_resources_make_no_files(
    run: Run, tmp_path: Path, content: str, words: list[str]
) -> None:
    write(tmp_path / "in.xml", doc(content))
    files = succeeded(run("votsplit", *words, "in.xml")).lines
    assert [cell for name in files for cell in numbers(tmp_path / name)] == ["0", "1"]


@pytest.mark.parametrize("content", STRAYED)
def test_resources_are_whole_with_the_tables_that_strayed_in(run: Run, tmp_path: Path, content: str) -> None:
    write(tmp_path / "in.xml", doc(content))
    (name,) = succeeded(run("votsplit", "-R", "in.xml")).lines
    wanted = [cell.text for cell in parsed(tmp_path / "in.xml").find("RESOURCE").iter("TD")]  # type: ignore[union-attr]
    assert numbers(tmp_path / name) == wanted


@pytest.mark.parametrize("format", ["vot", "votb2", "html"])
def test_a_table_inside_another_is_refused_or_written_and_never_a_crash(run: Run, tmp_path: Path, format: str) -> None:
    inner = table("t", 2).replace("<DATA>", f"<INFO name='i' value=''>{table('x', 3)}</INFO><DATA>")
    write(tmp_path / "in.xml", doc(resource("r", inner)))
    for tool in (["votcat", "in.xml"], ["votcnv"], ["votsplit", "-R", "-O"], ["votsplit", "-O"]):
        done = run(tool[0], *tool[1:], "-f", format, "in.xml")
        assert done.status in (0, 1)
        assert done.status == 0 or "Error opening VOTable 'in.xml'" in refused(done)


# Together again.


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tables=st.lists(st.tuples(generated(), st.sampled_from(["vot", "votb", "votb2"])), min_size=2, max_size=4),
    format=st.sampled_from(["vot", "votb", "votb2"]),
)
def test_votcat_of_the_files_has_the_same_tables(
    run: Run, tmp_path: Path, tables: list[tuple[list[Column], str]], format: str
) -> None:
    paths = []
    for number, (columns, form) in enumerate(tables):
        kept = readable_by_astropy(columns)
        rows = zip(*(cells for _, cells in kept), strict=True)
        source = write(tmp_path / "source.xml", tabledata([field for field, _ in kept], rows))
        paths.append(tmp_path / f"in{number}.xml")
        succeeded(run("votcnv", "-f", form, "-o", paths[-1], source))
    succeeded(run("votcat", "-o", "all.xml", *paths))
    files = succeeded(run("votsplit", "-O", "-f", format, "-D", "parts", "all.xml")).lines
    assert len(files) == len(tables)
    succeeded(run("votcat", "-o", "again.xml", *files, files[0]))
    same_tables(votables(tmp_path / "again.xml"), [votables(tmp_path / "all.xml"), votables(tmp_path / files[0])])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    columns=generated(),
    rows=st.integers(1, 4),
    form=st.sampled_from(["vot", "votb", "votb2"]),
    format=st.sampled_from(["csv", "vot", "votb2"]),
)
def test_rows_of_blocks_and_of_values_are_those_of_the_table(
    run: Run, tmp_path: Path, columns: list[Column], rows: int, form: str, format: str
) -> None:
    cells = list(zip(*(cells for _, cells in columns), strict=True))
    source = write(tmp_path / "source.xml", tabledata([field for field, _ in columns], cells))
    succeeded(run("votcnv", "-f", form, "-o", "in.xml", source))
    whole = csv_rows(run("votcnv", "-f", "csv", "in.xml"))

    def contents(names: list[str]) -> list[list[list[str]]]:
        if format == "csv":
            import csv

            return [list(csv.reader((tmp_path / name).open(newline="", encoding="utf-8")))[1:] for name in names]
        return [csv_rows(run("votcnv", "-f", "csv", name)) for name in names]

    blocks = contents(succeeded(run("votsplit", "-O", "-f", format, "-n", str(rows), "in.xml")).lines)
    assert [row for block in blocks for row in block] == whole
    assert all(len(block) == rows for block in blocks[:-1])
    groups = contents(succeeded(run("votsplit", "-O", "-f", format, "-c", "0", "in.xml")).lines)
    if len(columns) > 1:  # a line of one empty cell is read as no cell
        wanted: dict[str, list[list[str]]] = {}
        for row in whole:
            wanted.setdefault(row[0].strip(" \t\r\n"), []).append(row)
        assert groups == (list(wanted.values()) or [[]])


def test_votlint_finds_no_fault_with_the_files(run: Run, inputs: Path, tmp_path: Path) -> None:
    for words in (["twotables.xml"], ["-R", "nested.xml"], ["-n", "3", "-f", "votb", "stars.xml"]):
        for name in succeeded(run("votsplit", "-D", "parts", *words)).lines:
            assert stilts("votlint", name, cwd=tmp_path) == ""


def test_pipes_are_split_too(run: Run, inputs: Path) -> None:
    stars = (inputs / "stars.xml").read_bytes()
    wanted = [(inputs / name).read_bytes() for name in succeeded(run("votsplit", "-n", "2", "stars.xml")).lines]
    found = [(inputs / name).read_bytes() for name in succeeded(run("votsplit", "-n", "2", "-", stdin=stars)).lines]
    assert found == wanted
    assert os.listdir(inputs).count("table0002.xml") == 1


def test_rows_without_columns_are_split(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "in.xml", document([], "<TABLEDATA><TR/><TR/><TR/></TABLEDATA>"))
    done = succeeded(run("votsplit", "-n", "2", "in.xml"))
    assert [(tmp_path / name).read_text().count("<TR>") for name in done.lines] == [2, 1]
