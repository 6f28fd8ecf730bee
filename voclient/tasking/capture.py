"""Captured output of a program: in memory while small, in an unlinked temporary file above."""

from __future__ import annotations

import io
import os
from typing import IO, BinaryIO

IN_MEMORY = 1 << 20


class CapturedOutput:
    """Bytes of one stream, kept for as long as somebody may read them.

    One thread writes; any may read meanwhile, and sees what had come when it opened.
    """

    __slots__ = ("_file", "_memory", "_size", "closed")

    def __init__(self, data: bytes = b"") -> None:
        self._memory = bytearray(data)
        self._file: IO[bytes] | None = None
        self._size = len(data)
        self.closed = False

    def __len__(self) -> int:
        return self._size

    def write(self, data: bytes) -> None:
        """Add to the end; OSError when there is no room left for the file."""
        if self._file is None:
            if self._size + len(data) <= IN_MEMORY:
                self._memory += data
                self._size += len(data)
                return
            import tempfile

            file = tempfile.TemporaryFile(prefix="voclient-", buffering=0)  # noqa: SIM115
            _write_all(file, self._memory)
            self._file = file
            # Readers may be copying the old one: it is replaced, not emptied.
            self._memory = bytearray()
        _write_all(self._file, data)
        self._size += len(data)

    def open(self) -> BinaryIO:
        """Open what has come so far for reading, from its start; it may be read after `close`."""
        file = self._file
        if file is not None and not self.closed:
            # A new open file of the same inode: its position is its own.
            return open(f"/proc/self/fd/{file.fileno()}", "rb")
        self._check_kept()
        return io.BytesIO(self._memory)

    def read(self) -> bytes:
        """All that has come so far."""
        file = self._file
        if file is not None and not self.closed:
            return os.pread(file.fileno(), self._size, 0) if self._size < 1 << 30 else self._read_long()
        self._check_kept()
        return bytes(self._memory)

    def tail(self, size: int) -> bytes:
        """The last bytes, at most `size` of them."""
        file = self._file
        if file is not None and not self.closed:
            return os.pread(file.fileno(), size, max(0, self._size - size))
        return bytes(self._memory[-size:])

    def close(self) -> None:
        """Give the file back. What was small enough for memory stays readable."""
        self.closed = True
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[CapturedOutput], tuple[bytes]]:
        return CapturedOutput, (b"" if self._file is not None and self.closed else self.read(),)

    def _read_long(self) -> bytes:
        # One read(2) gives 2 GiB at most.
        with self.open() as file:
            return file.read(self._size)

    def _check_kept(self) -> None:
        if self._file is not None:
            raise ValueError(f"these {self._size} bytes of output are gone: the result was closed")


def _write_all(file: IO[bytes], data: bytes | bytearray) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
