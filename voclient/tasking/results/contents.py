"""What an OPset holds: single values and rows, and the rule of one or many (the one place of it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..descriptor import Descriptor, Invocation
    from . import Item


class Contents:
    """The entries of one run's OPset. It has no lock: its owner, the OPset, has one.

    Row keys are plain values while the call gave one plain value to a repeated parameter and at most one row
    came; else lists, or numpy arrays where the descriptor says `array: true`.
    """

    def __init__(self, descriptor: Descriptor, invocation: Invocation) -> None:
        raise NotImplementedError

    def apply(self, item: Item) -> None:
        """Take in what an item says."""
        raise NotImplementedError

    def value(self, name: str) -> Any:
        """A value as it stands now: lists and arrays are copies, references are not resolved. Raises KeyError."""
        raise NotImplementedError

    def unit(self, name: str) -> str | None:
        """The unit of a key: what the tool said, else what the descriptor declares."""
        raise NotImplementedError

    def __contains__(self, name: object) -> bool:
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError
