"""Format `keyword`: lines `name = value`, the value perhaps in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..descriptors.descriptor import Key
from ..errors import ResultError
from . import Event, Item
from .convert import bad_value, from_text
from .lines import LineSplitter
from .rows import plain_keys

if TYPE_CHECKING:
    from ..descriptors.descriptor import Section


def _unquoted(text: str) -> str:
    """The text between quotes, doubled ones halved; what follows the closing quote is a remark."""
    text = text.strip()
    mark = text[:1]
    if mark not in ("'", '"'):
        return text
    end = text.find(mark, 1)
    while end >= 0 and text.startswith(mark, end + 1):
        end = text.find(mark, end + 2)
    return text[1:end].replace(mark * 2, mark) if end > 0 else text


class KeywordParser:
    """Single values; a name that comes again replaces the earlier one. Without declared keys each name is a key of
    text, with them other names are passed over."""

    def __init__(self, section: Section) -> None:
        self._separator = section.separator or "="
        self._comment = section.comment
        self._keys = {(key.group if isinstance(key.group, str) else key.name): key for key in plain_keys(section)}
        self._all = not section.keys
        self._splitter = LineSplitter()

    def feed(self, data: bytes) -> Iterator[Event]:
        return self._lines(self._splitter.feed(data))

    def finish(self, complete: bool = True) -> Iterator[Event]:
        return self._lines(self._splitter.finish() if complete else [])

    def _lines(self, lines: list[str]) -> Iterator[Event]:
        values = {}
        trouble: ResultError | None = None
        for number, line in enumerate(lines, self._splitter.number + 1):
            if self._comment and line.lstrip().startswith(self._comment):
                continue
            name, found, text = line.partition(self._separator)
            name = name.strip()
            key = self._keys.get(name) or (Key(name) if self._all else None)
            if not found or not name or key is None:
                continue
            text = _unquoted(text)
            try:
                values[key.name] = from_text(key, text)
            except ValueError:
                trouble = bad_value(key, text, number)
                break
        if values:
            yield Item(values)
        if trouble:
            raise trouble
