"""Files that are written on behalf of a program: each appears under its name when it is complete, or never."""

from __future__ import annotations

import os
from contextlib import suppress


class WholeFile:
    """A file in the making, in the folder of `path`. It has no name until it is put in place, so that a process that is
    killed leaves nothing behind; where the file system has no such files, a hidden name."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._draft = ""
        folder = os.path.dirname(path) or os.curdir
        try:
            number = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except (OSError, AttributeError):
            import tempfile

            number, self._draft = tempfile.mkstemp(dir=folder, prefix=".voclient-")
        self._file = open(number, "wb")  # noqa: SIM115

    def write(self, data: bytes) -> None:
        """Add to it."""
        self._file.write(data)

    def put_in_place(self, mode: int) -> None:
        """It is complete: replace what was there."""
        try:
            self._file.flush()
            os.fchmod(self._file.fileno(), mode)
            if not self._draft and self._name(self.path):
                return
            if not self._draft:
                # Nothing without a name can replace a file.
                self._draft = os.path.join(os.path.dirname(self.path), f".voclient-{os.urandom(8).hex()}")
                self._name(self._draft)
            os.replace(self._draft, self.path)
            self._draft = ""
        finally:
            self.drop()

    def drop(self) -> None:
        """Forget what is not in place."""
        with suppress(OSError):  # of what could not be written
            self._file.close()
        if self._draft:
            with suppress(OSError):
                os.unlink(self._draft)
            self._draft = ""

    def _name(self, path: str) -> bool:
        """Give it a name; False: there is a file of that name."""
        number = self._file.fileno()
        try:
            # (With a folder's number Python follows the link, which is what names an open file.)
            os.link(f"/proc/self/fd/{number}", path, src_dir_fd=number)
        except FileExistsError:
            return False
        return True
