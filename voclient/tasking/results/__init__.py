"""From what a program prints to entries of its OPset: one module a format, all fed piece by piece.

Parsers are pure: they know sections (`descriptor.Section`) and bytes, no processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from ..descriptor import Invocation, Section

__all__ = ["Capture", "Item", "Parser", "Reference"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a parser found: `values` under their keys.

    A row's values are appended to what the keys hold, any other item sets them.
    """

    values: dict[str, Any]
    row: bool = False
    units: dict[str, str] | None = None


class Parser(Protocol):
    """Fed with the bytes of one stream as they arrive; `finish` at its end."""

    def feed(self, data: bytes) -> Iterable[Item]: ...

    def finish(self) -> Iterable[Item]: ...


class Capture(Protocol):
    """Captured output: in memory while small, in an unlinked temporary file above."""

    def open(self) -> BinaryIO:
        """From the start, independent of other readers; it outlives the run."""
        ...

    def __len__(self) -> int: ...


class Reference(Protocol):
    """A value that is opened on first use: a table, a document, a path. The OPset resolves it."""

    def resolve(self) -> Any: ...


def open_parser(section: Section, invocation: Invocation, capture: Capture) -> Parser:
    """The parser for one section; heavy formats are imported here, when asked for."""
    raise NotImplementedError
