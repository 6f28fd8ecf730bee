"""What all formats of rows share: pick the declared columns of each row, convert them column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import Key
from ..errors import ResultError
from . import Event, Item
from .convert import REFERENCE_TYPES, bad_value, column_from_text
from .lines import LineSplitter

if TYPE_CHECKING:
    from ..descriptors.descriptor import Section

Row = Sequence[str | None]


def plain_keys(section: Section) -> tuple[Key, ...]:
    """The keys a parser fills: all but the references to the whole output."""
    return tuple(key for key in section.keys if key.type not in REFERENCE_TYPES)


class RowParser:
    """Base of `columns`, delimited text and `regex`: a subclass cuts lines into rows, whose cells stand in the order
    of `self.keys`.

    Conversion is by column, the only way to be quick for a million rows; the rows before a bad value are given,
    then `ResultError` is raised.
    """

    def __init__(self, section: Section) -> None:
        self.section = section
        self.keys = plain_keys(section)
        self._splitter = LineSplitter()

    def place(self, names: Sequence[str], line: int) -> None:
        """Find the keys' columns among these; without declared keys every column is a key of text."""
        if not self.section.keys:
            self.keys = tuple(Key(name) for name in dict.fromkeys(names) if name)
        self.places = column_places(self.keys, names, line)
        self.needed = max(self.places, default=-1) + 1
        self.width = len(names) or self.needed

    def cut(self, lines: list[str], number: int) -> Iterator[tuple[int, Row]]:
        """The rows in these lines, each with the number of its first line; `number` lines came before."""
        raise NotImplementedError

    def end(self) -> Iterator[tuple[int, Row]]:
        """What is left when no line will follow."""
        return iter(())

    def feed(self, data: bytes) -> Iterator[Event]:
        lines = self._splitter.feed(data)
        return self._items(self.cut(lines, self._splitter.number))

    def finish(self, complete: bool = True) -> Iterator[Event]:
        if complete:
            lines = self._splitter.finish()
            yield from self._items(self.cut(lines, self._splitter.number))
            yield from self._items(self.end())

    def _items(self, found: Iterator[tuple[int, Row]]) -> Iterator[Event]:
        numbers: list[int] = []
        rows: list[Row] = []
        trouble: ResultError | None = None
        try:
            for number, row in found:
                numbers.append(number)
                rows.append(row)
        except ResultError as error:
            trouble = error
        if rows and self.keys:
            columns = [list(column) for column in zip(*rows, strict=True)]
            yield from self._converted(columns, numbers)
        if trouble:
            raise trouble

    def _converted(self, columns: list[list[str | None]], numbers: list[int]) -> Iterator[Event]:
        values: list[list[Any]] = []
        count = len(numbers)
        bad: Key | None = None
        for key, column in zip(self.keys, columns, strict=True):
            converted, index = column_from_text(key, column)
            values.append(converted)
            if index is not None and index < count:
                count, bad = index, key
        if count:
            names = [key.name for key in self.keys]
            if self.section.rows:
                # A group of a pattern that no row has (its option was not given) is no key.
                found = [any(text is not None for text in column[:count]) for column in columns]
                picked = zip(names, values, found, strict=True)
                yield Item({name: column[:count] for name, column, is_found in picked if is_found}, rows=True)
            else:
                yield from self._last(names, values, columns, count)
        if bad is not None:
            text = columns[self.keys.index(bad)][count]
            raise bad_value(bad, text, numbers[count])

    @staticmethod
    def _last(
        names: list[str], values: list[list[Any]], columns: list[list[str | None]], count: int
    ) -> Iterator[Event]:
        """Single values: the last text found for each key."""
        single = {}
        for name, column, texts in zip(names, values, columns, strict=True):
            for index in range(count - 1, -1, -1):
                if texts[index] is not None:
                    single[name] = column[index]
                    break
        if single:
            yield Item(single)


def column_places(keys: Sequence[Key], names: Sequence[str], line: int = 0) -> list[int]:
    """Where each key's cell stands in a row, from 0. Without any names keys follow the order of the columns."""
    places = []
    for position, key in enumerate(keys):
        wanted = key.group if key.group is not None else key.name
        if isinstance(wanted, int):
            places.append(wanted - 1)
        elif wanted in names:
            places.append(names.index(wanted))
        elif not names:
            places.append(position)
        else:
            where = f"line {line} of the output: " if line else ""
            raise ResultError(f"{where}no column {wanted!r} among {', '.join(names)}", key=key.name, line=line)
    return places
