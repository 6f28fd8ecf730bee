"""`voclient list`: packages and tasks by pattern."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase

from voclient.tasking.descriptors.descriptor import Descriptor, Package, Place
from voclient.tasking.errors import ExecutableNotFoundError
from voclient.tasking.packages.executables import find_executable
from voclient.tasking.packages.index import Entry, index_package
from voclient.tasking.packages.searchpath import find_packages, get_task_path

from . import FAILED, OK, style

EPILOG = """\
A pattern (*, ?, [ab]) chooses tasks by their names, alone or as package.task.

  voclient list               all
  voclient list 'vot*'        the tasks whose names begin with vot
  voclient list 'vao.*'       the tasks of one package
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pattern", nargs="?", default="*", help="names to list (default: all)")
    parser.add_argument("--json", action="store_true", help="print a JSON array of objects")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    options = parser.parse_args(words)
    found = [
        (package, [entry for entry in index_package(package) if _matches(entry, package.name, options.pattern)])
        for package in find_packages()
    ]
    found = [(package, entries) for package, entries in found if entries or options.pattern in ("*", package.name)]
    if options.json:
        items = [
            {"package": package.name, "version": package.version, "task": entry.task, "summary": entry.summary,
             "program": _program(package, entry)}
            for package, entries in found for entry in entries
        ]  # fmt: skip
        print(json.dumps(items, indent=2, ensure_ascii=False))
        return OK
    if not found:
        what = "no task packages" if options.pattern == "*" else f"no task matches {options.pattern!r}"
        print(f"voclient: {what} (searched: {', '.join(get_task_path())})", file=sys.stderr)
        return FAILED
    longest = max((len(entry.task) for _, entries in found for entry in entries), default=0)
    for i, (package, entries) in enumerate(found):
        if style.is_terminal():
            print("\n" * (i > 0) + f"{style.bold(package.name)} {style.dim(package.version)}  {package.summary}")
        for entry in entries:
            if style.is_terminal():
                text = style.hang(summary_of(package, entry), longest + 4)
                print(f"  {style.bold(entry.task.ljust(longest))}  {text}")
            else:
                print(f"{package.name}.{entry.task}\t{summary_of(package, entry)}")
    return OK


def _matches(entry: Entry, package: str, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (entry.task, package, f"{package}.{entry.task}"))


def _program(package: Package, entry: Entry) -> str | None:
    """Where its program is found, if it is."""
    place = Place(os.path.join(package.folder, f"{entry.task}.yaml"), 1, 1)
    try:
        return find_executable(Descriptor(entry.task, "", entry.executable, place, bindir=package.bindir))
    except ExecutableNotFoundError:
        return None


def summary_of(package: Package, entry: Entry) -> str:
    """What a task does, or why it does nothing: its descriptor is wrong, its program missing."""
    if entry.error:
        return style.bad("(wrong descriptor: see `voclient check`)")
    missing = "" if _program(package, entry) else style.bad(f" (no program {entry.executable!r} here)")
    return f"{entry.summary}{missing}"
