"""`voclient cache`: what is kept, whether it is sound, and away with it."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from voclient.tasking import cache
from voclient.tasking.calls import amounts

from . import FAILED, OK, style

if TYPE_CHECKING:
    from voclient.tasking.storage.store import Entry

ACTIONS = ("list", "size", "path", "verify", "clear")
EPILOG = """\
  voclient cache list ['vao.*']           downloads, and runs made with cache=True; those used last first
  voclient cache size                     how much is kept, and how much may be (VOCLIENT_CACHE_SIZE)
  voclient cache path                     where (VOCLIENT_CACHE)
  voclient cache verify                   compute all digests again; what is damaged is removed, and status 1 says so
  voclient cache clear                    remove everything
  voclient cache clear votinfo            … of one task; of a URL or key by pattern: 'https://example.org/*'
  voclient cache clear --older 30d        … not used for so long (s, min, h, d, w, y)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help=", ".join(ACTIONS))
    parser.add_argument("pattern", nargs="?", help="list, clear: names of tasks, URLs or keys to choose")
    parser.add_argument("--older", metavar="AGE", help="list, clear: only what was last used longer ago")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    options = parser.parse_args(words)
    chooses = options.action in ("list", "clear")
    if not chooses and (options.pattern is not None or options.older is not None):
        parser.error(f"{options.action} takes no {'pattern' if options.pattern is not None else '--older'}")
    oldest = None
    if options.older is not None:
        try:
            oldest = amounts.parse_age(options.older)
        except ValueError as error:
            parser.error(f"--older cannot be {options.older!r}: {error}")
    if options.action == "list":
        return _list(options.pattern or "*", oldest, options.json)
    if options.action == "clear":
        return _clear(options.pattern, oldest, options.json)
    if options.action == "verify":
        return _verify(options.json)
    if options.action == "size":
        kept, most = cache.size(), cache.limit()
        _tell({"size": kept, "limit": most}, f"{amounts.show_size(kept)} of {amounts.show_size(most)}", options.json)
    else:
        _tell({"path": str(cache.folder())}, str(cache.folder()), options.json)
    return OK


def _list(pattern: str, oldest: float | None, as_json: bool) -> int:
    now = time.time()
    found = [entry for entry in cache.entries(pattern) if oldest is None or now - entry.used > oldest]
    if as_json:
        print(json.dumps([_described(entry) for entry in found], indent=2, ensure_ascii=False))
        return OK
    rows = [
        (amounts.show_age(now - entry.created), amounts.show_age(now - entry.used), amounts.show_size(entry.size),
         entry.info.get("task") or entry.kind, _line(entry.title))
        for entry in found
    ]  # fmt: skip
    if not style.is_terminal():
        for row in rows:
            print("\t".join(row))
    elif rows:
        print(style.table(("age", "last used", "size", "task", "what"), rows))
    return OK


def _clear(pattern: str | None, oldest: float | None, as_json: bool) -> int:
    count = cache.clear(pattern, older=oldest)
    _tell({"removed": count}, f"{count} {'entry' if count == 1 else 'entries'} removed", as_json)
    if pattern is not None and count == 0 and oldest is None:
        print(f"voclient: nothing in the cache matches {shlex.quote(pattern)}", file=sys.stderr)
        return FAILED
    return OK


def _verify(as_json: bool) -> int:
    report = cache.verify()
    text = f"{report.checked} checked, {len(report.damaged)} damaged, {report.orphans} left over"
    _tell(report._asdict(), text, as_json)
    for line in report.damaged:
        print(f"voclient: {line} (removed)", file=sys.stderr)
    return FAILED if report.damaged else OK


def _described(entry: Entry) -> dict[str, Any]:
    known: dict[str, Any] = {name: entry.info[name] for name in ("task", "argv", "cwd") if name in entry.info}
    times = {
        name: datetime.fromtimestamp(seconds, UTC).isoformat()
        for name, seconds in (("created", entry.created), ("used", entry.used))
    }
    return {"kind": entry.kind, "title": entry.title, **known, "size": entry.size, **times, "files": entry.files}


def _line(text: str) -> str:
    """A title on one line, without anything a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _tell(data: dict[str, Any], text: str, as_json: bool) -> None:
    print(json.dumps(data, ensure_ascii=False) if as_json else text)
