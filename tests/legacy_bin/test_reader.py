"""What the reader understands: encodings, namespaces, old and odd documents, streams and where they lie."""

from __future__ import annotations

import base64
import gzip
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .golden_case import INPUTS, serve
from .votables import document, refused, succeeded

Run = Callable[..., object]

TEXT = "Ωμέγα"
INT = [("int", "")]
TWO_ROWS = base64.b64decode("AAAAAQAAAAI=")


def simple(head: str = "", text: str = "x") -> str:
    return (
        f'{head}<VOTABLE version="1.3"><RESOURCE><DESCRIPTION>{text}</DESCRIPTION><TABLE><FIELD name="a" '
        f'datatype="char" arraysize="*"/><DATA><TABLEDATA><TR><TD>{text}</TD></TR></TABLEDATA></DATA></TABLE>'
        "</RESOURCE></VOTABLE>\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-7"])
def test_any_encoding_is_read_as_utf8(run: Run, tmp_path: Path, encoding: str) -> None:
    declared = encoding if encoding.startswith("iso") else encoding.split("-sig")[0][:6].rstrip("-")
    content = simple(f'<?xml version="1.0" encoding="{declared}"?>\n', TEXT).encode(encoding)
    (tmp_path / "encoded.xml").write_bytes(content)
    assert succeeded(run("votinfo", "-d", "encoded.xml")).text == f"{TEXT}\n"
    assert succeeded(run("votcnv", "-f", "csv", "encoded.xml")).text == f"# a\n{TEXT}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (simple(text="\xff").encode("latin-1"), "Error: not well-formed (invalid token) at line 1"),
        (simple('<?xml version="1.0" encoding="ascii"?>\n', "é").encode(), "invalid token) at line 2"),
        (simple('<?xml version="1.0" encoding="utf-16"?>').encode(), "XML declaration is incorrect at line 1"),
        (simple('<?xml version="1.0" encoding="klingon"?>').encode(), "unknown encoding at line 1 ('klingon')"),
        (b"\xff\xfe" + simple().encode("utf-16-le") + b"\x00", "Error: "),
    ],
)
def test_bytes_that_are_not_of_the_encoding_are_refused(run: Run, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "wrong.xml").write_bytes(content)
    assert message in refused(run("votinfo", "wrong.xml"))


@pytest.mark.parametrize("name", ["enc_tabledata", "enc_binary", "enc_binary2", "fitsenc", "fitshref"])
def test_every_serialization_gives_the_same_cells(run: Run, inputs: Path, name: str) -> None:
    want = succeeded(run("votcnv", "-f", "csv", "enc_tabledata.xml", cwd=inputs)).text
    assert succeeded(run("votcnv", "-f", "csv", f"{name}.xml", cwd=inputs)).text == want
    assert succeeded(run("votinfo", "-s", f"{name}.xml", cwd=inputs)).text == "4 4\n"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        ((INPUTS / "prefix.xml").read_text(), "1 1"),
        ((INPUTS / "nested.xml").read_text(), "3 2"),
        ((INPUTS / "norsc.xml").read_text(), "0 0"),
        ("<!-- " + "long preamble " * 1000 + "-->\n" + simple(), "1 1"),
        ('<?xml version="1.0"?><!DOCTYPE VOTABLE SYSTEM "http://unreachable.example/VOTable.dtd">' + simple(), "1 1"),
        (simple().replace("TABLE", "Table").replace("TD", "td").replace("FIELD", "field"), "1 1"),
        (simple().replace(' datatype="char" arraysize="*"', ""), "1 1"),
        ("<VOTABLE><RESOURCE><TABLE><DATA><TABLEDATA><TR/><TR></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>",
         "2 0"),
        ("<VOTABLE/>", "0 0"),
    ],
    ids=["prefix", "nested", "no resource", "preamble", "DTD", "case", "no datatype", "no fields", "empty"],
)  # fmt: skip
def test_unusual_documents_are_read(run: Run, tmp_path: Path, content: str, size: str) -> None:
    (tmp_path / "unusual.xml").write_text(content)
    assert succeeded(run("votinfo", "-s", "unusual.xml")).text == f"{size}\n"


