"""`voclient new`: a descriptor drafted from a program's own help."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import OK
from .drafts import add_output_option, write_draft

EPILOG = """\
The program is run with --help, else with -h: without input, without a terminal, for 10 seconds at most.
What it says is guessed at; comments in the draft say what to look at.

  voclient new sort                        to standard output
  voclient new -o mytasks/ ./reduce.py     as mytasks/reduce_py.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("executable", metavar="EXECUTABLE", help="a program's name, or its path")
    parser.add_argument("--help-option", action="append", metavar="WORD", help="what to ask for help with (default: "
                        "--help, then -h); write --help-option=--usage")  # fmt: skip
    parser.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="for each question (10)")
    add_output_option(parser)


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    from voclient.importers.help_text import draft_from_program

    options = parser.parse_args(words)
    draft = draft_from_program(options.executable, options.help_option or ("--help", "-h"), timeout=options.timeout)
    write_draft(draft.text(), draft.data["task"], options)
    return OK
