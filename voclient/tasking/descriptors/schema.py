"""What a descriptor and a package.yaml consist of, and their check as a whole.

The tables here and in `schema_parameter` and `schema_results` are the one definition of the format: the checker, the
JSON Schema (`schema_json`) and the reference page are made of them.
"""

from __future__ import annotations

import os
import re
from typing import Any

from . import checking as c
from .checking import Checker, Entry, Field
from .rules import check_rules
from .schema_interaction import prompts_field, session_field, terminal_field, timeout_field
from .schema_parameter import PARAMETERS, VARIABLE, check_variable
from .schema_results import results
from .yamlfile import Path

FORMAT = 1
"""The version of the descriptor format this framework reads."""
_NEEDS = ("network",)
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_STATUS = "(0*(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9]))"


def check_descriptor(checker: Checker, data: Any) -> dict[str, Any]:
    """Check a whole descriptor; its data in normal form."""
    task = checker.mapping((), data, DESCRIPTOR, "a descriptor", DESCRIPTOR_REQUIRED)
    check_rules(checker, task, data)
    return task


def check_package(checker: Checker, data: Any) -> dict[str, Any]:
    """Check a package.yaml; its data in normal form."""
    value = data.get("format", FORMAT) if isinstance(data, dict) else FORMAT
    if value != FORMAT or value is True:
        newer = "; a newer voclient reads it" if isinstance(value, int) and value > FORMAT else ""
        checker.problem(("format",), f"format {value!r} is not known to this voclient, which reads {FORMAT}{newer}")
        checker.finish()
    package = checker.mapping((), data, PACKAGE, "a package", PACKAGE_REQUIRED)
    package |= package.pop("aliases", {})
    return package


def check_moved_tasks(checker: Checker, package: dict[str, Any]) -> None:
    """Check that the tasks which a package calls by old names are in its folder."""
    folder = os.path.dirname(checker.document.file)
    for old, task in package.get("aliases", ()):
        if not os.path.isfile(os.path.join(folder, f"{task}.yaml")):
            checker.problem(("aliases", old), f"{old!r} stands for the task {task!r}, and there is no {task}.yaml")


@c.field(
    {"type": "object", "propertyNames": {"pattern": f"^{VARIABLE}$"}, "additionalProperties": c.literal.schema},
    "a mapping from variables to texts",
)
def _environment(checker: Checker, path: Path, value: Any) -> list[list[str]]:
    variables = checker.named(path, value, c.literal, "an environment")
    for name in variables:
        check_variable(checker, (*path, name), name, at_key=True)
    return [[str(name), text] for name, text in variables.items()]


@c.field({**c.line.schema, "pattern": r"^\s*(\S+|\S[^\n]*/[^\n]*)\s*$"}, "a program's name, or a path")
def _executable(checker: Checker, path: Path, value: Any) -> str:
    name = str(c.line(checker, path, value))
    if any(blank in name for blank in " \t") and "/" not in name:
        checker.problem(path, f"{name!r}: a program's name only; its words go to 'arguments'")
    return name


_STATUSES = ("success", "error")
EXIT_STATUS: dict[str, Entry] = {
    "status": Entry(c.one_of(_STATUSES), "What it means", "error"),
    "message": Entry(c.text, "What is told then", "no such star"),
}


@c.field(
    {
        "type": "object",
        "propertyNames": {"pattern": f"^{_STATUS}(-{_STATUS})?$"},
        "additionalProperties": {"anyOf": [{"enum": list(_STATUSES)}, c.object_schema(EXIT_STATUS, ("status",))]},
    },
    "a mapping from numbers, or ranges of them, to `success`, `error`, or a mapping",
)
def _exit_statuses(checker: Checker, path: Path, value: Any) -> list[list[Any]]:
    """`1: error`, `1-125: {status: error, message: …}`."""
    result = []
    for key, item in checker.named(path, value, _exit_status, "'exit_statuses'").items():
        first, _, last = str(key).partition("-")
        numbers = [int(word) if word.isdecimal() and word.isascii() else -1 for word in (first, last or first)]
        if not 0 <= numbers[0] <= numbers[1] <= 255:
            checker.problem((*path, key), f"{key!r} is no exit status: a number from 0 to 255, or two as 1-125",
                            at_key=True)  # fmt: skip
        else:
            result += [[status, item] for status in range(numbers[0], numbers[1] + 1)]
    return result


