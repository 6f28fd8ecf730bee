"""What a run gave, on standard output: for a person, for a pipe, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voclient.tasking.results.contents import row_tables

from . import style

if TYPE_CHECKING:
    from voclient.tasking.descriptor import Descriptor
    from voclient.tasking.opset import OPset


def _plain(value: Any) -> Any:
    """A result as JSON has it: NaN is null, a table an object of columns, a file its name."""
    if hasattr(value, "colnames"):
        return {name: _plain(value[name]) for name in value.colnames}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)


def print_json(result: OPset) -> None:
    """All of it as one object."""
    print(json.dumps({key: _plain(value) for key, value in result.items()}, indent=2, ensure_ascii=False))


def print_result(result: OPset, descriptor: Descriptor) -> None:
    """Values of a line each; lists of one length as the columns of a table; tables and texts as they are.

    A table that is made of such lists says nothing new, and is not made.
    """
    made_of_rows = row_tables(descriptor)
    values = {key: result[key] for key in result if key not in made_of_rows}
    lists = {key: list(value) for key, value in values.items() if _is_column(value)}
    length = max(map(len, lists.values()), default=0)
    columns = {key: value for key, value in lists.items() if len(value) == length and length}
    single = {key: value for key, value in values.items() if key not in columns and not _is_long(value)}
    longest = max(map(len, single), default=0)
    for key, value in single.items():
        unit = result.unit(key)
        if style.is_terminal():
            print(f"{style.bold(key.ljust(longest))}  {_text(value)}{style.dim(f' {unit}') if unit else ''}")
        else:
            print(f"{key}\t{_text(value)}")
    if columns:
        rows = [[_text(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
        if style.is_terminal():
            print("\n" * bool(single) + style.table([_named(key, result.unit(key)) for key in columns], rows))
        else:
            print("\n".join("\t".join(row) for row in [list(columns), *rows]))
    for key, value in values.items():
        if key not in columns and key not in single:
            print(
                f"{style.bold(key)}:\n{_long_text(value)}"
                if style.is_terminal() and len(values) > 1
                else _long_text(value)
            )


def _is_column(value: Any) -> bool:
    if hasattr(value, "colnames") or getattr(value, "ndim", 1) != 1:
        return False
    is_list = isinstance(value, (list, tuple)) or hasattr(value, "tolist")
    return is_list and not any(isinstance(item, (list, tuple, Mapping)) for item in value)


def _is_long(value: Any) -> bool:
    return (
        hasattr(value, "colnames") or isinstance(value, (Mapping, list)) or (isinstance(value, str) and "\n" in value)
    )


def _text(value: Any) -> str:
    value = value.item() if hasattr(value, "item") else value
    text = "" if value is None else str(value) if isinstance(value, str) else repr(value)
    return (str(value) if hasattr(value, "__fspath__") else text).replace("\t", " ").replace("\n", " ")


def _long_text(value: Any) -> str:
    if hasattr(value, "pformat"):
        lines: list[str] = value.pformat() if style.is_terminal() else value.pformat(max_lines=-1, max_width=-1)
        return "\n".join(lines)
    return value.rstrip("\n") if isinstance(value, str) else json.dumps(_plain(value), indent=2, ensure_ascii=False)


def _named(key: str, unit: str | None) -> str:
    return f"{key} ({unit})" if unit else key