def test_short_rows_are_padded_and_long_ones_cut(run: Run, inputs: Path) -> None:
    lines = succeeded(run("votcnv", "-f", "csv", "ragged.xml", cwd=inputs)).lines
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


@pytest.mark.parametrize(
    ("stream", "name", "content"),
    [
        ('<STREAM href="rows.bin"/>', "rows.bin", TWO_ROWS),
        ('<STREAM href="my%20rows.bin"/>', "my rows.bin", TWO_ROWS),
        ('<STREAM href="rows.gz" encoding="gzip"/>', "rows.gz", gzip.compress(TWO_ROWS)),
        ('<STREAM href="rows.gz" encoding="dynamic"/>', "rows.gz", gzip.compress(TWO_ROWS)),
        ('<STREAM href="rows.txt" encoding="BASE64"/>', "rows.txt", base64.b64encode(TWO_ROWS)),
        ('<STREAM encoding="base64">AAAAAQ\r\nAA AAI=\n</STREAM>', "", b""),
        ('<STREAM encoding="Base64"><!-- > -->AAAAAQ<![CDATA[AAAAI=]]></STREAM>', "", b""),
        ("<STREAM>AAAA&#65;QAAAAI=</STREAM>", "", b""),
        (f'<STREAM encoding="base64 gzip">{base64.b64encode(gzip.compress(TWO_ROWS)).decode()}</STREAM>', "", b""),
    ],
)
def test_a_stream_is_read_wherever_and_however_it_lies(
    run: Run, tmp_path: Path, stream: str, name: str, content: bytes
) -> None:
    if name:
        (tmp_path / name).write_bytes(content)
    (tmp_path / "stream.xml").write_text(document(INT, f"<BINARY>{stream}</BINARY>"), newline="")
    for environment in ({}, {"VOT_NO_LANE": "1"}):
        assert succeeded(run("votcnv", "-f", "csv", "stream.xml", env=environment)).text == "# c1\n1\n2\n"


