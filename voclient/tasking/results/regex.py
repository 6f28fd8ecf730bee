"""Format `regex`: keys are the groups of a pattern, searched in each line or in the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import ResultError
from . import Event
from .rows import Row, RowParser

if TYPE_CHECKING:
    from ..descriptors.descriptor import Section
    from . import Capture

TEXT_LIMIT_BYTES = 16 << 20
_WRAP = re.compile(r"[ \t]*\n[ \t]*")


class RegexParser(RowParser):
    """One row for each line in which the pattern finds something; other lines are passed over."""

    def __init__(self, section: Section) -> None:
        super().__init__(section)
        self._pattern = re.compile(section.pattern or "")
        known = self._pattern.groupindex
        groups = [key.group if key.group is not None else key.name for key in self.keys]
        self._groups = [group if isinstance(group, int) else known[group] for group in groups]

    def cut(self, lines: list[str], number: int) -> Iterator[tuple[int, Row]]:
        search = self._pattern.search
        groups = self._groups
        count = len(groups)
        if count == 1:
            groups = groups * 2  # match.group() gives a tuple for two groups or more only
        for line in lines:
            number += 1
            if found := search(line):
                row = found.group(*groups)[:count]
                if row.count(None) < count:
                    yield number, row


class WholeTextRegexParser(RowParser):
    """One row for each place where the pattern is found in the whole text, read when that is complete.

    A match that goes over line ends is wrapped text: each line end, with the blanks around it, becomes a blank.
    """

    def __init__(self, section: Section, capture: Capture) -> None:
        super().__init__(section)
        self._capture = capture
        self._pattern = re.compile(section.pattern or "", re.MULTILINE)

    def feed(self, data: bytes) -> Iterator[Event]:
        return iter(())

    def finish(self, complete: bool = True) -> Iterator[Event]:
        with self._capture.open() as file:
            data = file.read(TEXT_LIMIT_BYTES + 1)
        if len(data) > TEXT_LIMIT_BYTES:
            raise ResultError(f"the output is longer than {TEXT_LIMIT_BYTES >> 20} MiB, too long for one pattern")
        text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        return self._items(self._find(text))

    def _find(self, text: str) -> Iterator[tuple[int, Row]]:
        line, position = 1, 0
        for found in self._pattern.finditer(text):
            line += text.count("\n", position, found.start())
            position = found.start()
            row = [self._cell(found, key.group if key.group is not None else key.name) for key in self.keys]
            if row.count(None) < len(row):
                yield line, row

    @staticmethod
    def _cell(found: re.Match[str], group: str | int) -> str | None:
        cell: str | None = found[group]
        return _WRAP.sub(" ", cell) if cell is not None and "\n" in cell else cell
