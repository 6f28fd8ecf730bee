"""Values that are opened on first use: tables, FITS files, texts, paths."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from ..descriptors.descriptor import Key, Section
from .convert import REFERENCE_TYPES
from .delimited import DELIMITERS

if TYPE_CHECKING:
    from . import Capture

JSON_TABLE, JSON_LINES_TABLE = "json table", "json lines table"
"""What the tools write as json and jsonl; a descriptor's own json and jsonl are read for its keys."""

SERIALIZATIONS = {
    **dict.fromkeys(("vot", "xml", "raw", "votb", "votb2", "votfits"), "votable"),
    "ascii": "asv",
    "html": "text",
    "shtml": "text",
    "json": JSON_TABLE,
    "jsonl": JSON_LINES_TABLE,
}
"""Names the tools have for formats, where a section takes its format from a parameter, that go by another name here."""

TABLE_FORMATS = frozenset({"votable", "fits", "csv", "tsv", "ecsv", JSON_TABLE, JSON_LINES_TABLE})
"""Serialisations that become a table; others become a text, unless the section asks for a table only."""


class Reference:
    """A value not read yet. `resolve` reads it once, from any thread, and keeps it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: Any = None
        self.is_read = False

    def resolve(self) -> Any:
        """The value: an astropy Table or HDUList, a str, a path."""
        with self._lock:
            if not self.is_read:
                self._value = self._read()
                self.is_read = True
            return self._value

    def _read(self) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        """Give back what it holds open."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()


class FileCapture:
    """A file a program wrote, read like captured output."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def open(self) -> BinaryIO:
        return open(self.path, "rb")

    def __len__(self) -> int:
        return os.stat(self.path).st_size


class TextReference(Reference):
    """The whole output as a str."""

    def __init__(self, capture: Capture) -> None:
        super().__init__()
        self.capture = capture

    def _read(self) -> str:
        with self.capture.open() as file:
            return file.read().decode("utf-8", "surrogateescape")


class TableReference(Reference):
    """The whole output as an astropy Table."""

    def __init__(self, capture: Capture, section: Section, format: str) -> None:
        super().__init__()
        self.capture = capture
        self.section = section
        self.format = format

    def _read(self) -> Any:
        from . import tables

        with self.capture.open() as file:
            return tables.read_table(file, self.format, self.section)


class FitsReference(Reference):
    """A FITS file as an astropy HDUList: headers and data are read when they are looked at, data of a file mapped."""

    def __init__(self, capture: Capture) -> None:
        super().__init__()
        self.capture = capture

    def _read(self) -> Any:
        from .tables import open_fits

        return open_fits(self.capture)

    def close(self) -> None:
        with self._lock:
            if self.is_read:
                self._value.close()


class InlineTable(Reference):
    """A table that came as the text of a VOTable document, on the OPset channel."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def _read(self) -> Any:
        from io import BytesIO

        from .tables import read_table

        return read_table(BytesIO(self.text.encode("utf-8", "replace")), "votable", Section("votable"))


class PathReference(Reference):
    """A file a program wrote, as a `pathlib.Path`."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self.place = os.path.abspath(path)
        """The same wherever the working directory is by then."""

    def _read(self) -> Any:
        from pathlib import Path

        return Path(self._path)


class ListReference(Reference):
    """Several references under one key, resolved to a list."""

    def __init__(self, references: list[Reference]) -> None:
        super().__init__()
        self.references = references

    def _read(self) -> list[Any]:
        return [reference.resolve() for reference in self.references]

    def close(self) -> None:
        for reference in self.references:
            reference.close()


def reference_keys(section: Section) -> list[Key]:
    """The keys of a section that stand for its whole output."""
    found = [key for key in section.keys if key.type in REFERENCE_TYPES]
    if section.key and section.format not in ("json", "lines"):
        found.append(Key(section.key, "text" if section.format == "text" else "table"))
    return found


def find_references(section: Section, format: str, capture: Capture, path: str | None = None) -> dict[str, Reference]:
    """References to a complete output; one of no bytes has none but its path. `path` is its file's, if it is one."""
    keys = reference_keys(section)
    if format != section.format:
        format = SERIALIZATIONS.get(format, format)
    only_tables = not any(key.type == "text" for key in keys)
    is_table = format in TABLE_FORMATS or (only_tables and format in DELIMITERS)
    if format in (JSON_TABLE, JSON_LINES_TABLE) and not any(key.type == "table" for key in keys):
        is_table = False
    has_rows = any(key.type not in REFERENCE_TYPES for key in section.keys)
    found: dict[str, Reference] = {}
    for key in keys:
        if key.type == "path":
            if path is not None:
                found[key.name] = PathReference(path)
        elif len(capture) == 0:
            continue
        elif key.type == "text":
            if not is_table:
                found[key.name] = TextReference(capture)
        elif key.type == "fits":
            if format == "fits":
                found[key.name] = FitsReference(capture)
        elif is_table and not has_rows:
            found[key.name] = TableReference(capture, section, format)
    return found
