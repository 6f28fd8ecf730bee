"""What the cells of a FIELD are in BINARY2 (VOTable 1.5 sections 5.4 and 6)."""

from __future__ import annotations

import re
from typing import NamedTuple

NUMBERS = {
    "unsignedByte": ">u1", "short": ">i2", "int": ">i4", "long": ">i8", "float": ">f4", "double": ">f8",
    "floatComplex": ">c8", "doubleComplex": ">c16",
}  # fmt: skip
"""Datatypes whose items are numbers, and what numpy calls them."""
_ITEM_BYTES = {"boolean": 1, "char": 1, "unicodeChar": 2, "bit": 0} | {
    name: int(code[2:]) for name, code in NUMBERS.items()
}
_ARRAYSIZE = re.compile(r"(?:\d+x)*(?:\d+\*?|\*)")


class Layout(NamedTuple):
    """The cells of one FIELD."""

    datatype: str
    shape: tuple[int, ...]
    """Of a cell, as numpy has it; of a variable array, of its parts. A text has none."""
    items: int
    """In a cell, or in a part of a variable array."""
    is_variable: bool

    @property
    def is_text(self) -> bool:
        return self.datatype in ("char", "unicodeChar")

    @property
    def size(self) -> int:
        """Bytes of a cell; of a variable one, those of its count."""
        return 4 if self.is_variable else self.bytes_of(self.items)

    def bytes_of(self, items: int) -> int:
        """Bytes of so many items."""
        return (items + 7) // 8 if self.datatype == "bit" else items * _ITEM_BYTES[self.datatype]


def layout_of(datatype: str, arraysize: str | None) -> Layout | None:
    """What a FIELD says; None: nothing that we read or write."""
    size = (arraysize or "").strip()
    if datatype not in _ITEM_BYTES or (size and not _ARRAYSIZE.fullmatch(size)):
        return None
    *outer, last = size.split("x")
    is_variable = last.endswith("*")
    sizes = [int(part) for part in outer] + ([int(last)] if last and not is_variable else [])
    items = 1
    for part in sizes:
        items *= part
    layout = Layout(datatype, tuple(reversed(sizes)), items, is_variable)
    if items == 0 or (layout.is_text and len(sizes) > (not is_variable)):
        return None
    return layout._replace(shape=()) if layout.is_text else layout
