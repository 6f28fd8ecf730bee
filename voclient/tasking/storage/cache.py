"""The data cache: downloads, the outcomes of runs (`cache=True`), and whatever else is worth keeping.

It lies in `$XDG_CACHE_HOME/voclient/data`, or the folder that `VOCLIENT_CACHE` names, and is bounded to
`VOCLIENT_CACHE_SIZE` (`10 GB`); what was used longest ago goes first. Any number of processes may use it at once. Its
place is a disk of this machine: a network file system is refused.
"""

from __future__ import annotations

import os
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import locations
from ..calls import amounts
from ..errors import CacheError
from .store import Entry, Report, Store

if TYPE_CHECKING:
    from .store import Source

__all__ = ["Entry", "Report", "clear", "download", "entries", "folder", "get", "limit", "put", "size", "verify"]

_DEFAULT_LIMIT = "10 GB"
_PATIENCE = 60.0
"""Seconds without a byte after which a download is given up."""
_CONDITIONS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
"""What is asked of a server that has sent something before: by the header in which it said so."""
_NOT_MODIFIED = 304


def folder() -> Path:
    """Where the cache is; it may not exist yet.

    Returns
    -------
    pathlib.Path
        The folder.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> cache.folder().parts[-2:]
    ('voclient', 'data')
    """
    given = os.environ.get("VOCLIENT_CACHE")
    return Path(os.path.abspath(os.path.expanduser(given)) if given else os.path.join(locations.cache_folder(), "data"))


def limit() -> int:
    """How many bytes the cache may hold.

    Returns
    -------
    int
        What `VOCLIENT_CACHE_SIZE` says; 0: nothing is kept.

    Raises
    ------
    CacheError
        It says no size.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> cache.limit()
    10000000000
    """
    text = os.environ.get("VOCLIENT_CACHE_SIZE") or _DEFAULT_LIMIT
    try:
        return amounts.parse_size(text)
    except ValueError as error:
        raise CacheError(f"VOCLIENT_CACHE_SIZE cannot be {text!r}: {error}") from None


def open_store() -> Store:
    """The store behind all this, as the environment says now."""
    return Store(str(folder()), limit())


def put(key: str, source: Source) -> Path:
    """Keep a file.

    Parameters
    ----------
    key : str
        Any name; what was kept under it is replaced.
    source : bytes, path or binary file
        The content.

    Returns
    -------
    pathlib.Path
        The file in the cache: to be read, not changed, as long as the cache keeps it.

    Raises
    ------
    CacheError
        The cache cannot be used, or is smaller than that file.
    OSError
        `source` cannot be read.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> cache.put("greeting", b"hello").read_bytes()
    b'hello'
    """
    return _keep(f"file:{key}", source, "file", {"title": key})


def get(key: str) -> Path | None:
    """Find a file that was `put`.

    Parameters
    ----------
    key : str
        Its name.

    Returns
    -------
    pathlib.Path or None
        The file in the cache, if it is there and sound.

    Raises
    ------
    CacheError
        The cache cannot be used.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> path = cache.put("greeting", b"hello")
    >>> cache.get("greeting") == path
    True
    """
    store = open_store()
    entry = store.get(f"file:{key}")
    return None if entry is None else Path(store.path(entry.files["content"]))


def download(url: str, age: Any = None) -> Path:
    """Fetch what a URL names, once.

    Parameters
    ----------
    url : str
        `http`, `https`, `ftp` or `file`.
    age : optional
        What was fetched longer ago than this is asked for again: seconds, `"1d"`, a timedelta. None: never. A server
        that says it has not changed (by its `ETag` or `Last-Modified`) need not send it.

    Returns
    -------
    pathlib.Path
        The file in the cache: to be read, not changed, as long as the cache keeps it.

    Raises
    ------
    CacheError
        The cache cannot be used, or is smaller than that file.
    OSError
        The URL cannot be fetched (`urllib.error.URLError` and the like), or what came is not whole.
    ValueError
        It is no URL, or `age` no age.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> from voclient.vaopackage import votinfo
    >>> path = cache.download(f"file://{os.getcwd()}/stars.xml", age="1h")
    >>> votinfo(path)["rows"]
    5
    """
    oldest = None if age is None else time.time() - amounts.parse_age(age)
    store = open_store()
    entry = store.get(f"url:{url}")
    if entry is not None and (oldest is None or entry.created >= oldest):
        return Path(store.path(entry.files["content"]))
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    known = {} if entry is None else {name: entry.info[name] for name in _CONDITIONS if name in entry.info}
    try:
        with urlopen(Request(url, headers=known), timeout=_PATIENCE) as answer:
            tags = {name: answer.headers[header] for name, header in _CONDITIONS.items() if answer.headers[header]}
            return _keep(f"url:{url}", _Whole(answer), "download", {"title": url, **tags})
    except HTTPError as error:
        with error:
            if error.code != _NOT_MODIFIED or entry is None:
                raise
        store.renew(entry.key)
        return Path(store.path(entry.files["content"]))


