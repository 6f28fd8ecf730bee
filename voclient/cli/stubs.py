"""`voclient stubs`: type stubs of a task package, for type checkers and editors."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from voclient.tasking.calls.stubs import make_module, make_stub
from voclient.tasking.packages.modules import load_package
from voclient.tasking.packages.searchpath import find_package

from . import OK

EPILOG = """\
  voclient stubs mytasks                  ./mytasks.pyi
  voclient stubs ./mytasks -o typings     of a package wherever it lies, into a folder
  voclient stubs mytasks --module         mytasks.py as well, so that `from mytasks import …` works
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", metavar="PACKAGE", help="name of a package on the search path, or its folder")
    parser.add_argument("-o", "--output", metavar="DIR", default=".", help="folder to write to (default: this one), "
                        "or the name of the file (.pyi)")  # fmt: skip
    parser.add_argument("--module", action="store_true", help="write the Python module that binds the package, too")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    options = parser.parse_args(words)
    package = find_package(load_package(options.package).__name__)
    file = options.output
    if not file.endswith(".pyi"):
        os.makedirs(file, exist_ok=True)
        file = os.path.join(file, f"{package.name}.pyi")
    texts = {file: make_stub(package)}
    if options.module:
        texts[file.removesuffix("i")] = make_module(package)
    for name, text in texts.items():
        with open(name, "w", encoding="utf-8") as stream:
            stream.write(text)
        print(name)
    return OK
