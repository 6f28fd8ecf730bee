"""Tables of any columns, made by hypothesis, and what their cells are in each format."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from hypothesis import strategies as st

INTEGERS = {"unsignedByte": (0, 255), "short": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1),
            "long": (-(2**63), 2**63 - 1)}  # fmt: skip
REALS = {"float": 32, "double": 64}
COMPLEX = {"floatComplex": 32, "doubleComplex": 64}
TEXT = ("char", "unicodeChar")
PLAIN = " aZ09,.;:|#&<>'\"\\[]{}()-+=%!?*/_~"
NAMES = "abXY09 _,.;:'\"#&<>|\\[]{}-é漢"


@dataclass(frozen=True)
class Column:
    """Cells are None, bool, int, float, complex, str, or lists of these, the last dimension outermost."""

    name: str
    datatype: str
    arraysize: str
    null: int | None
    cells: list[Any]

    @property
    def is_text(self) -> bool:
        return self.datatype in TEXT

    @property
    def is_variable(self) -> bool:
        return self.arraysize.endswith("*")

    @property
    def is_array(self) -> bool:
        return bool(self.arraysize) and not self.is_text

    @property
    def xml(self) -> str:
        size = f' arraysize="{self.arraysize}"' if self.arraysize else ""
        values = "" if self.null is None else f'<VALUES null="{self.null}"/>'
        name = quoteattr(self.name, {"\n": "&#10;"})
        return f'<FIELD name={name} datatype="{self.datatype}"{size}>{values}</FIELD>'


Columns = list[Column]


def flat(value: Any) -> list[Any]:
    return [item for part in value for item in flat(part)] if isinstance(value, list) else [value]


def real_text(value: float, width: int) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return str(np.float32(value)) if width == 32 else repr(value)


def item_text(datatype: str, value: Any) -> str:
    if value is None:
        return "?"
    if datatype in REALS:
        return real_text(value, REALS[datatype])
    if datatype in COMPLEX:
        return f"{real_text(value.real, COMPLEX[datatype])} {real_text(value.imag, COMPLEX[datatype])}"
    return {"boolean": "FT", "bit": "01"}[datatype][value] if datatype in ("boolean", "bit") else str(value)


def cell_text(column: Column, value: Any) -> str:
    """As TABLEDATA has it."""
    if value is None or column.is_text:
        return value or ""
    between = "" if column.datatype == "bit" else " "
    return between.join(item_text(column.datatype, item) for item in flat(value))


def votable(columns: Columns, name: str = "made") -> str:
    rows = zip(*(column.cells for column in columns), strict=True)
    lines = [
        "<TR>" + "".join(f"<TD>{escape(cell_text(c, v))}</TD>" for c, v in zip(columns, row, strict=True)) + "</TR>"
        for row in rows
    ]
    fields = "\n".join(column.xml for column in columns)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">\n'
        f'<TABLE name="{name}">\n{fields}\n<DATA><TABLEDATA>\n{chr(10).join(lines)}\n</TABLEDATA></DATA></TABLE>'
        "</RESOURCE></VOTABLE>\n"
    )


def reals(width: int) -> st.SearchStrategy[float]:
    usual = st.sampled_from([0.0, 0.1, 1.5, -2.25, 1e-30, 1e30, math.nan, math.inf, -math.inf])
    return st.one_of(usual.map(lambda x: float(np.float32(x))) if width == 32 else usual, st.floats(width=width))  # type: ignore[arg-type]


def items(datatype: str, null: int | None) -> st.SearchStrategy[Any]:
    if datatype in INTEGERS:
        low, high = INTEGERS[datatype]
        return st.one_of(st.sampled_from([low, 0, high]), st.integers(low, high)).filter(lambda x: x != null)
    if datatype in REALS:
        return reals(REALS[datatype])
    if datatype in COMPLEX:
        return st.builds(complex, reals(COMPLEX[datatype]), reals(COMPLEX[datatype]))
    return st.booleans()


def nested(values: list[Any], dimensions: list[int]) -> list[Any]:
    for length in dimensions:
        values = [values[i : i + length] for i in range(0, len(values), length)]
    return values


def arrays(datatype: str, arraysize: str, null: int | None) -> st.SearchStrategy[list[Any]]:
    *inner, last = arraysize.split("x")
    dimensions = [int(size) for size in inner]
    step = math.prod(dimensions)
    counts = st.integers(0, 4) if last.endswith("*") else st.just(int(last))
    item = items(datatype, null)
    return counts.flatmap(
        lambda count: st.lists(item, min_size=step * count, max_size=step * count).map(lambda v: nested(v, dimensions))
    )


def texts(datatype: str, arraysize: str) -> st.SearchStrategy[str]:
    alphabet = PLAIN + ("é漢𝔸" if datatype == "unicodeChar" else "")
    longest = 1 if not arraysize else 3 if arraysize in ("6", "6*") else 12
    return st.text(alphabet, max_size=longest).map(str.strip)


@st.composite
def column(draw: st.DrawFn, name: str, rows: int, nulls: str, sizes: tuple[str, ...]) -> Column:
    datatype = draw(st.sampled_from(["boolean", "bit", *INTEGERS, *REALS, *COMPLEX, *TEXT]))
    if datatype in TEXT:
        arraysize = draw(st.sampled_from(["", "6", "*", "6*"] if datatype == "char" else ["6", "*", "6*"]))
        cells = draw(st.lists(texts(datatype, arraysize), min_size=rows, max_size=rows))
        return Column(name, datatype, arraysize, None, cells)
    arraysize = draw(st.sampled_from(["", "", *sizes]))
    null = draw(st.sampled_from([None, 7])) if datatype in INTEGERS else None
    value = arrays(datatype, arraysize, null) if arraysize else items(datatype, null)
    is_scalar_number = not arraysize and datatype not in ("bit", *COMPLEX)
    if (nulls == "all" and not arraysize.endswith("*")) or (nulls == "numbers" and is_scalar_number):
        value = st.one_of(value, value, st.none())
    return Column(name, datatype, arraysize, null, draw(st.lists(value, min_size=rows, max_size=rows)))


@st.composite
def tables(draw: st.DrawFn, nulls: str = "all", sizes: tuple[str, ...] = ("3", "*", "5*", "2x2", "2x*")) -> Columns:
    """Columns of distinct names, whatever is in them. Texts have no blanks at their ends, which some formats drop. No
    value is in cells that need one at all times ("all"), or of single numbers and booleans ("numbers")."""
    names = st.text(NAMES, min_size=1, max_size=8).map(lambda name: " ".join(name.split())).filter(bool)
    taken = draw(st.lists(names, min_size=1, max_size=6, unique_by=str.lower))
    rows = draw(st.integers(1, 6))
    return [draw(column(name, rows, nulls, sizes)) for name in taken]


def as_json(value: Any, datatype: str) -> Any:
    """What JSON has for a cell."""
    if isinstance(value, list):
        return [as_json(item, datatype) for item in value]
    if isinstance(value, complex):
        part = "float" if datatype == "floatComplex" else "double"
        return [as_json(value.real, part), as_json(value.imag, part)]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return float(str(np.float32(value))) if datatype == "float" and value is not None else value
