"""The lines of a help text as one would set them for a reader: an option at most in each. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_BOX = re.compile("[│┃║╭╮╰╯─━╔╗╚╝═┌┐└┘]")
_LEADER = re.compile(r"(?<=\s)\.+(?=\s+--)")
_OPTION = re.compile(r"\s+--?[\w@#?]")
_SECOND = re.compile(r"(?<=\s{2})-{1,2}[A-Za-z0-9@#?]\S*\s+(?=[A-Za-z])")
_PHRASE = re.compile(r"\s*-\S+.*?\s{2,}\S.*[a-z)].*\s{2,}")
_SOLE = r"--?[A-Za-z][\w-]*(?: (?:[A-Z]\S*|\[[^\s\]]+\]\S*|\{\}|[;+](?= |$)))*"
_SEVERAL = re.compile(rf"\s+{_SOLE}(?: {_SOLE}){{2,}}\s*")


def help_lines(text: str) -> list[str]:
    """The lines of a help text, without boxes and TABs.

    Lists in two columns, and lines of nothing but options, become a line for each.

    >>> help_lines("  -p  to a pipe   -l  list\\n  -f  refresh     -t  test\\n  -x  leave out   -d  into\\n")
    ['  -p  to a pipe', '  -l  list', '  -f  refresh', '  -t  test', '  -x  leave out', '  -d  into']
    >>> help_lines("  -mount -size N[bck] -true")
    ['  -mount', '  -size N[bck]', '  -true']
    """
    lines = [_LEADER.sub("  ", _BOX.sub(" ", line)).expandtabs() for line in text.splitlines()]
    column = _second_column(lines)
    return [part.rstrip() for line in lines for part in _parts(line, column)]


def _second_column(lines: list[str]) -> int:
    """Where the second options of many lines begin, behind the phrases of the first; 0: nowhere."""
    found = Counter(
        match.start()
        for line in lines
        if _OPTION.match(line)
        for match in _SECOND.finditer(line)
        if _PHRASE.fullmatch(line[: match.start()])
    )
    column, count = found.most_common(1)[0] if found else (0, 0)
    return column if count >= 3 else 0


def _parts(line: str, column: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip())]
    if _SEVERAL.fullmatch(line):
        yield from (indent + match[0] for match in re.finditer(_SOLE, line))
    elif column and _OPTION.match(line) and line[column - 2 : column] == "  " and line[column : column + 1] == "-":
        yield line[:column]
        yield indent + line[column:]
    else:
        yield line
