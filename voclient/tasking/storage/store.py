"""A store of files under their SHA-256, with an index in SQLite: for many processes at once, any of which may die.

Files are written beside the objects and put in place by rename. All renames and removals of objects happen under
SQLite's write lock, within the transaction that names them or after the one that forgot them: so a process that dies
leaves at most objects that nobody names (`verify` collects them), and never an entry without its objects. No other
lock is held, and this one for no longer than a few renames.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from ..errors import CacheError
from .fingerprints import digest_of_file, is_settled, stamp_of_file
from .store_index import Index

if TYPE_CHECKING:
    import sqlite3


class Readable(Protocol):
    """An open binary file, as far as it is needed."""

    def read(self, size: int, /) -> bytes: ...


Source: TypeAlias = bytes | str | os.PathLike[str] | Readable
"""Content, the path of a file, or an open one."""

RECENT = 60.0
"""Seconds within which another use of an entry is not written down."""
STALE = 3600.0
"""Seconds after which a file half written is taken for that of a dead process."""
PIECE = 1 << 20
_KNOWN_DIGESTS = 50_000


class Entry(NamedTuple):
    """What is kept under one key."""

    key: str
    kind: str
    """`run`, `download`, or `file`."""
    created: float
    used: float
    """Seconds of the epoch; of the last use, to a minute."""
    size: int
    """Bytes of all its files."""
    info: dict[str, Any]
    files: dict[str, str]
    """Their digests, by name."""

    @property
    def title(self) -> str:
        """The command, the URL, or the key that was given."""
        return str(self.info.get("title") or self.key)


class Report(NamedTuple):
    """What `verify` found."""

    checked: int
    """Objects whose digests were computed again."""
    damaged: tuple[str, ...]
    """What was wrong, a line for each entry; these entries were removed."""
    orphans: int
    """Files of no entry, left by processes that died; they were removed."""


class Store:
    """The store in one folder, bounded to `limit` bytes; entries used longest ago go first.

    Every method opens the index and closes it again, so it may be used by any thread and across forks. `CacheError`
    when the index cannot be used.
    """

    def __init__(self, folder: str, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self._index = Index(folder)

    # Using it.

    def put(self, key: str, files: Mapping[str, Source], *, kind: str, info: Mapping[str, Any]) -> Entry | None:
        """Keep files under a key, in place of what was there; None when they are larger than the whole store may be."""
        drafts: dict[str, _Draft] = {}
        try:
            for name, source in files.items():
                drafts[name] = self._write_draft(source)
            if sum(draft.size for draft in drafts.values()) > self.limit:
                return None
            now = time.time()
            with self._index.changing() as index:
                _, freed = _delete(index, key)
                with self._writing():
                    for draft in drafts.values():
                        self._place(index, draft)
                index.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", (key, kind, now, now, json.dumps(info)))
                names = [(key, name, draft.digest) for name, draft in drafts.items()]
                index.executemany("INSERT INTO files VALUES (?, ?, ?)", names)
                freed += self._evict(index, key)
            self._remove_objects(freed)
        finally:
            for draft in drafts.values():
                with suppress(OSError):
                    os.unlink(draft.path)
        size = sum(draft.size for draft in drafts.values())
        return Entry(key, kind, now, now, size, dict(info), {name: draft.digest for name, draft in drafts.items()})

    def get(self, key: str) -> Entry | None:
        """What is kept under a key, if it is there and sound; it counts as used now. What is damaged is removed."""
        if not self._index.exists:
            return None
        with self._index.reading() as index:
            found = self._select(index, "WHERE entries.key = ?", (key,))
            if not found:
                return None
            stamps = index.execute(
                "SELECT digest, stamp FROM objects WHERE digest IN (SELECT digest FROM files WHERE key = ?)", (key,)
            ).fetchall()
        entry = found[0]
        if len(stamps) != len(set(entry.files.values())):
            return None
        fresh = []
        for digest, stamp in stamps:
            path = self.path(digest)
            now = stamp_of_file(path)
            if now != stamp:
                # Changed, or not seen since this machine was started: believed when its digest is right.
                if digest_of_file(path) != digest:
                    self._drop_damaged(digest)
                    return None
                fresh.append((now, digest))
        used = time.time()
        if fresh or used - entry.used > RECENT:
            with self._index.changing() as index:
                index.executemany("UPDATE objects SET stamp = ? WHERE digest = ?", fresh)
                index.execute("UPDATE entries SET used = ? WHERE key = ?", (used, key))
        return entry

    def renew(self, key: str) -> None:
        """What is kept under a key is as good as what could be put there now."""
        with self._index.changing() as index:
            index.execute("UPDATE entries SET created = ? WHERE key = ?", (time.time(), key))

    def path(self, digest: str) -> str:
        """Where the object of that digest is."""
        return os.path.join(self._index.objects, digest[:2], digest[2:])

    def digests(self, paths: Collection[str]) -> dict[str, str | None]:
        """Digests of files by their absolute paths, None for those that cannot be read; unchanged files whose digest
        is known are not read again."""
        result: dict[str, str | None] = {}
        if not paths:
            return result
        asked = {path: stamp_of_file(path) for path in paths}
        if self._index.exists:
            with self._index.reading() as index:
                for path, stamp in asked.items():
                    query = "SELECT digest FROM digests WHERE path = ? AND stamp = ?"
                    if stamp and (row := index.execute(query, (os.fsencode(path), stamp)).fetchone()):
                        result[path] = row[0]
        found = []
        for path, stamp in asked.items():
            if path not in result:
                digest = result[path] = digest_of_file(path) if stamp else None
                if digest and is_settled(path) and stamp_of_file(path) == stamp:
                    found.append((os.fsencode(path), stamp, digest))
        if found:
            with self._index.changing() as index:
                if index.execute("SELECT count(*) FROM digests").fetchone()[0] > _KNOWN_DIGESTS:
                    index.execute("DELETE FROM digests")
                index.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", found)
        return result

    # Looking after it.

    def entries(self) -> list[Entry]:
        """All entries, the one used last first."""
        if not self._index.exists:
            return []
        with self._index.reading() as index:
            return self._select(index, "ORDER BY used DESC, entries.key")

    def size(self) -> int:
        """Bytes of all objects."""
        if not self._index.exists:
            return 0
        with self._index.reading() as index:
            return _total(index)

    def remove(self, keys: Iterable[str]) -> int:
        """Forget entries; how many there were."""
        count, freed = 0, []
        with self._index.changing() as index:
            for key in keys:
                found, digests = _delete(index, key)
                count += found
                freed += digests
        self._remove_objects(freed)
        return count

    def empty(self) -> int:
        """Forget all entries, and remove what dead processes left; how many there were."""
        if not self._index.exists:
            return 0
        count = self.remove([entry.key for entry in self.entries()])
        self._collect()
        return count

    def destroy(self) -> None:
        """Remove everything, the index as well: for one that is damaged."""
        import shutil

        for name in ("index.sqlite-wal", "index.sqlite-shm", "index.sqlite"):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, name))
        for folder in (self._index.objects, self._index.drafts):
            shutil.rmtree(folder, ignore_errors=True)

    def verify(self) -> Report:
        """Compute all digests again; remove what is damaged, and what dead processes left."""
        if not self._index.exists:
            return Report(0, (), 0)
        with self._index.reading() as index:
            fault = index.execute("PRAGMA quick_check(1)").fetchone()[0]
            if fault != "ok":
                raise self._index.unusable(fault)
            digests = [row[0] for row in index.execute("SELECT digest FROM objects")]
        damaged: list[str] = []
        for digest in digests:
            path = self.path(digest)
            if digest_of_file(path) != digest:
                what = "has been changed" if os.path.exists(path) else "is missing"
                damaged += [f"{name}: its object {digest[:12]}… {what}" for name in self._drop_damaged(digest)]
        with self._index.reading() as index:
            rows = index.execute(
                "SELECT key FROM files WHERE digest NOT IN (SELECT digest FROM objects) OR"
                " key NOT IN (SELECT key FROM entries)"
            ).fetchall()
        if rows:
            self.remove({key for (key,) in rows})
            damaged += [f"{key}: not all of it is there" for (key,) in rows]
        return Report(len(digests), tuple(damaged), self._collect())

    def _collect(self) -> int:
        """Remove objects that no entry names, and old drafts."""
        there = []
        for folder, _, names in os.walk(self._index.objects):
            there += [os.path.basename(folder) + name for name in names]
        with self._index.reading() as index:
            known = {row[0] for row in index.execute("SELECT digest FROM objects")}
        count = self._remove_objects([digest for digest in there if digest not in known])
        with suppress(FileNotFoundError):
            for draft in os.scandir(self._index.drafts):
                with suppress(OSError):
                    if draft.stat().st_mtime < time.time() - STALE:
                        os.unlink(draft.path)
                        count += 1
        return count

    # Objects.

    def _write_draft(self, source: Source) -> _Draft:
        import hashlib
        import tempfile

        digest, size = hashlib.sha256(), 0
        with self._writing():
            self._index.make_folders()
            number, path = tempfile.mkstemp(dir=self._index.drafts)
        try:
            with open(number, "wb", buffering=0) as file:
                for piece in _pieces(source):
                    digest.update(piece)
                    size += len(piece)
                    rest = memoryview(piece)
                    with self._writing():
                        while rest:
                            rest = rest[file.write(rest) :]
                os.fchmod(number, 0o400)
        except BaseException:
            os.unlink(path)
            raise
        return _Draft(path, digest.hexdigest(), size)

    def _place(self, index: sqlite3.Connection, draft: _Draft) -> None:
        path = self.path(draft.digest)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.rename(draft.path, path)
        index.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (draft.digest, draft.size, stamp_of_file(path))
        )

    def _remove_objects(self, digests: Iterable[str]) -> int:
        """Unlink objects, unless they have come back."""
        count = 0
        digests = list(digests)
        if digests:
            with self._index.changing() as index:
                for digest in digests:
                    if not index.execute("SELECT 1 FROM objects WHERE digest = ?", (digest,)).fetchone():
                        with suppress(FileNotFoundError):
                            os.unlink(self.path(digest))
                            count += 1
        return count

    def _drop_damaged(self, digest: str) -> list[str]:
        """Remove the entries of an object that is not what it was, unless it has been put anew; what they were."""
        with self._index.changing() as index:
            if digest_of_file(self.path(digest)) == digest:
                return []
            found = self._select(index, "WHERE entries.key IN (SELECT key FROM files WHERE digest = ?)", (digest,))
            freed = [digest]
            for entry in found:
                freed += _delete(index, entry.key)[1]
        self._remove_objects(freed)
        return [entry.title for entry in found]

    def _evict(self, index: sqlite3.Connection, newest: str) -> list[str]:
        """Forget entries used longest ago until the rest is within the limit; the objects that nobody names now."""
        freed: list[str] = []
        excess = _total(index) - self.limit
        if excess > 0:
            query = "SELECT key FROM entries WHERE key != ? ORDER BY used, created"
            for (key,) in index.execute(query, (newest,)).fetchall():
                query = "SELECT sum(size) FROM objects WHERE digest IN (SELECT digest FROM files WHERE key = ?)"
                query += " AND NOT EXISTS (SELECT 1 FROM files WHERE digest = objects.digest AND key != ?)"
                excess -= index.execute(query, (key, key)).fetchone()[0] or 0
                freed += _delete(index, key)[1]
                if excess <= 0:
                    break
        return freed

    # The index.

    def _select(self, index: sqlite3.Connection, condition: str, values: tuple[Any, ...] = ()) -> list[Entry]:
        rows = index.execute(f"SELECT key, kind, created, used, info FROM entries {condition}", values).fetchall()
        result = []
        for key, kind, created, used, info in rows:
            files = index.execute(
                "SELECT name, files.digest, size FROM files LEFT JOIN objects USING (digest) WHERE key = ?", (key,)
            ).fetchall()
            sizes = {digest: size or 0 for _, digest, size in files}
            names = {name: digest for name, digest, _ in files}
            result.append(Entry(key, kind, created, used, sum(sizes.values()), json.loads(info), names))
        return result

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CacheError(
                f"the cache {self.folder} cannot be written: {error.strerror or error}", folder=self.folder
            ) from error


class _Draft(NamedTuple):
    path: str
    digest: str
    size: int


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")
    else:
        yield from iter(lambda: source.read(PIECE), b"")


def _total(index: sqlite3.Connection) -> int:
    """Bytes of all objects."""
    return int(index.execute("SELECT sum(size) FROM objects").fetchone()[0] or 0)


def _delete(index: sqlite3.Connection, key: str) -> tuple[int, list[str]]:
    """Forget an entry, if it is there, and the objects that it alone named; their files are still to be removed."""
    digests = {row[0] for row in index.execute("SELECT digest FROM files WHERE key = ?", (key,))}
    index.execute("DELETE FROM files WHERE key = ?", (key,))
    count = index.execute("DELETE FROM entries WHERE key = ?", (key,)).rowcount
    freed = []
    for digest in digests:
        if not index.execute("SELECT 1 FROM files WHERE digest = ?", (digest,)).fetchone():
            index.execute("DELETE FROM objects WHERE digest = ?", (digest,))
            freed.append(digest)
    return count, freed
