"""`voclient run`: a task from the shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from voclient.tasking.errors import TaskParameterError
from voclient.tasking.packages import import_task
from voclient.tasking.task import Task
from voclient.tasking.values import suggest

from . import FAILED, OK, TIMED_OUT
from .printing import print_json, print_result

EPILOG = """\
Words are operands or name=value pairs; a name given again makes a list. After -- all words are operands.

  voclient run vosesame m31 m51
  voclient run votsort stars.xml name=vmag descending=yes --json
  voclient run votsort --help       what the task takes and gives, as `voclient show votsort`
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"{parser.prog} [-h] [--json] [--timeout SECONDS] TASK [WORD …]"
    parser.add_argument("words", nargs="*", metavar="TASK [WORD …]", help="package.task, task, or a descriptor file "
                        "(.yaml); its operands, and name=value for its parameters")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the results as one JSON object")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="end the task after this time, with status 124"
    )


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    before, after = _cut(words)
    if {"-h", "--help"} & set(before) and (task_name := next((w for w in before if not w.startswith("-")), None)):
        from .show import show_task

        print(show_task(import_task(task_name).descriptor))
        return OK
    options = parser.parse_intermixed_args(before)
    if not options.words:
        parser.error("which task? (`voclient list` tells what there is)")
    task = import_task(options.words[0])
    operands, given = _read_words(task, options.words[1:], after)
    result = task(*operands, **given, timeout=options.timeout)
    if options.json:
        print_json(result)
    else:
        print_result(result, task.descriptor)
    if result.exitstatus == result.SUCCESS:
        return OK
    print(f"voclient: {task.__name__}: {result.exitmsg}", file=sys.stderr)
    return TIMED_OUT if result.exitstatus == result.exitstatus.TIMEOUT else FAILED


def _cut(words: Sequence[str]) -> tuple[list[str], list[str]]:
    if "--" not in words:
        return list(words), []
    at = list(words).index("--")
    return list(words[:at]), list(words[at + 1 :])


def _read_words(task: Task, words: Sequence[str], after: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Operands by position and the rest by name, as the task function takes them."""
    names = {alias: p for p in task.descriptor.parameters for alias in (p.name, *p.aliases)}
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
            _add(task, given, names[name].name, value, names[name].repeated)
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
