"""Hand an astropy Table to a program: written as VOTable where the program can open it by name."""

from __future__ import annotations

import os
import tempfile
from typing import Any

_IN_MEMORY = 256 << 20
"""Bytes above which a table goes to disk."""


def stage_table(table: Any) -> int:
    """Write a Table as VOTable to an unnamed file.

    Parameters
    ----------
    table : astropy.table.Table
        The table.

    Returns
    -------
    int
        A file descriptor the caller owns; children that inherit it open `/dev/fd/N`.
    """
    stage = _Stage()
    try:
        table.write(stage, format="votable")
        os.lseek(stage.fd, 0, os.SEEK_SET)
    except BaseException:
        os.close(stage.fd)
        raise
    return stage.fd


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
