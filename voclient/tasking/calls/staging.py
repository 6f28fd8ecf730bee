"""Hand a table to a program: written where the program can open it by name."""

from __future__ import annotations

import os
import tempfile
from typing import Any

_IN_MEMORY = 256 << 20
"""Bytes above which a table goes to disk."""


def stage_table(table: Any, format: str = "votable", rows: str = "BINARY2") -> int:
    """Write a Table to an unnamed file.

    Parameters
    ----------
    table : astropy.table.Table
        The table.
    format : str, optional
        One of `descriptor.TABLE_FORMATS`.
    rows : str, optional
        How a VOTable is to have its rows: one of `environment.TABLE_ROWS`.

    Returns
    -------
    int
        A file descriptor the caller owns; children that inherit it open `/dev/fd/N`.
    """
    stage = _Stage()
    try:
        if format == "votable":
            from ...votable.writing import write_votable

            write_votable(table, stage, rows)
        else:
            _write(table, format, stage)
        os.lseek(stage.fd, 0, os.SEEK_SET)
    except BaseException:
        os.close(stage.fd)
        raise
    return stage.fd


def _write(table: Any, format: str, stage: _Stage) -> None:
    """By way of memory, as astropy's other writers want a file of their own kind."""
    import io

    if format == "fits":
        content = io.BytesIO()
        table.write(content, format="fits")
        stage.write(content.getvalue())
    else:
        from ...votable.mixins import has_mixins, plain_columns

        text = io.StringIO(newline="")
        plain = plain_columns(table)[0] if has_mixins(table) else table
        plain.write(text, format={"csv": "ascii.csv", "tsv": "ascii.tab"}[format])
        stage.write(text.getvalue().encode())


def is_parquet(path: str) -> bool:
    """Whether a path is that of a Parquet file that is there."""
    return path.lower().endswith(".parquet") and os.path.isfile(path)


def read_parquet(path: str) -> Any:
    """The Table of a Parquet file, with the metadata that its columns have."""
    from astropy.table import Table

    try:
        from pyarrow import parquet

        metadata = parquet.read_schema(path).metadata or {}
        is_votable = b"IVOA.VOTable-Parquet.content" in metadata
        return Table.read(path, format="parquet.votable" if is_votable else "parquet")
    except ImportError as error:
        raise ImportError(f"{error} (pip install 'voclient[parquet]' brings what is needed)") from error


class _Stage:
    """A file for `Table.write`: in memory while small, then in an unlinked temporary file."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("table.xml")
        self._size = 0
        self._on_disk = False

    def write(self, data: bytes) -> int:
        self._size += len(data)
        if self._size > _IN_MEMORY and not self._on_disk:
            self._move()
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view) :]
        return len(data)

    def flush(self) -> None:
        pass

    def _move(self) -> None:
        with tempfile.TemporaryFile() as file:
            offset = 0
            while sent := os.sendfile(file.fileno(), self.fd, offset, 1 << 24):
                offset += sent
            os.dup2(file.fileno(), self.fd, inheritable=False)
        os.lseek(self.fd, 0, os.SEEK_END)
        self._on_disk = True
