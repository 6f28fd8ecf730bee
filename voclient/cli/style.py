"""How output looks: bold and dim on a terminal, plain in a pipe."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence


def is_terminal() -> bool:
    """Whether standard output is read by a person."""
    return sys.stdout.isatty()


def bold(text: str) -> str:
    return _paint(text, "1")


def dim(text: str) -> str:
    return _paint(text, "2")


def good(text: str) -> str:
    return _paint(text, "32")


def bad(text: str) -> str:
    return _paint(text, "31")


def _paint(text: str, code: str) -> str:
    plain = not is_terminal() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\033[{code}m{text}\033[0m"


def width() -> int:
    """Columns to write in: a terminal's own, at most 100."""
    return min(shutil.get_terminal_size((100, 24)).columns, 100)


def wrap(text: str, indent: int) -> str:
    """Text in paragraphs, indented."""
    blanks = " " * indent
    return "\n".join(
        textwrap.fill(
            paragraph, max(width(), indent + 20), initial_indent=blanks, subsequent_indent=blanks,
            break_long_words=False, break_on_hyphens=False,
        )
        for paragraph in text.splitlines()
    )  # fmt: skip


def hang(text: str, indent: int) -> str:
    """The same, for a first line on which something stands already."""
    return wrap(text, indent).lstrip()


def definitions(items: Iterable[tuple[str, str, str]]) -> str:
    """Names with a phrase beside and a text below, aligned."""
    rows = list(items)
    longest = min(max((len(name) for name, _, _ in rows), default=0), 24)
    lines = []
    for name, phrase, text in rows:
        lines.append(f"  {bold(name.ljust(longest))}  {dim(hang(phrase, longest + 4))}".rstrip())
        if text:
            lines.append(wrap(text, longest + 4))
    return "\n".join(lines)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under their names; numbers to the right."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, (name, *(row[i] for row in cells)))) for i, name in enumerate(header)]
    right = [all(_is_number(row[i]) for row in cells) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip()

    return "\n".join([bold(line(header)), *map(line, cells)])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