def _exit_status(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return checker.mapping(path, value, EXIT_STATUS, "an exit status", ("status",))
    return {"status": c.one_of(_STATUSES)(checker, path, value)}


_GROUP = {"type": "array", "items": c.line.schema, "minItems": 2}


@c.field(
    {"anyOf": [{"type": "array", "items": _GROUP}, {**_GROUP, "items": {"type": "string"}}]},
    "a list of groups of names, or one group",
)
def _groups(checker: Checker, path: Path, value: Any) -> list[list[str]]:
    """`[[a, b], [c, d]]`; a single group may be written `[a, b]`."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        groups = [list(value)]
    else:
        groups = c.list_of(c.list_of(c.line))(checker, path, value)
    if checker.is_sound(path) and any(len(names) < 2 for names in groups):
        checker.problem(path, f"a group of {path[-1]!r} names at least two parameters: [[a, b], …]")
    return groups


@c.field(
    {**c.line.schema, "type": ["string", "number"], "minimum": 0, "pattern": rf"^\s*{_VERSION.pattern}\s*$"},
    "a version",
)
def _version(checker: Checker, path: Path, value: Any) -> str:
    version = str(c.line(checker, path, value))
    if checker.is_sound(path) and not _VERSION.fullmatch(version):
        checker.problem(path, f"{checker.name(path)} must be numbers between points, such as 3.9, not {value!r}")
    return version


REQUIRES: dict[str, Entry] = {
    "version": Entry(_version, "The lowest version of the program that will do", "'3.9'"),
    "argv": Entry(c.words, "The words that make it tell its version", "-v", "--version"),
    "pattern": Entry(
        c.pattern, "Finds the version in what it prints: the first group, else all that fits", "'Version ([0-9.]+)'",
        "the first numbers with points between them",
    ),
}  # fmt: skip


@c.field({"anyOf": [_version.schema, c.object_schema(REQUIRES, ("version",))]}, "a version, or a mapping")
def _requires(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`requires: 3.9` is short for `requires: {version: 3.9}`."""
    if isinstance(value, dict):
        return checker.mapping(path, value, REQUIRES, "'requires'", ("version",))
    return {"version": _version(checker, path, value)}


EXAMPLE: dict[str, Entry] = {
    "call": Entry(c.map_of(c.anything, "'call'", noun="a mapping"), "Parameters and their values; files lie beside the "
                  "descriptor", "{target: m31}"),
    "expect": Entry(c.map_of(c.anything, "'expect'", noun="a mapping"), "Keys and their values; numbers are compared "
                    "to the digits written", "{ra: 10.6847}"),
    "needs": Entry(c.list_of(c.one_of(_NEEDS), single=True), "What it must have to run", "network"),
    "help": Entry(c.text, "What it shows", "A well-known galaxy"),
}  # fmt: skip
_END_OF_OPTIONS = Field(
    lambda checker, path, value: None if value is None else c.line(checker, path, value),
    {"type": [*c.line.schema["type"], "null"], "pattern": c.line.schema["pattern"]},
    "a word, or null",
)
DESCRIPTOR_REQUIRED = ("task", "summary", "executable")
DESCRIPTOR: dict[str, Entry] = {
    "task": Entry(c.identifier("task"), "The task's name, and that of its file", "vosesame"),
    "summary": Entry(c.line, "What it does, in a line", "Resolve names to positions"),
    "description": Entry(c.text, "More about it", "Asks several services."),
    "executable": Entry(
        _executable, "The program: a name that is sought, or with a `/` a path relative to the descriptor", "vosesame"
    ),
    "aliases": Entry(c.list_of(c.identifier("the alias")), "Other names of the task", "[sesame]"),
    "deprecated": Entry(c.line, "What to use instead; every call warns", "use 'newtask'"),
    "arguments": Entry(c.words, "Words that are always there, ahead of the parameters'", "[-T, -d]"),
    "command": Entry(
        c.words,
        "Instead: all words in their order; `{name}` stands for those of a parameter, within a word for its value",
        "[mem, '{file}', '--log={file}.log']",
        "`arguments`, then the parameters as declared",
    ),
    "parameters": Entry(PARAMETERS, "What it takes, in the order of the command line", "{file: {argv: '{}'}}"),
    "exclusive": Entry(_groups, "Of each group at most one may be given", "[[csv, tsv]]"),
    "at_least_one": Entry(_groups, "Of each group one or more must be given", "[[ra, target]]"),
    "exactly_one": Entry(_groups, "Of each group one must be given, and no more", "[[file, url]]"),
    "end_of_options": Entry(_END_OF_OPTIONS, "The word that protects operands which begin with `-`; null: the program "
                            "knows none", "null", "--, or what package.yaml says"),
    "environment": Entry(_environment, "Variables the program is given", "{LC_ALL: C}"),
    "reads_environment": Entry(c.list_of(c.line), "Variables of the caller that its outcome depends on: they count in "
                               "cached runs and provenance", "[CALDB]"),
    "volatile": Entry(c.flag, "What it gives may change though the call does not: it asks a service, or draws at "
                      "random. An earlier run stands for a call with an age only: `cache='1d'`", "true", "false"),
    "exit_statuses": Entry(
        _exit_statuses, "What its exit statuses mean, where not as usual", "{3: {status: error, message: no star}}",
        "0 is success, all others are errors",
    ),
    "results": Entry(results, "What it gives", "{stdout: {format: csv}}"),
    "examples": Entry(
        c.list_of(c.object_of(EXAMPLE, "an example")), "Calls that are documentation and self-test",
        "[{call: {target: m31}, expect: {ra: 10.6847}}]",
    ),
    "install": Entry(c.line, "What to install when the program is missing", "apt install wcstools"),
    "requires": Entry(_requires, "The lowest version of the program that will do, and how it is asked", "'3.9'"),
    "terminal": Entry(terminal_field, "Which of its streams are a terminal", "[stdin, stdout]",
                      "all where there are `prompts` or a `session`, else none"),
    "prompts": Entry(prompts_field, "What it asks at its terminal, and what is typed then",
                     "[{expect: 'Password: ', answer: '{password}'}]"),
    "prompt_timeout": Entry(timeout_field, "Seconds of silence after which it is taken to wait for an answer", "30",
                            "10"),
    "session": Entry(session_field, "How it takes command after command, for sessions",
                     "{prompt: '> ', command: '{line}'}"),
}  # fmt: skip
_MOVED = r"^\s*(use\s+)?(?!__)([A-Za-z_][A-Za-z0-9_]*)\s*$"


@c.field(
    {
        "type": "object",
        "propertyNames": {"pattern": r"^(?!__)[A-Za-z_][A-Za-z0-9_]*$", "not": c.KEYWORDS},
        "additionalProperties": {"type": ["string", "boolean"], "pattern": _MOVED},
    },
    "a mapping from old names to new ones, or to `use` and the new one",
)
def _moved(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`{old: new}`, or `{old: use new}` for one that warns."""
    moved = {}
    for old, text in checker.named(path, value, c.line, "'aliases'").items():
        c.check_identifier(checker, (*path, old), old, "the old name", at_key=True)
        found = re.match(_MOVED, text)
        if found:
            moved[str(old)] = found
        elif checker.is_sound((*path, old)):
            checker.problem((*path, old), f"{text!r} is no name of a task, nor `use` and a name")
    return {
        "aliases": [[old, found[2]] for old, found in moved.items()],
        "deprecated_aliases": [old for old, found in moved.items() if found[1]],
    }


PACKAGE_REQUIRED = ("package", "version", "summary")
PACKAGE: dict[str, Entry] = {
    "format": Entry(Field(lambda checker, path, value: value, {"const": FORMAT}, f"`{FORMAT}`"), "The version of the "
                    "descriptor format", "1", "1"),
    "package": Entry(c.identifier("package"), "The package's name", "mytasks"),
    "version": Entry(c.line, "Its version", "'1.0'"),
    "summary": Entry(c.line, "What it is, in a line", "Programs of our group"),
    "description": Entry(c.text, "More about it", "For the reduction of images."),
    "author": Entry(c.line, "Who wrote it", "A. N. Astronomer"),
    "contact": Entry(c.line, "Where its users turn to", "help@example.org"),
    "homepage": Entry(c.line, "Its page", "https://example.org/mytasks"),
    "license": Entry(c.line, "What may be done with it", "BSD-3-Clause"),
    "icon": Entry(c.line, "A picture, beside this file", "icon.svg"),
    "bindir": Entry(c.line, "Its programs' own folder, relative to this file", "../libexec"),
    "environment": Entry(_environment, "Variables that its programs are given", "{LC_ALL: C}"),
    "install": Entry(c.line, "What to install when a program of it is missing", "apt install wcstools"),
    "state": Entry(c.flag, "Its programs keep state; `VOCLIENT_STATE` names a folder for it", "true", "false"),
    "reads_environment": Entry(c.list_of(c.line), "Variables of the caller that the outcome of its tasks depends on",
                               "[CALDB]"),
    "end_of_options": Entry(_END_OF_OPTIONS, "The word that protects operands of its programs, unless a descriptor "
                            "says otherwise; null: they know none", "null", "--"),
    "requires": Entry(_requires, "The lowest version of its programs, unless a descriptor says otherwise", "'3.9'"),
    "aliases": Entry(_moved, "Names that tasks had before; those that are to `use` another warn",
                     "{oldname: newname, older: use newname}"),
}  # fmt: skip
