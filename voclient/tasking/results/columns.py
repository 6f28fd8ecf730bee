"""Format `columns`: cells of fixed widths, or separated by blanks, or first the one and then the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import ResultError
from .rows import Row, RowParser

if TYPE_CHECKING:
    from ..descriptors.descriptor import Section


class ColumnsParser(RowParser):
    """Rows of aligned text. The first columns have the section's widths, the others stand between blanks."""

    def __init__(self, section: Section) -> None:
        super().__init__(section)
        self._ends: list[tuple[int, int]] = []
        start = 0
        for width in section.widths:
            self._ends.append((start, start + width))
            start += width
        self._rest = start
        self._header_due = section.header
        self._comment = section.comment
        if section.columns or not section.header:
            self.place(section.columns, 0)

    def _cells(self, line: str) -> list[str]:
        if not self._ends:
            return line.split()
        return [line[start:end].strip() for start, end in self._ends] + line[self._rest :].split()

    def cut(self, lines: list[str], number: int) -> Iterator[tuple[int, Row]]:
        for line in lines:
            number += 1
            if not line.strip() or (self._comment and line.startswith(self._comment)):
                continue
            if self._header_due:
                self._header_due = False
                if not self.section.columns:
                    self.place(self._cells(line.removeprefix("#")), number)
                continue
            cells = self._cells(line)
            if len(cells) < self.needed:
                if not self._ends:
                    raise ResultError(
                        f"line {number} of the output has {len(cells)} columns, at least {self.needed} are needed",
                        line=number,
                    )
                cells += [""] * (self.needed - len(cells))
            yield number, [cells[place] for place in self.places]
