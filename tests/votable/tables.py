"""Made-up tables, and what it means that two are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.table import MaskedColumn, Table
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

NUMBERS = ("u1", "i2", "i4", "i8", "f4", "f8", "c8", "c16", "?")
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
UNICODE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
UNITS = ("mag", "deg", "km / s", "mas / yr", "Jy")
METADATA = {"ucd": "pos.eq.ra;meta.main", "utype": "a:b.c", "xtype": "timestamp"}


@st.composite
def columns(draw: st.DrawFn, rows: int, name: str) -> MaskedColumn:
    kind = draw(st.sampled_from((*NUMBERS, "ascii", "unicode", "bytes", "object")))
    if kind in NUMBERS:
        shape = draw(st.sampled_from(((), (), (2,), (3, 2)))) if kind != "?" else draw(st.sampled_from(((), (9,))))
        data = draw(arrays.arrays(kind, (rows, *shape)))
    else:
        texts = draw(st.lists(ASCII if kind in ("ascii", "bytes") else UNICODE, min_size=rows, max_size=rows))
        texts = [text.rstrip("\0") for text in texts]
        if kind == "object":
            data = np.empty(rows, object)
            data[:] = texts
        else:
            data = np.array(texts, dtype="U6" if kind != "bytes" else "S6")
    masked = draw(st.lists(st.booleans(), min_size=rows, max_size=rows)) if draw(st.booleans()) else [False] * rows
    mask = np.broadcast_to(np.array(masked, bool).reshape(-1, *(1 for _ in data.shape[1:])), data.shape)
    made = MaskedColumn(data, mask=mask, name=name)
    if draw(st.booleans()):
        made.description = draw(ASCII.filter(lambda text: text.strip() == text and text != "")) or None
    if kind in NUMBERS and draw(st.booleans()):
        made.unit = draw(st.sampled_from(UNITS))
    made.meta.update({key: METADATA[key] for key in draw(st.sets(st.sampled_from(sorted(METADATA))))})
    if kind in ("i2", "i4", "i8") and draw(st.booleans()):
        made.meta["values"] = {"null": -99, "type": "legal"}
    return made


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows = draw(st.integers(0, 5))
    count = draw(st.integers(1, 11))
    table = Table([draw(columns(rows, f"c{number}")) for number in range(count)])
    table.meta.update(draw(st.sampled_from(({}, {"name": "made", "description": "A table", "ucd": "meta"}))))
    return table


def assert_same(found: Any, expected: Any, *, metadata: bool = True) -> None:
    """Values where they are not masked, masks, types, and everything said about columns."""
    assert found.colnames == expected.colnames
    assert len(found) == len(expected)
    if metadata:
        assert (type(found), found.meta) == (type(expected), expected.meta)
    for name in expected.colnames:
        one, other = found[name], expected[name]
        if metadata:
            for fact in ("dtype", "unit", "format", "description", "meta"):
                assert getattr(one, fact) == getattr(other, fact), (name, fact)
            assert type(one) is type(other), name
            filled, expected_filled = (np.asarray(column.fill_value).astype(other.dtype) for column in (one, other))
            assert filled == expected_filled, name
        assert_same_cells(one, other, name)


def assert_same_cells(one: Any, other: Any, name: str) -> None:
    one, other = np.ma.asarray(one), np.ma.asarray(other)
    hidden, expected = np.ma.getmaskarray(one), np.ma.getmaskarray(other)
    assert hidden.tolist() == expected.tolist(), (name, hidden, expected)
    if one.dtype.kind == "O":
        for left, right in zip(one.data[~hidden], other.data[~hidden], strict=True):
            if isinstance(right, np.ndarray):
                assert left.dtype == right.dtype, name
                np.testing.assert_array_equal(left, right, name)
                assert np.ma.getmaskarray(left).tolist() == np.ma.getmaskarray(right).tolist(), name
            else:
                assert left == right, name
    else:
        np.testing.assert_array_equal(one.data[~hidden], other.data[~hidden], name)
