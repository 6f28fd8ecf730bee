"""`voclient import`: descriptors of others become ours."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import FAILED, OK
from .drafts import add_output_option, write_draft

EPILOG = """\
Status 0: translated; 1: it says what a descriptor cannot, and the reason is told; 2: it cannot be read.

  voclient import bwa-mem.cwl                  to standard output
  voclient import -o mytasks/ fsl_bet.json     as mytasks/NAME.yaml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a CWL CommandLineTool or a Boutiques descriptor, YAML or JSON")
    add_output_option(parser)


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    from voclient.importers import ImportRefusedError, import_descriptor

    options = parser.parse_args(words)
    try:
        draft = import_descriptor(options.file)
        text = draft.text()
    except ImportRefusedError as error:
        print(f"voclient: {error}", file=sys.stderr)
        return FAILED
    write_draft(text, draft.data["task"], options)
    return OK
