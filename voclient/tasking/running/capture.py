"""Captured output of a program: in memory while small, in an unlinked temporary file above."""

from __future__ import annotations

import io
import os
from typing import IO, Any, BinaryIO

IN_MEMORY = 1 << 20


class CapturedOutput:
    """Bytes of one stream, kept for as long as somebody may read them.

    One thread writes; any may read meanwhile, and sees what had come when it opened.
    """

    __slots__ = ("_file", "_memory", "_size", "closed")

    def __init__(self, data: bytes = b"") -> None:
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0
        self.closed = False
        if data:
            self.write(data)

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> CapturedOutput:
        """What a file holds. It stays readable when the file is removed; replaced it may be, changed it must not."""
        capture = cls()
        capture._file = open(path, "rb", buffering=0)  # noqa: SIM115
        capture._size = os.fstat(capture._file.fileno()).st_size
        return capture

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
            _write_all(file, self._memory, 0)
            self._file = file
            # Readers may be copying the old one: it is replaced, not emptied.
            self._memory = bytearray()
        _write_all(self._file, data, self._size)
        self._size += len(data)

    def open(self) -> BinaryIO:
        """Open what has come so far for reading, from its start; it may be read after `close`."""
        memory, file = self._memory, self._file
        if file is not None and not self.closed:
            # A new open file of the same inode: its position is its own.
            return open(f"/proc/self/fd/{file.fileno()}", "rb")
        self._check_kept()
        return io.BytesIO(memory)

    def read(self) -> bytes:
        """All that has come so far."""
        memory, file = self._memory, self._file
        if file is not None and not self.closed:
            return os.pread(file.fileno(), self._size, 0) if self._size < 1 << 30 else self._read_long()
        self._check_kept()
        return bytes(memory)

    def piece(self, start: int, size: int) -> bytes:
        """So many bytes from a place on."""
        memory, file = self._memory, self._file
        if file is not None and not self.closed:
            return os.pread(file.fileno(), size, start)
        self._check_kept()
        return bytes(memory[start : start + size])

    def tail(self, size: int) -> bytes:
        """The last bytes, at most `size` of them."""
        memory, file = self._memory, self._file
        if file is not None and not self.closed:
            return os.pread(file.fileno(), size, max(0, self._size - size))
        return bytes(memory[-size:])

    def close(self) -> None:
        """Give the file back. What was small enough for memory stays readable."""
        self.closed = True
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        self.close()

    def __copy__(self) -> CapturedOutput:
        """The same bytes, closed on its own. Nothing may be written to either any more."""
        capture = CapturedOutput()
        capture._memory, capture._size, capture.closed = self._memory, self._size, self.closed
        if self._file is not None:
            capture._file = _LOST if self.closed else os.fdopen(os.dup(self._file.fileno()), "rb", buffering=0)
        return capture

    def __deepcopy__(self, _: object) -> CapturedOutput:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        if self._file is not None and self.closed:
            return _closed, (self._size,)
        return CapturedOutput, (self.read(),)

    def _read_long(self) -> bytes:
        # One read(2) gives 2 GiB at most.
        with self.open() as file:
            return file.read(self._size)

    def _check_kept(self) -> None:
        if self._file is not None:
            raise ValueError(f"these {self._size} bytes of output are gone: the result was closed")


_LOST: IO[bytes] = io.BytesIO()
"""Stands for a file that is closed, or that stayed in another process."""
_LOST.close()


def _closed(size: int) -> CapturedOutput:
    capture = CapturedOutput()
    capture._file, capture._size, capture.closed = _LOST, size, True
    return capture


def _write_all(file: IO[bytes], data: bytes | bytearray, place: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file.fileno(), rest, place)
        rest, place = rest[written:], place + written
