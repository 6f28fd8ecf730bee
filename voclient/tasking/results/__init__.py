"""From what a program prints to entries of its OPset: one module a format, all fed piece by piece.

Parsers are pure: they know sections (`descriptor.Section`) and bytes, no processes. A run uses two classes:
`intake.Intake` turns the bytes of all its streams into events, `contents.Contents` holds what the events say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from ..descriptor import Section

__all__ = ["Capture", "Event", "Failure", "Item", "Parser", "Progress", "open_parser"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something found: `values` under their keys.

    With `rows` each value is a list with one entry a row, all of one length, appended to what the keys hold.
    Any other item sets its keys; a value may be a `references.Reference`, opened when it is asked for.
    """

    values: dict[str, Any]
    rows: bool = False
    units: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the tool says it is; `fraction` None: it does not know."""

    fraction: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The tool's own word on why it failed."""

    text: str


Event = Item | Progress | Failure


class Parser(Protocol):
    """Fed with the bytes of one stream as they arrive; `finish` at its end.

    What could not be read raises `ResultError`, after the items before it were given; later bytes are ignored.
    """

    def feed(self, data: bytes) -> Iterator[Event]: ...

    def finish(self) -> Iterator[Event]: ...


class Capture(Protocol):
    """Captured output: in memory while small, in an unlinked temporary file above."""

    def open(self) -> BinaryIO:
        """From the start, independent of other readers; it outlives the run."""
        ...

    def __len__(self) -> int: ...


def open_parser(section: Section, capture: Capture) -> Parser:
    """The parser for the plain keys of one section; heavy formats are imported here, when asked for."""
    raise NotImplementedError
