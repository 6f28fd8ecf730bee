"""`voclient run`: a task from the shell."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from voclient.tasking.calls.tasks import Task
from voclient.tasking.calls.values import suggest
from voclient.tasking.errors import ResultError, TaskParameterError
from voclient.tasking.opset import OPset
from voclient.tasking.packages.executables import find_executable
from voclient.tasking.packages.modules import import_task

from . import FAILED, OK, TIMED_OUT
from .printing import print_json, print_result

EPILOG = """\
Words are operands or name=value pairs; a name given again makes a list. After -- all words are operands.

  voclient run vosesame m31 m51
  voclient run votsort stars.xml name=vmag descending=yes --json
  voclient run votsort stars.xml name=vmag --dry-run       what would be executed
  voclient run votsort name=vmag top=3 --save bright.yaml  keep parameters in a file, and run nothing
  voclient run votsort stars.xml --pset bright.yaml        take them from there; words win
  voclient run votsort --help       what the task takes and gives, as `voclient show votsort`
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"{parser.prog} [-h] [--json] [--timeout SECONDS] [OPTION …] TASK [WORD …]"
    parser.add_argument("words", nargs="*", metavar="TASK [WORD …]", help="package.task, task, or a descriptor file "
                        "(.yaml); its operands, and name=value for its parameters")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the results as one JSON object")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="end the task after this time, with status 124"
    )
    parser.add_argument("--prompt", action="store_true", help="ask for missing parameters at the terminal")
    parser.add_argument("--pset", metavar="FILE", help="parameters saved in a file (.yaml, .par)")
    parser.add_argument("--save", metavar="FILE", help="save the parameters to a file instead of running")
    parser.add_argument("--dry-run", action="store_true", help="print the command line instead of running it")
    parser.add_argument("--provenance", metavar="FILE", help="write what was run, when, where and on which files "
                        "into a file (W3C PROV, as JSON)")  # fmt: skip
    parser.add_argument("--cache", metavar="[=AGE]", help="take an earlier run of the same call from the cache, if "
                        "there is one (no older than AGE, as 1d); =refresh: run it, and keep it")  # fmt: skip


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    before, after = _cut(words)
    if {"-h", "--help"} & set(before) and (task_name := next((w for w in before if not w.startswith("-")), None)):
        from .show import show_task

        print(show_task(import_task(task_name).descriptor))
        return OK
    # Its value is optional and never the next word, which argparse cannot say.
    options = parser.parse_intermixed_args(["--cache=any" if word == "--cache" else word for word in before])
    if not options.words:
        parser.error("which task? (`voclient list` tells what there is)")
    task = import_task(options.words[0])
    operands, given = _read_words(task, options.words[1:], after)
    if options.save or options.pset:
        pset = task.pset(options.pset)
        given = pset.merge(tuple(operands), given)
    if options.save:
        task.pset(given, **dict(zip((p.name for p in task.operands), operands, strict=False))).save(options.save)
    if options.dry_run:
        _show_command(task, operands, given, as_json=options.json)
    if options.save or options.dry_run:
        return OK
    result = task(
        *operands,
        **given,
        timeout=options.timeout,
        prompt=options.prompt,
        cache=options.cache == "any" or options.cache,
    )
    try:
        print_json(result) if options.json else print_result(result, task.descriptor)
    except ResultError as error:  # a table is read when it is looked at
        print(f"voclient: {task.__name__}: {error}", file=sys.stderr)
        return FAILED
    is_told = options.provenance is None or _save_provenance(result, options.provenance)
    if result.exitstatus == result.SUCCESS:
        return OK if is_told else FAILED
    print(f"voclient: {task.__name__}: {result.exitmsg}", file=sys.stderr)
    return TIMED_OUT if result.exitstatus == result.exitstatus.TIMEOUT else FAILED


def _show_command(task: Task, operands: Sequence[Any], given: dict[str, Any], *, as_json: bool) -> None:
    """What would be executed, as a line for a shell; values of secrets are hidden."""
    invocation = task.prepare(*operands, **given)
    secret = {parameter.environment for parameter in task.descriptor.parameters if parameter.secret}
    environment = {name: "***" if name in secret else value for name, value in invocation.environment.items()}
    argv = [find_executable(task.descriptor, invocation.environment), *invocation.words]
    source = invocation.stdin
    if isinstance(source, bytes):
        hidden = any(parameter.secret and parameter.stdin for parameter in task.descriptor.parameters)
        source = b"***" if hidden else source
    text = source.decode("utf-8", "surrogateescape") if isinstance(source, bytes) else None
    if as_json:
        stdin = None if source is None else {"text": text} if text is not None else {"file": source}
        print(json.dumps({"argv": argv, "environment": environment, "stdin": stdin}, indent=2, ensure_ascii=False))
        return
    words = [f"{name}={shlex.quote(value)}" for name, value in environment.items()] + [shlex.join(argv)]
    if source is not None:
        words += ["<", shlex.quote(str(source))] if text is None else ["<<<", shlex.quote(text)]
    print(" ".join(words))


def _save_provenance(result: OPset, file: str) -> bool:
    try:
        result.provenance.save(file)
    except OSError as error:
        print(f"voclient: {file}: {error.strerror}", file=sys.stderr)
        return False
    return True


def _cut(words: Sequence[str]) -> tuple[list[str], list[str]]:
    if "--" not in words:
        return list(words), []
    at = list(words).index("--")
    return list(words[:at]), list(words[at + 1 :])


def _read_words(task: Task, words: Sequence[str], after: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Operands by position and the rest by name, as the task function takes them."""
    names = task.descriptor.by_name
    operands: list[str] = []
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or (name not in names and not name.isidentifier()):
            operands.append(word)
        elif name not in names:
            hint = suggest(name, names)
            raise TaskParameterError(
                f"{task.__name__}: no parameter {name!r}{hint} (parameters: {', '.join(names)}; "
                "if the word is an operand, put it after --)",
                task=task.__name__, parameter=name, value=value,
            )  # fmt: skip
        else:
            before = next((other for other in given if names[other] is names[name]), name)
            _add(task, given, before, value, names[name].repeated)
    operands += after
    takes = task.operands
    if takes and takes[-1].repeated and len(operands) > len(takes):
        last = len(takes) - 1
        return [*operands[:last], operands[last:]], given
    return operands, given


def _add(task: Task, given: dict[str, Any], name: str, value: str, repeated: bool) -> None:
    if name not in given:
        given[name] = value
    elif repeated:
        given[name] = [*(given[name] if isinstance(given[name], list) else [given[name]]), value]
    else:
        raise TaskParameterError(
            f"{task.__name__}: parameter {name!r} is given twice", task=task.__name__, parameter=name, value=value
        )
