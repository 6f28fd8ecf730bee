"""What a run gave, on standard output: for a person, for a pipe, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voclient.tasking.opset.plain import plain
from voclient.tasking.results.contents import declared_keys, row_tables

from . import style

if TYPE_CHECKING:
    from voclient.tasking.descriptors.descriptor import Descriptor
    from voclient.tasking.opset import OPset


def print_json(result: OPset) -> None:
    """All of it as one object."""
    print(result.to_json(indent=2))


def print_result(result: OPset, descriptor: Descriptor) -> None:
    """Values of a line each; lists of one length as the columns of a table; tables and texts as they are.

    A table that is made of such lists says nothing new, and is not made.
    """
    made_of_rows = row_tables(descriptor)
    values = {key: _with_name(result[key]) for key in result if key not in made_of_rows}
    whole = {name for name, key in declared_keys(descriptor).items() if key.type == "list"}
    lists = {key: list(value) for key, value in values.items() if key not in whole and _is_column(value)}
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
            _print_long(key, value, alone=len(values) == 1)


def _with_name(value: Any) -> Any:
    """The value; of a FITS file its name."""
    return plain(value) if hasattr(value, "fileinfo") else value


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


def _print_long(key: str, value: Any, *, alone: bool) -> None:
    """Tables and texts as they are; lists and objects in a line of JSON, or laid out for a person."""
    if isinstance(value, (Mapping, list)):
        if not style.is_terminal():
            print(f"{key}\t{json.dumps(plain(value), ensure_ascii=False)}")
        elif value:
            print(f"{style.bold(key)}:\n{_laid_out(value)}")
        return
    if hasattr(value, "pformat"):
        lines = value.pformat() if style.is_terminal() else value.pformat(max_lines=-1, max_width=-1)
        text = "\n".join(lines)
    else:
        text = value.rstrip("\n")
    print(f"{style.bold(key)}:\n{text}" if style.is_terminal() and not alone else text)


def _laid_out(value: Mapping[str, Any] | list[Any]) -> str:
    """Objects of a list, or under the names of an object, as rows of a table, without the members that none has."""
    rows = list(value.items()) if isinstance(value, Mapping) else [("", item) for item in value]
    if not all(isinstance(item, Mapping) for _, item in rows):
        texts = [item if isinstance(item, str) else json.dumps(plain(item), ensure_ascii=False) for _, item in rows]
        return "\n".join(f"{name}: {text}" if name else text for (name, _), text in zip(rows, texts, strict=True))
    members = [
        name for name in dict.fromkeys(name for _, item in rows for name in item)
        if any(item.get(name) is not None for _, item in rows)
    ]  # fmt: skip
    named = isinstance(value, Mapping)
    cells = [[name] * named + [_text(item.get(member)) for member in members] for name, item in rows]
    return style.table([""] * named + members, cells)


def _named(key: str, unit: str | None) -> str:
    return f"{key} ({unit})" if unit else key