def entries(pattern: str = "*") -> list[Entry]:
    """What is kept.

    Parameters
    ----------
    pattern : str, optional
        As file names are matched; of the task (`vao.votinfo`, `votinfo`), the URL, or the key.

    Returns
    -------
    list of Entry
        The one used last first. Each has `kind` (`run`, `download`, `file`), `title`, `size`, `created`, `used`
        (seconds of the epoch) and more.

    Raises
    ------
    CacheError
        The cache cannot be used.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> path = cache.put("greeting", b"hello")
    >>> [(entry.title, entry.size) for entry in cache.entries("greet*")]
    [('greeting', 5)]
    """
    return [entry for entry in open_store().entries() if _matches(entry, pattern)]


def verify() -> Report:
    """Compute all digests again; remove what is damaged, and what processes that died left over.

    Returns
    -------
    Report
        `checked`, how many objects; `damaged`, a line for each entry removed; `orphans`, how many files of no entry.

    Raises
    ------
    CacheError
        The cache cannot be used.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> cache.verify().damaged
    ()
    """
    return open_store().verify()


def clear(pattern: str | None = None, *, older: Any = None) -> int:
    """Remove entries.

    Parameters
    ----------
    pattern : str, optional
        Those that match, as in `entries`. None: all, and the index too, be it damaged.
    older : optional
        Only those last used longer ago than this: seconds, `"30d"`, a timedelta.

    Returns
    -------
    int
        How many there were.

    Raises
    ------
    CacheError
        The cache cannot be used.
    ValueError
        `older` is no age.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> path = cache.put("greeting", b"hello")
    >>> cache.clear("greet*")
    1
    """
    store = open_store()
    if pattern is None and older is None:
        try:
            return store.empty()
        except CacheError:
            store.destroy()
            return 0
    before = time.time() - (0 if older is None else amounts.parse_age(older))
    chosen = [entry for entry in entries(pattern or "*") if older is None or entry.used < before]
    return store.remove(entry.key for entry in chosen)


def size() -> int:
    """How many bytes are kept.

    Returns
    -------
    int
        The sizes of all files; what two entries share counts once.

    Raises
    ------
    CacheError
        The cache cannot be used.

    Examples
    --------
    >>> from voclient.tasking import cache
    >>> path = cache.put("greeting", b"hello")
    >>> cache.size() >= 5
    True
    """
    return open_store().size()


def _matches(entry: Entry, pattern: str) -> bool:
    names = [entry.title, entry.key]
    if task := entry.info.get("task"):
        names += [task, task.rpartition(".")[2]]
    return any(fnmatchcase(name, pattern) for name in names)


def _keep(key: str, source: Source, kind: str, info: dict[str, Any]) -> Path:
    store = open_store()
    try:
        entry = store.put(key, {"content": source}, kind=kind, info=info)
    except UnicodeEncodeError:
        raise CacheError(f"{key!r} is no text that can be a key", folder=store.folder) from None
    if entry is None:
        most = amounts.show_size(store.limit)
        raise CacheError(
            f"{info['title']} is larger than the cache {store.folder} may be ({most}); set VOCLIENT_CACHE_SIZE",
            folder=store.folder,
        )
    return Path(store.path(entry.files["content"]))


class _Whole:
    """An answer that is refused when it ends before its announced length."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._came = 0
        length = answer.headers.get("Content-Length")
        self._length = int(length) if length and length.isdecimal() else None

    def read(self, size: int) -> bytes:
        data: bytes = self._answer.read(size)
        self._came += len(data)
        if not data and self._length is not None and self._came < self._length:
            raise OSError(f"{self._answer.url}: ended after {self._came} of {self._length} bytes")
        return data