def test_a_reference_is_relative_to_its_document(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rows.bin").write_bytes(TWO_ROWS)
    (folder / "doc.xml").write_text(document(INT, '<BINARY><STREAM href="rows.bin"/></BINARY>'))
    assert succeeded(run("votinfo", "-s", "data/doc.xml")).text == "2 1\n"
    assert succeeded(run("votinfo", "-s", "file://data/doc.xml")).text == "2 1\n"
    with serve(tmp_path) as port:
        assert succeeded(run("votinfo", "-s", f"http://127.0.0.1:{port}/data/doc.xml?a=b/c")).text == "2 1\n"


@pytest.mark.parametrize("href", ["file:///etc/hostname", "file:rows.bin", "http://127.0.0.1:{port}/network.xml"])
def test_a_document_from_the_network_names_no_local_files_nor_itself(run: Run, tmp_path: Path, href: str) -> None:
    with serve(tmp_path) as port:
        text = document(INT, f'<BINARY><STREAM href="{href.format(port=port)}"/></BINARY>')
        (tmp_path / "network.xml").write_text(text)
        assert "Error: " in refused(run("votinfo", f"http://127.0.0.1:{port}/network.xml"))


ENTITY_BOMB = (
    '<!DOCTYPE VOTABLE [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghijkl", "bcdefghijklm", strict=True))
    + "]><VOTABLE><DESCRIPTION>&m;</DESCRIPTION></VOTABLE>"
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "Error: no element found at line 1"),
        ("\n\n<VOTABLE>", "Error: no element found at line 3"),
        ("not XML", "Error: syntax error at line 1"),
        (simple()[:-40], "Error: "),
        ("<html><body/></html>", "Error opening VOTable"),
        (document([("float32", "")], "<TABLEDATA/>"), "datatype 'float32' of FIELD c1 at line 4 is not one of boolean"),
        (document([("int", "3x")], "<TABLEDATA/>"), "arraysize '3x' of FIELD c1 at line 4 is not like"),
        (document([("int", "99999x99999x9*")], "<TABLEDATA/>"), "at most 2147483647 items"),
        (document(INT, "<TABLEDATA><TD>1</TD></TABLEDATA>"), "element TD in TABLEDATA, where TR is expected at line 5"),
        (document(INT, "<TABLEDATA/><TABLEDATA/>"), "a second set of rows in one TABLE at line 5"),
        (document(INT, "<BINARY/>"), "Error: BINARY without STREAM at line 5"),
        (document(INT, "<BINARY><STREAM/><STREAM/></BINARY>"), "where one STREAM is expected"),
        (document(INT, '<BINARY><STREAM encoding="zip"/></BINARY>'), "encoding 'zip' of STREAM is not one of"),
        (document(INT, "<BINARY><STREAM>AAAA!</STREAM></BINARY>"), "'!' at character 5"),
        (document(INT, '<BINARY><STREAM href="none.bin"/></BINARY>'), "cannot read 'none.bin'"),
        (document(INT, '<BINARY><STREAM href="bad.xml"/></BINARY>'), "the document names itself"),
        (document(INT, '<BINARY><STREAM href="ftp://h/x"/></BINARY>'), "only http, https, file and relative"),
        (document(INT, '<BINARY><STREAM href=" "/></BINARY>'), "the reference is empty"),
        (document(INT, '<FITS extnum="x"><STREAM href="none"/></FITS>').replace("none", "bad.xml"), "Error"),
        (document(INT, "<FITS><STREAM>AAAA</STREAM></FITS>"), "FITS"),
        (document(INT, '<BINARY><STREAM encoding="gzip">AAAA</STREAM></BINARY>'), "gzip data of 'STREAM'"),
        (ENTITY_BOMB, "limit on input amplification factor"),
        ("<VOTABLE>" + "<RESOURCE>" * 5000, "Error: elements nested deeper than 256 at line 1"),
        ('<!DOCTYPE V [<!ENTITY a SYSTEM "/etc/hostname">]><VOTABLE>&a;</VOTABLE>', "external entity reference"),
        ('<!DOCTYPE V SYSTEM "x.dtd"><VOTABLE>&a;</VOTABLE>', "undefined entity (&a;) at line 1"),
        ("<VOTABLE><!--" + "x> " * 23_000_000, "a tag or comment longer than 64 MB at line 1"),
        (simple(text="\0"), "invalid token"),
    ],
)
def test_bad_input_gets_one_clear_line(run: Run, tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "bad.xml").write_text(content)
    told = refused(run("votinfo", "bad.xml"))
    assert message in told
    assert told.endswith("Error opening VOTable 'bad.xml'\n")
    assert told.startswith(("Error: ", "Error opening "))
    assert refused(run("votcnv", "-f", "csv", "bad.xml")) == told
    assert refused(run("votinfo", "bad.xml", env={"VOT_NO_LANE": "1"})) == told


def peak_kilobytes(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def test_memory_does_not_grow_while_rows_pass(bindir: Path) -> None:
    head, tail = simple().encode().split(b"<TR><TD>x</TD></TR>")
    rows = (b"<TR><TD>" + b"x" * 90 + b"</TD></TR>\n") * 20_000
    with subprocess.Popen([bindir / "votinfo", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(head + rows)
        process.stdin.flush()
        before = peak_kilobytes(process.pid)
        for _ in range(30):
            process.stdin.write(rows)
        growth = peak_kilobytes(process.pid) - before
        output = process.communicate(tail)[0]
    assert output == b"620000 1\n"
    assert growth < 1000
