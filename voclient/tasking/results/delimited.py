"""Formats `csv`, `tsv`, `bsv` and `asv`: one record a line, cells between delimiters.

The dialect of the VOTable tools: the header line may begin with `# `; a cell that holds the delimiter, a double
quote or a line end stands in double quotes, quotes inside it doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import ResultError
from .lines import LINE_LIMIT_BYTES
from .rows import Row, RowParser

if TYPE_CHECKING:
    from ..descriptors.descriptor import Section

DELIMITERS = {"csv": ",", "tsv": "\t", "bsv": "|", "asv": " "}


class RecordCutter:
    """Cuts lines into records of cells; a quoted cell may go on over lines."""

    def __init__(self, delimiter: str, *, header: bool, comment: str | None = None) -> None:
        self._delimiter = delimiter
        self._comment = comment
        self._header_due = header
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._first = 0
        self._length = 0

    def cut(self, lines: list[str], number: int) -> Iterator[tuple[int, list[str]]]:
        """The records that these lines complete, each with the number of its first line."""
        delimiter = self._delimiter
        for line in lines:
            number += 1
            inside = bool(self._parts)
            if not inside:
                if self._comment and line.startswith(self._comment):
                    continue
                if self._header_due:
                    self._header_due = False
                    line = line.removeprefix("#").removeprefix(" ") if line.startswith("#") else line
                if '"' not in line:
                    yield number, line.split(delimiter)
                    continue
                self._first, self._length = number, 0
            self._length += len(line)
            if self._length > LINE_LIMIT_BYTES:
                raise ResultError(
                    f"line {self._first} of the output opens a quote that is not closed within "
                    f"{LINE_LIMIT_BYTES >> 20} MiB",
                    line=self._first,
                )
            if self._scan(line, inside):
                cells, self._cells = self._cells, []
                yield self._first, cells

    def finish(self) -> None:
        """Raise ResultError when the text ended inside quotes."""
        if self._parts:
            raise ResultError(f"line {self._first} of the output opens a quote that is never closed", line=self._first)

    def _scan(self, line: str, inside: bool) -> bool:
        """Add a line's cells; False: its last cell is still open."""
        parts = self._parts
        position = 0
        while True:
            if not inside and line.startswith('"', position):
                inside = True
                position += 1
            if inside:
                quote = line.find('"', position)
                while quote >= 0 and line.startswith('"', quote + 1):
                    parts.append(line[position : quote + 1])
                    position = quote + 2
                    quote = line.find('"', position)
                if quote < 0:
                    parts.append(line[position:] + "\n")
                    return False
                parts.append(line[position:quote])
                position = quote + 1
                inside = False
            end = line.find(self._delimiter, position)
            parts.append(line[position:] if end < 0 else line[position:end])
            self._cells.append("".join(parts))
            parts.clear()
            if end < 0:
                return True
            position = end + len(self._delimiter)


class DelimitedParser(RowParser):
    """Rows of delimited text."""

    def __init__(self, section: Section) -> None:
        super().__init__(section)
        self._cutter = RecordCutter(DELIMITERS[section.format], header=section.header, comment=section.comment)
        self._header_due = section.header
        if not section.header:
            self.place(section.columns, 0)

    def cut(self, lines: list[str], number: int) -> Iterator[tuple[int, Row]]:
        for first, cells in self._cutter.cut(lines, number):
            if self._header_due:
                self._header_due = False
                self.place(self.section.columns or cells, first)
            elif len(cells) >= self.needed and (cells != [""] or self.width == 1):
                yield first, [cells[place] for place in self.places]
            elif cells != [""]:
                raise ResultError(
                    f"line {first} of the output has {len(cells)} cells, at least {self.needed} are needed", line=first
                )

    def end(self) -> Iterator[tuple[int, Row]]:
        self._cutter.finish()
        return iter(())
