"""Boutiques' command line, a text for a shell, as words with marked places. Pure.

The shell of Boutiques splits the text after the values are put in, each in quotes. Only what a shell would take as it
stands, and simple quotes, are words here; all else that means something to a shell is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./^{}\[\]\uE000-\uF8FF-]")
"""Characters that mean themselves (braces and brackets where nothing is expanded, which is looked at apart)."""
_FIRST = 0xE000


def mark(text: str, keys: Iterable[str]) -> str:
    """Put one private character in place of each key, the first for the first key.

    >>> mark("tool [B] [A]", ["[A]", "[B]"])
    'tool \\ue001 \\ue000'
    """
    for i, key in enumerate(keys):
        text = text.replace(key, chr(_FIRST + i))
    return text


def number(character: str) -> int:
    """Which key a character stands for; negative: none."""
    return ord(character) - _FIRST if 0xE000 <= ord(character) <= 0xF8FF else -1


def split(text: str) -> list[str]:
    """The words of a simple shell command; `ValueError` for what a shell would do more with.

    >>> split("tool -x 'a b' \\"c\\" d\\\\ e")
    ['tool', '-x', 'a b', 'c', 'd e']
    >>> split("tool > file")
    Traceback (most recent call last):
        ...
    ValueError: '>' is the shell's: no shell runs here
    """
    words: list[str] = []
    word: str | None = None
    i = 0
    while i < len(text):
        character = text[i]
        if character in " \t":
            words += [] if word is None else [word]
            word = None
        elif character == "'":
            end = text.find("'", i + 1)
            if end < 0:
                raise ValueError("a quote without its end")
            word, i = (word or "") + _quoted(text[i + 1 : end]), end
        elif character == '"':
            end = i + 1
            while end < len(text) and text[end] != '"':
                if text[end] in "$`\\!":
                    raise ValueError(f"{text[end]!r} within quotes is the shell's: no shell runs here")
                end += 1
            if end == len(text):
                raise ValueError("a quote without its end")
            word, i = (word or "") + _quoted(text[i + 1 : end]), end
        elif character == "\\" and i + 1 < len(text) and text[i + 1] not in "\n" and number(text[i + 1]) < 0:
            word, i = (word or "") + text[i + 1], i + 1
        elif _SAFE.match(character) and not (character == "{" and re.match(r"\{[^{}\s]*(,|\.\.)[^{}\s]*\}", text[i:])):
            if character == "[" and "]" in re.split(r"[ \t]", text[i:])[0]:
                raise ValueError("[…] is a pattern of the shell's: no shell runs here")
            word = (word or "") + character
        else:
            raise ValueError(f"{character!r} is the shell's: no shell runs here")
        i += 1
    words += [] if word is None else [word]
    if words and re.match(r"[A-Za-z_]\w*=", words[0]):
        raise ValueError(f"{words[0]!r} sets a variable of the shell")
    return words


def _quoted(text: str) -> str:
    if any(number(character) >= 0 for character in text):
        # The value comes in quotes of its own, which within quotes end them or are characters.
        raise ValueError("a value within quotes")
    if "\n" in text:
        raise ValueError("a line break within quotes")
    return text
