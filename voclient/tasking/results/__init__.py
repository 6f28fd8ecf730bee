"""From what a program prints to entries of its OPset: one module a format, all fed piece by piece.

Parsers are pure: they know sections (`descriptor.Section`) and bytes, no processes. A run uses two classes:
`intake.Intake` turns the bytes of all its streams into events, `contents.Contents` holds what the events say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from ..descriptors.descriptor import Key, Section

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
    keys: dict[str, Key] | None = None
    """What the tool says its keys are, of those that the descriptor does not declare."""


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

    What cannot be read raises `ResultError`, after the items before it were given; that is the parser's end.
    """

    def feed(self, data: bytes) -> Iterator[Event]: ...

    def finish(self, complete: bool = True) -> Iterator[Event]:
        """The rest. Of a run that failed (not `complete`) nothing is made of a line or document cut off."""
        ...


class Capture(Protocol):
    """Captured output: in memory while small, in an unlinked temporary file above."""

    def open(self) -> BinaryIO:
        """From the start, independent of other readers; it outlives the run."""
        ...

    def __len__(self) -> int: ...


def open_parser(section: Section, capture: Capture) -> Parser | None:
    """The parser for the plain keys of one section, imported when asked for; None: it has references only."""
    if section.format == "lines":
        from .lines import LinesParser

        return LinesParser(section.key or "lines")
    if section.format == "json":
        from .json import JsonParser

        return JsonParser(section, capture)
    if section.key or (section.keys and not _has_plain_keys(section)):
        return None
    if section.format in ("csv", "tsv", "bsv", "asv"):
        from .delimited import DelimitedParser

        return DelimitedParser(section)
    if section.format == "columns":
        from .columns import ColumnsParser

        return ColumnsParser(section)
    if section.format == "keyword":
        from .keyword import KeywordParser

        return KeywordParser(section)
    if section.format == "jsonl":
        from .json import JsonLinesParser

        return JsonLinesParser(section)
    if section.format == "regex":
        from .regex import RegexParser, WholeTextRegexParser

        return WholeTextRegexParser(section, capture) if section.multiline else RegexParser(section)
    return None


def _has_plain_keys(section: Section) -> bool:
    from .convert import REFERENCE_TYPES

    return any(key.type not in REFERENCE_TYPES for key in section.keys)
