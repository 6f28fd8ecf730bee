"""Tables of eleven columns that hypothesis makes up, and what astropy reads in them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io.votable import parse
from hypothesis import strategies as st

from .votables import Field

FIELDS: list[Field] = [
    ("int", "", "-999"), ("long", ""), ("double", ""), ("float", ""), ("char", "*"), ("boolean", ""),
    ("unsignedByte", ""), ("unicodeChar", "*"), ("int", "2"), ("bit", "3"), ("short", "", "7"),
]  # fmt: skip
NAMES = [f"c{i}" for i in range(1, len(FIELDS) + 1)]


def optional(inner: st.SearchStrategy[str], *nulls: str) -> st.SearchStrategy[str]:
    return st.one_of(inner, inner, inner, st.sampled_from(nulls))


def written(value: float) -> str:
    return repr(value) if math.isfinite(value) else "+Inf" if value > 0 else "-Inf"


def tables(rows: int = 30) -> st.SearchStrategy[list[list[str]]]:
    reals = st.one_of(st.sampled_from([0.0, -0.0, 1.5, 0.1, -2.25, 1e9, math.inf, -math.inf]), st.floats(-1e30, 1e30))
    return st.lists(
        st.tuples(
            optional(st.integers(-3, 3).map(str), "", "-999"),
            optional(st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1)).map(str), ""),
            optional(reals.map(written), "", "NaN"),
            optional(st.floats(-100, 100, width=32).map(lambda x: str(np.float32(x))), "", "NaN"),
            optional(st.sampled_from(["a", "B", "b", "a b", "x,y", 'q"']), ""),
            optional(st.sampled_from(["true", "false", "T", "f", "1"]), "", "?"),
            optional(st.integers(0, 255).map(str), "3"),
            optional(st.sampled_from(["é", "日本", "𝄞", "a"]), ""),
            optional(st.sampled_from(["1 2", "3 4"]), "1 2"),
            st.sampled_from(["010", "111", "000"]),
            optional(st.integers(-3, 9).map(str), "7"),
        ).map(list),
        min_size=1, max_size=rows,
    )  # fmt: skip


def plain(value: Any) -> Any:
    """A cell as astropy reads it; None where there is no value."""
    if np.ma.is_masked(value):
        return None
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    if isinstance(value, np.float32):
        return None if np.isnan(value) else float(str(value))  # votstat reads the decimal number
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bytes):
        value = value.decode()
    return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value


def columns_of(path: Path) -> dict[str, list[Any]]:
    array = parse(path).get_first_table().array
    return {name: [plain(array[name][i]) for i in range(len(array))] for name in array.dtype.names}
