"""Which files a call names: as values of its parameters, and in the words of its command line."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE_URL = "file://"
_LONGEST = 4096
"""No path is longer."""


def named_values(descriptor: Descriptor, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each value that may be a path or a URL, after the name of its parameter."""
    for parameter in descriptor.parameters:
        if parameter.type in ("path", "table", "url"):
            value = values.get(parameter.name)
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, (str, os.PathLike)):
                    yield parameter.name, os.fspath(item)


def find_files(descriptor: Descriptor, values: Mapping[str, Any], words: list[str], folder: str) -> dict[str, str]:
    """Absolute paths that the call names, with the parameter's name where it is one's value.

    Values of `path`, `table` and `url` (`file://`) parameters whether there is such a file or not; of other words,
    whole, behind `=` or behind `@`, those that name an existing regular file.
    """
    found: dict[str, str] = {}
    for name, value in named_values(descriptor, values):
        if path := _as_path(value, folder):
            found.setdefault(path, name)
    for word in words:
        for part in dict.fromkeys(_parts(word)):
            path = _as_path(part, folder)
            if path and path not in found and is_regular(path):
                found[path] = ""
    return found


def find_urls(descriptor: Descriptor, values: Mapping[str, Any], words: list[str]) -> list[str]:
    """What the call names on other machines."""
    texts = [value for _, value in named_values(descriptor, values)]
    texts += [part for word in words for part in _parts(word)]
    return [text for text in dict.fromkeys(texts) if _URL.match(text) and not text.lower().startswith(_FILE_URL)]


def _parts(word: str) -> tuple[str, str, str]:
    """What of a word may be a name: the whole, what is behind `=`, what is behind `@`."""
    return word, word.partition("=")[2], word.lstrip("@")


def is_regular(path: str) -> bool:
    """Whether there is a regular file of that name."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _as_path(text: str, folder: str) -> str | None:
    if text.lower().startswith(_FILE_URL):
        from urllib.parse import unquote, urlsplit

        text = unquote(urlsplit(text).path)
    if not text or len(text) > _LONGEST or "\0" in text or _URL.match(text) or text.startswith("/dev/fd/"):
        return None
    return os.path.normpath(os.path.join(folder, text))
