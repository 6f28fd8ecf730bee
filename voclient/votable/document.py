"""Where in a document the rows of its first table are, if they are inline BINARY2."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.parsers import expat

_PIECE_BYTES = 16384
_ENDS = re.compile(rb"(?:</[^<>]*>\s*){3}")
"""Of STREAM, BINARY2 and DATA."""
_TAG = re.compile(rb"<[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>")


class Stream(NamedTuple):
    """The base64 text of the rows, and what they consist of."""

    start: int
    """Of the text, in the document."""
    end: int
    data: tuple[int, int]
    """Start and end of the DATA element around it."""
    fields: list[tuple[str, str | None]]
    """Datatype and arraysize of each FIELD."""


def find_stream(document: bytes) -> Stream | None:
    """The rows of the first TABLE; None: they are something else, or the document is nothing that we know."""
    scan = _Scan()
    for place in range(0, len(document), _PIECE_BYTES):
        try:
            scan.parser.Parse(document[place : place + _PIECE_BYTES], False)
        except expat.ExpatError:
            return None
        if scan.is_over:
            break
    if scan.tag is None or not (tag := _TAG.match(document, scan.tag)) or tag[0].endswith(b"/>"):
        return None
    start, end = tag.end(), document.find(b"<", tag.end())
    ends = _ENDS.match(document, end) if end >= 0 else None
    if ends is None or document.find(b"&", start, end) >= 0:
        return None
    return Stream(start, end, (scan.data, ends.end()), scan.fields)


class _Scan:
    """What comes before the rows. (expat knows comments, CDATA and DTDs; a search for a tag would not.)"""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.fields: list[tuple[str, str | None]] = []
        self.data = 0
        """Where the start tag of DATA is."""
        self.tag: int | None = None
        """And that of the STREAM."""
        self.is_over = False
        self._is_in_table = self._is_in_rows = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self.is_over:
            return
        if name == "TABLE":
            self.is_over, self._is_in_table = self._is_in_table, True
        elif name == "FIELD" and self._is_in_table:
            self.fields.append((attributes.get("datatype", ""), attributes.get("arraysize")))
        elif name == "DATA":
            self.data = self.parser.CurrentByteIndex
        elif name == "BINARY2":
            self._is_in_rows = self._is_in_table
        elif name in ("TABLEDATA", "BINARY", "FITS"):
            self.is_over = self._is_in_table
        elif name == "STREAM" and self._is_in_rows:
            self.is_over = True
            if attributes.get("encoding") == "base64" and "href" not in attributes:
                self.tag = self.parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "TABLE":
            self.is_over = True
