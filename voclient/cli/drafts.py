"""Where the descriptors go that `voclient new` and `voclient import` write."""

from __future__ import annotations

import argparse
import os
import sys

from voclient.tasking.errors import DescriptorError


def add_output_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE|DIR", help="where to write (default: standard output); in a "
                        "folder the file is named after the task")  # fmt: skip
    parser.add_argument("-f", "--force", action="store_true", help="write over a file that is there")


def write_draft(text: str, task: str, options: argparse.Namespace) -> None:
    """Write a descriptor to where the options say, and tell its name when that is a file."""
    target = options.output
    if target is None:
        sys.stdout.write(text)
        return
    if os.path.isdir(target):
        target = os.path.join(target, f"{task}.yaml")
    try:
        with open(target, "w" if options.force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise DescriptorError(f"{target}: is there already; --force writes over it", file=target) from error
    print(target)
