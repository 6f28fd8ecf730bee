"""The index of a store: one SQLite database in its folder, opened for each transaction."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import CacheError

if TYPE_CHECKING:
    import sqlite3

PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""
_VERSION = 1
_SCHEMA = (
    "CREATE TABLE entries (key TEXT PRIMARY KEY, kind TEXT NOT NULL, created REAL NOT NULL, used REAL NOT NULL,"
    " info TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE files (key TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (key, name))"
    " WITHOUT ROWID",
    "CREATE INDEX files_of_object ON files (digest)",
    "CREATE TABLE objects (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, stamp TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE digests (path BLOB PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {_VERSION}",
)
_REMOTE = (
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "gpfs", "beegfs", "panfs", "pvfs2", "orangefs",
    "glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.ceph", "davfs", "fuse.davfs2",
)  # fmt: skip


class Index:
    """The index in a folder, and the folders beside it. `CacheError` when it cannot be used."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = os.path.join(folder, "index.sqlite")
        self.objects = os.path.join(folder, "objects")
        self.drafts = os.path.join(folder, "drafts")

    @property
    def exists(self) -> bool:
        return os.path.exists(self.file)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the index, whatever others do meanwhile."""
        with self._transaction("BEGIN") as index:
            yield index

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction under the write lock; it is rolled back when its block raises."""
        with self._transaction("BEGIN IMMEDIATE") as index:
            yield index

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        import sqlite3

        index = self._open()
        try:
            index.execute(begin)
            yield index
            index.execute("COMMIT")
        except (sqlite3.Error, ValueError) as error:
            raise self.unusable(error) from error
        finally:
            # What is not committed is rolled back.
            index.close()

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        try:
            self.make_folders()
        except OSError as error:
            raise CacheError(
                f"the cache {self.folder} cannot be made: {error.strerror}; name another folder in VOCLIENT_CACHE",
                folder=self.folder,
            ) from error
        deadline = time.monotonic() + PATIENCE
        while True:
            index = None
            try:
                index = sqlite3.connect(self.file, timeout=PATIENCE, isolation_level=None)
                self._set_up(index)
                return index
            except sqlite3.Error as error:
                if index is not None:
                    index.close()
                # Switching to WAL, and recovering after a crash, do not wait for others by themselves.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise self.unusable(error) from error
                time.sleep(0.02)

    def _set_up(self, index: sqlite3.Connection) -> None:
        version = index.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise CacheError(
                f"the cache {self.folder} is that of a newer VOClient; name another folder in VOCLIENT_CACHE",
                folder=self.folder,
            )
        index.execute("PRAGMA synchronous = NORMAL")
        if version < _VERSION:
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("BEGIN IMMEDIATE")
            if index.execute("PRAGMA user_version").fetchone()[0] < _VERSION:
                for statement in _SCHEMA:
                    index.execute(statement)
            index.execute("COMMIT")

    def make_folders(self) -> None:
        try:
            owner = os.stat(self.drafts).st_uid
        except FileNotFoundError:
            owner = None
        if owner is not None and owner != os.geteuid():
            raise CacheError(
                f"the cache {self.folder} is another user's; name a folder of your own in VOCLIENT_CACHE",
                folder=self.folder,
            )
        if owner is None:
            if kind := network_file_system(self.folder):
                raise CacheError(
                    f"the cache {self.folder} is on a network file system ({kind}), where its index is not safe; "
                    "name a folder on a disk of this machine in VOCLIENT_CACHE",
                    folder=self.folder,
                )
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            os.makedirs(self.objects, mode=0o700, exist_ok=True)
            os.makedirs(self.drafts, mode=0o700, exist_ok=True)

    def unusable(self, error: Exception | str) -> CacheError:
        import sqlite3

        text = f"the cache {self.folder} cannot be used: {error}"
        if not isinstance(error, sqlite3.OperationalError):
            text += "; `voclient cache clear` makes a new one"
        return CacheError(text, folder=self.folder)


def network_file_system(folder: str, mounts: str = "/proc/self/mountinfo") -> str | None:
    """The kind of file system a folder is on, if it is one of a network."""
    folder = os.path.realpath(folder)
    best, kind = "", ""
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                fields, _, rest = line.partition(" - ")
                place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields.split()[4])
                inside = folder == place or folder.startswith(place.rstrip("/") + "/")
                if inside and len(place) >= len(best):
                    best, kind = place, rest.split()[0]
    except OSError:
        return None
    return kind if kind in _REMOTE else None
