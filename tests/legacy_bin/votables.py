"""VOTables made and read by hand, so that a test knows every byte of a binary serialisation."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from ..conftest import Finished

Field = tuple[str, str] | tuple[str, str, str]  # datatype, arraysize, VALUES null


def fields_xml(fields: Sequence[Field]) -> str:
    """FIELD elements named c1, c2, …"""
    lines = []
    for number, (datatype, arraysize, *null) in enumerate(fields, 1):
        size = f" arraysize={quoteattr(arraysize)}" if arraysize else ""
        values = f"<VALUES null={quoteattr(null[0])}/>" if null else ""
        lines.append(f'<FIELD name="c{number}" datatype="{datatype}"{size}>{values}</FIELD>')
    return "\n".join(lines)


def document(fields: Sequence[Field], data: str) -> str:
    """A VOTable around the content of its DATA element."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">\n'
        f'<TABLE name="made">\n{fields_xml(fields)}\n<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>\n'
    )


def tabledata(fields: Sequence[Field], rows: Iterable[Sequence[str]]) -> str:
    cells = ["<TR>" + "".join(f"<TD>{escape(cell)}</TD>" for cell in row) + "</TR>" for row in rows]
    return document(fields, "<TABLEDATA>\n" + "\n".join(cells) + "\n</TABLEDATA>")


def stream(fields: Sequence[Field], serialization: str, content: bytes) -> str:
    """BINARY, BINARY2 or FITS, inline."""
    text = base64.encodebytes(content).decode()
    return document(fields, f'<{serialization}><STREAM encoding="base64">\n{text}</STREAM></{serialization}>')


def stream_bytes(votable: str | bytes) -> bytes:
    """What the first STREAM of a document holds."""
    text = votable.decode() if isinstance(votable, bytes) else votable
    found = re.search(r"<STREAM[^>]*>([^<]*)</STREAM>", text)
    assert found, text[:2000]
    return base64.b64decode(found[1])


def csv_rows(done: Finished) -> list[list[str]]:
    """The cells of CSV output, without its header."""
    succeeded(done)
    return list(csv.reader(io.StringIO(done.stdout.decode())))[1:]


def succeeded(done: Finished) -> Finished:
    assert (done.status, done.stderr) == (0, ""), (done.status, done.stderr)
    return done


def refused(done: Finished) -> str:
    """The message of a run that ended with a clear line, not with a crash or a sanitizer's report."""
    assert done.status == 1, (done.status, done.stderr)
    assert "runtime error" not in done.stderr, done.stderr
    assert "Sanitizer" not in done.stderr, done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 2, done.stderr
    return done.stderr


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
