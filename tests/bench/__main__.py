"""`make bench`: the figures of docs/performance.md, all ratios from this one run.

usage: python tests/bench [framework | peers | tools | joins | exchange | downloads] [--rows N] [--no-peers]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import downloads
import exchange
import framework
import joins
import peers
import tools
from data import FOLDER


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/bench", description="Measure VOClient against its peers.")
    parts = ["framework", "peers", "tools", "joins", "exchange", "downloads"]
    parser.add_argument("part", nargs="?", choices=parts, help="default: all but peers")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large table (default: 1000000)")
    parser.add_argument("--no-peers", action="store_true", help="leave out STILTS and astropy")
    arguments = parser.parse_args()
    if arguments.part == "peers":
        print("## Frameworks that run programs\n", *peers.report(FOLDER / "peers"), sep="\n", flush=True)
        return
    if arguments.part in (None, "framework"):
        print("## The tasking framework\n", *framework.report(), "", sep="\n", flush=True)
    if arguments.part in (None, "tools"):
        print("## The table tools\n", *tools.report(arguments.rows, not arguments.no_peers), "", sep="\n", flush=True)
    if arguments.part in (None, "joins"):
        print("## Joins\n", *joins.report(arguments.rows, not arguments.no_peers), "", sep="\n", flush=True)
    if arguments.part in (None, "exchange"):
        print("## Tables in and out of Python\n", *exchange.report(arguments.rows), sep="\n", flush=True)
    if arguments.part in (None, "downloads"):
        print("## Downloads\n", *downloads.report(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
