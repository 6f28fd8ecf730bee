"""`voclient check`: are descriptors right, and do their examples give what they say."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence

from voclient.tasking.calls.binding import spell_call
from voclient.tasking.descriptors.descriptor import Descriptor, Package
from voclient.tasking.descriptors.loading import check_aliases, check_units, load_descriptor, load_package_file
from voclient.tasking.errors import DescriptorError, TaskError
from voclient.tasking.packages.examples import run_example
from voclient.tasking.packages.executables import find_executable
from voclient.tasking.packages.modules import load_task
from voclient.tasking.packages.searchpath import PACKAGE_FILE, is_descriptor

from . import FAILED, OK, USAGE, style

EPILOG = """\
Status 0: all is well; 1: an example gives something else; 2: a descriptor, or a line of the channel, is wrong.

  voclient check mytask.yaml     one descriptor
  voclient check mypackage/      a package: package.yaml and all its descriptors
  VOCLIENT_OPSET_FD=3 mytask 3>lines; voclient check --channel lines
                                 what a program wrote on the OPset channel
  voclient check --schema        the JSON Schema of descriptors (--schema=package: of package.yaml)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="FILE|DIR", help="descriptors, or folders of packages")
    parser.add_argument(
        "--channel", action="store_true", help="the files hold what programs wrote on the OPset channel"
    )
    parser.add_argument("--schema", choices=("descriptor", "package"), nargs="?", const="descriptor", help="print the "
                        "JSON Schema of descriptors, or of package.yaml, for an editor; check nothing")  # fmt: skip
    parser.add_argument("--no-examples", action="store_true", help="do not run the examples")
    parser.add_argument("--network", action="store_true", help="run the examples that need the network, too")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for each example (default: 60)")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    options = parser.parse_args(words)
    if options.schema:
        from voclient.tasking.descriptors.schema_json import json_schema

        print(json.dumps(json_schema(options.schema), indent=2, ensure_ascii=False))
        return OK
    if not options.paths:
        parser.error("which descriptor, or folder of descriptors?")
    status = OK
    if options.channel:
        return max(map(_check_channel, options.paths))
    for path in options.paths:
        for file, package in _files(path):
            status = max(status, _check_file(file, package, options))
    return status


def _files(path: str) -> Iterator[tuple[str, Package | None]]:
    """The files to check, each with its package where that is right."""
    if not os.path.isdir(path):
        beside = os.path.join(os.path.dirname(path), PACKAGE_FILE)
        yield path, None if os.path.basename(path) == PACKAGE_FILE else _package(beside)
        return
    names = sorted(os.listdir(path))
    if PACKAGE_FILE in names:
        yield os.path.join(path, PACKAGE_FILE), None
    elif not any(map(is_descriptor, names)):
        inner = [os.path.join(path, name) for name in names if os.path.isfile(os.path.join(path, name, PACKAGE_FILE))]
        if not inner:
            raise DescriptorError(f"{path}: no {PACKAGE_FILE} and no descriptor (*.yaml) there", file=path)
        for folder in inner:
            yield from _files(folder)
        return
    package = _package(os.path.join(path, PACKAGE_FILE))
    for name in filter(is_descriptor, names):
        yield os.path.join(path, name), package


def _package(file: str) -> Package | None:
    try:
        return load_package_file(file) if os.path.isfile(file) else None
    except DescriptorError:
        return None


def _check_file(file: str, package: Package | None, options: argparse.Namespace) -> int:
    try:
        if os.path.basename(file) == PACKAGE_FILE:
            load_package_file(file)
            check_aliases(file)
            descriptor = None
        elif package:
            descriptor = load_task(package, os.path.basename(file).removesuffix(".yaml"))
        else:
            descriptor = load_descriptor(file)
        if descriptor is not None:
            check_units(file)
    except DescriptorError as error:
        print(f"{style.bad('wrong')}   {file}")
        print(error, file=sys.stderr)
        return USAGE
    print(f"{style.good('ok')}      {file}")
    if descriptor is None or options.no_examples:
        return OK
    return max(_check_version(descriptor), _run_examples(descriptor, options))


def _check_version(descriptor: Descriptor) -> int:
    """Ask the program for its version where one is required."""
    if descriptor.requires is None:
        return OK
    from voclient.tasking.packages.requirements import require

    try:
        version = require(descriptor, fresh=True)
    except TaskError as error:
        print(f"{style.bad('failed')}    {error}")
        return FAILED
    program = find_executable(descriptor)
    print(f"{style.good('ok')}        version {version} of {program} ({descriptor.requires.version} or later will do)")
    return OK


def _check_channel(file: str) -> int:
    """Hold the lines of a program to the standard."""
    from voclient.tasking.results.conformance import violations

    with open(file, "rb") as lines:
        problems = list(violations(lines))
    print(f"{style.bad('wrong') + '  ' if problems else style.good('ok') + '     '} {file}")
    for number, problem in problems:
        print(f"{file}:{number}: {problem}", file=sys.stderr)
    return USAGE if problems else OK


def _run_examples(descriptor: Descriptor, options: argparse.Namespace) -> int:
    status = OK
    for example in descriptor.examples:
        call = spell_call(descriptor, example.call)
        if "network" in example.needs and not options.network:
            print(f"{style.dim('skipped')}   {call}  (needs the network: --network)")
            continue
        try:
            problems = run_example(descriptor, example, timeout=options.timeout)
        except TaskError as error:
            problems = [str(error)]
        print(f"{style.bad('failed') if problems else style.good('ok') + '    '}    {call}")
        for problem in problems:
            print(f"          {problem}")
            status = FAILED
    return status
