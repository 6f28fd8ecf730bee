"""An OPset as a notebook shows it. Nothing a program printed gets into the page unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ..results.references import FitsReference, InlineTable, PathReference, Reference, TableReference, TextReference
from ..running.record import Status

if TYPE_CHECKING:
    from .views import Views

ROWS = 5
"""How many rows of a table are shown."""
LENGTH = 200
"""How much of a value, in characters."""
LINES = 20
"""How many lines of a text, or of standard error."""
OPENED = 8 << 20
"""A table of more bytes is not opened to be shown."""
_COLORS = {Status.RUNNING: "#1f6feb", Status.SUCCESS: "#2da44e"}


def page(opset: Views) -> str:
    """All of it in a few elements: how it stands, values, rows, tables, and why it failed."""
    record = opset._record
    with record.changed:
        contents = record.contents
        values, length = contents.single, contents.row_count
        rows = {name: contents.rows(name, 0, ROWS) for name in contents.row_names}
    # What is made of the rows is shown as rows.
    large = {key: value for key, value in values.items() if isinstance(value, Reference) or _is_of_objects(value)}
    single = {key: value for key, value in values.items() if key not in large}
    parts = [_heading(opset)]
    if single:
        parts.append(_values(opset, single))
    if rows:
        names = [_named(key, opset.unit(key)) for key in rows]
        parts.append(_table(names, zip(*rows.values(), strict=True), length, [contents.help(key) for key in rows]))
    for key, value in large.items():
        shown = _opened(value) if isinstance(value, Reference) else _objects(value)
        parts.append(f'<p title="{_text(contents.help(key))}"><b>{_text(key)}</b></p>{shown}')
    if opset.exitstatus not in _COLORS:
        parts.append(_pre(record.message))
        told = record.stderr.tail(4000).decode("utf-8", "replace").splitlines()
        if told:
            parts.append("<p>the end of standard error:</p>" + _pre("\n".join(told[-LINES:])))
    return f'<div class="voclient-opset">{"".join(parts)}</div>'


def _heading(opset: Views) -> str:
    record = opset._record
    color = _COLORS.get(record.status, "#cf222e")
    state = opset.state.partition(" (")[0]  # why it failed is shown apart, and in full
    took = "" if record.began is None else f" {'after' if record.finished else 'for'} {opset.elapsed:.3g} s"
    fraction, text = opset.progress
    if not record.finished and fraction is not None:
        text = f"{fraction:.0%} {text}"
    more = f" <i>{_text(text)}</i>" if text and not record.finished else ""
    return (
        f'<p title="{_text(" ".join(record.argv), 2000)}"><b>{_text(record.descriptor.task)}</b> '
        f'<span style="color:{color}">{_text(state)}</span>{took}{more}</p>'
    )


def _values(opset: Views, values: dict[str, Any]) -> str:
    contents = opset._record.contents
    lines = [(key, _brief(value), opset.unit(key) or "", contents.help(key)) for key, value in values.items()]
    return _table(["", "value", "unit", ""], lines, len(lines))


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _objects(items: list[Mapping[str, Any]]) -> str:
    """A list of objects: their members are columns, those that none has are left out."""
    first = items[: 4 * ROWS]
    members = dict.fromkeys(name for item in first for name in item)
    names = [name for name in members if any(item.get(name) is not None for item in first)]
    cells = [["" if item.get(name) is None else _brief(item[name]) for name in names] for item in first]
    return _table(names, cells, len(items))


def _opened(reference: Reference) -> str:
    if isinstance(reference, PathReference):
        return _pre(str(reference.resolve()))
    capture = getattr(reference, "capture", None)
    try:
        size = 0 if capture is None else len(capture)
        if not reference.is_read and size > OPENED and not isinstance(reference, FitsReference):
            return f"<p>{size:,} bytes, opened when asked for</p>"
        if isinstance(reference, TextReference):
            with reference.capture.open() as file:
                text = file.read(LINES * LENGTH).decode("utf-8", "replace")
            return _pre("\n".join(text.splitlines()[:LINES]) + ("\n…" if size > len(text.encode()) else ""))
        if isinstance(reference, (TableReference, InlineTable)):
            table = reference.resolve()
            names = [_named(name, table[name].unit) for name in table.colnames]
            return _table(names, table[:ROWS].iterrows(), len(table))
        if isinstance(reference, FitsReference):
            headers = [
                (hdu.name, hdu.header.get("XTENSION", "IMAGE"), _extent(hdu.header)) for hdu in reference.resolve()
            ]
            return _table(["HDU", "kind", "axes"], headers, len(headers))
        return f"<p>{_brief_text(reference.resolve())}</p>"
    except Exception as error:  # a page is shown whatever has become of the file
        return f"<p>cannot be shown: {_text(error)}</p>"


def _extent(header: Any) -> str:
    """The lengths of the axes, the first one first."""
    return " x ".join(str(header.get(f"NAXIS{axis}")) for axis in range(1, int(header.get("NAXIS", 0)) + 1))


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]], length: int, titles: Sequence[str] = ()) -> str:
    titles = titles or [""] * len(names)
    head = "".join(
        f'<th title="{_text(title)}">{_text(name)}</th>' if title else f"<th>{_text(name)}</th>"
        for name, title in zip(names, titles, strict=True)
    )
    shown = ["".join(f"<td>{_text(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{cells}</tr>" for cells in shown)
    more = f"<p>{length:,} rows, the first {len(shown)} shown</p>" if length > len(shown) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _named(name: str, unit: object) -> str:
    return f"{name} ({unit})" if unit else name


def _brief(value: Any) -> str:
    """A value in a line; of a long list its beginning."""
    if isinstance(value, (list, tuple)) and len(value) > ROWS:
        return f"{', '.join(map(_brief, value[:ROWS]))}, … ({len(value):,} values)"
    return value if isinstance(value, str) else repr(value)


def _brief_text(value: Any) -> str:
    return _text(_brief(value))


def _text(value: object, length: int = LENGTH) -> str:
    """Escaped, not too long, and encodable."""
    text = str(value)
    if len(text) > length:
        text = text[: length - 1] + "…"
    return escape(text.encode("utf-8", "backslashreplace").decode())


def _pre(text: str) -> str:
    return f"<pre>{_text(text, LINES * LENGTH)}</pre>" if text else ""
