"""What a descriptor and a package.yaml consist of: their keys, and the rules between them."""

from __future__ import annotations

import re
from typing import Any

from . import checking as c
from .checking import Checker
from .descriptor import CONTROLS, PARAMETER_TYPES, Parameter
from .schema_interaction import check_interaction, prompts_field, spoken, terminal_field, timeout_field
from .schema_results import names_of, results_field, sections_of
from .template import fill, placeholders
from .values import check_one, describe
from .yamlfile import Path

FORMAT = 1
"""The version of the descriptor format this framework reads."""
_TEXTS = ("string", "path", "url", "table")
_NUMBERS = ("int", "float", "angle", "quantity", "range")
_NEEDS = ("network",)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_descriptor(checker: Checker, data: Any) -> dict[str, Any]:
    """Check a whole descriptor; its data in normal form."""
    task = checker.mapping((), data, _DESCRIPTOR, "a descriptor", ("task", "summary", "executable"))
    if "task" in task:
        c.check_identifier(checker, ("task",), task["task"], "task", at_key=False)
    parameters = {parameter.name: parameter for parameter in map(_parameter, task.get("parameters", []))}
    _check_aliases(checker, parameters)
    for group in ("exclusive", "at_least_one"):
        for names in task.get(group, []):
            for name in names:
                checker.refer((group,), name, parameters, "parameter")
            if len(names) < 2:
                checker.problem((group,), f"a group of {group!r} names at least two parameters: [[a, b], …]")
    for name, parameter in parameters.items():
        for other in parameter.needs:
            checker.refer(("parameters", name, "needs"), other, parameters, "parameter")
    inputs = [name for name, parameter in parameters.items() if parameter.stdin]
    for name in inputs[1:]:
        path = ("parameters", name, "argv")
        checker.problem(path, f"standard input already takes {inputs[0]!r}; it can take one parameter")
    if "command" in task:
        task["command"] = _command(checker, task, parameters)
    results = task.get("results", {})
    for where, section in sections_of(results):
        for field in ("path", "format"):
            for name in names_of(section.get(field, "")):
                checker.refer((*where, field), name, parameters, "parameter")
    check_interaction(checker, task, parameters)
    sound = not checker.problems
    for i, example in enumerate(task.get("examples", [])):
        _check_example(checker, ("examples", i), example, parameters, results, sound)
    return task


def _command(checker: Checker, task: dict[str, Any], parameters: dict[str, Parameter]) -> list[str | int]:
    """Fixed words, and `{name}` as the index of a parameter: each that has words must be there."""
    path, names = ("command",), list(parameters)
    result: list[str | int] = []
    if "arguments" in task:
        checker.problem(("arguments",), "'command' has all words: its fixed ones, too, so there is no 'arguments'")
    for i, word in enumerate(task["command"]):
        try:
            found = placeholders(word)
        except ValueError as error:
            checker.problem((*path, i), str(error))
            continue
        if not found:
            result.append(fill(word, {}))
        elif word != f"{{{found[0]}}}":
            checker.problem(
                (*path, i), f"{word!r}: a parameter's words stand alone; what belongs to them is its 'argv'"
            )
        elif checker.refer((*path, i), found[0], names, "parameter"):
            result.append(names.index(found[0]))
    for i, parameter in enumerate(parameters.values()):
        if (parameter.argv or parameter.flags) and i not in result:
            checker.problem(
                path, f"parameter {parameter.name!r} is not in 'command', which has all words in their order"
            )
    return result


def check_package(checker: Checker, data: Any) -> dict[str, Any]:
    """Check a package.yaml; its data in normal form."""
    if isinstance(data, dict) and data.get("format", FORMAT) != FORMAT:
        value = data["format"]
        newer = "; a newer voclient reads it" if isinstance(value, int) and value > FORMAT else ""
        checker.problem(("format",), f"format {value!r} is not known to this voclient, which reads {FORMAT}{newer}")
        checker.finish()
    package = checker.mapping((), data, _PACKAGE, "a package", ("package", "version", "summary"))
    if "package" in package:
        c.check_identifier(checker, ("package",), package["package"], "package", at_key=False)
    return package


def _environment(checker: Checker, path: Path, value: Any) -> list[list[str]]:
    variables = checker.named(path, value, c.literal, "an environment")
    for name in variables:
        _check_variable(checker, (*path, name), name, at_key=True)
    return [[str(name), text] for name, text in variables.items()]


def _variable(checker: Checker, path: Path, value: Any) -> str:
    name = c.text(checker, path, value)
    _check_variable(checker, path, name)
    return name


def _check_variable(checker: Checker, path: Path, name: Any, *, at_key: bool = False) -> None:
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        checker.problem(path, f"{name!r} is no name of an environment variable", at_key=at_key)


def _executable(checker: Checker, path: Path, value: Any) -> str:
    name = c.line(checker, path, value)
    if any(blank in name for blank in " \t") and "/" not in name:
        checker.problem(path, f"{name!r}: a program's name only; its words go to 'arguments'")
    return name


def _parameters(checker: Checker, path: Path, value: Any) -> list[dict[str, Any]]:
    items = checker.named(path, value, _check_parameter, "'parameters'")
    return [{"name": str(name), **item} for name, item in items.items()]


def _check_parameter(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    name, before = path[-1], len(checker.problems)
    c.check_parameter_name(checker, path, name)
    if not isinstance(value, dict):
        checker.problem(path, f"parameter {name!r} must be a mapping, such as {{argv: '--{name} {{}}', help: …}}")
        return {}
    data = checker.mapping(path, value, _PARAMETER, f"parameter {name!r}")
    if "min" in data:
        data["minimum"] = data.pop("min")
    if "max" in data:
        data["maximum"] = data.pop("max")
    argv = data.pop("argv", None)
    if argv is not None:
        data |= argv
    if "type" not in data and data.get("choices"):
        data["type"] = "choice"
    kind = data.setdefault("type", "string")
    if value.get("type", kind) != kind:
        return data
    if "choices" in data and kind in ("choice", "string", "path", "url"):
        raw = checker.document.raw
        data["choices"] = [raw.get((*path, "choices", i), item) for i, item in enumerate(data["choices"])]
    if data.get("flags"):
        _check_flags(checker, path, data)
    elif data.get("argv"):
        _check_template(checker, path, data)
    elif not (data.get("stdin") or "environment" in data or "argv" in value or name in spoken(checker.document.data)):
        checker.problem(path, f"parameter {name!r} never reaches the program: it needs 'argv' (such as "
                        f"'--{name} {{}}', or stdin) or 'environment'", at_key=True)  # fmt: skip
    _check_rules(checker, path, data)
    if len(checker.problems) == before:
        _check_values(checker, path, data)
    return data


def _argv(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    """`stdin`, `none`, a template, or for each value its words."""
    if value == "stdin":
        return {"stdin": True}
    if value == "none":
        return {"unsent": True}
    if isinstance(value, dict):
        flags = [[key, [] if item is None else c.words(checker, (*path, key), item)] for key, item in value.items()]
        return {"flags": flags}
    words = c.words(checker, path, value)
    if not words:
        checker.problem(path, "'argv' is empty; it says how the value is written, such as '--name {}'")
    return {"argv": words}


def _check_flags(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    kind, values = data["type"], [value for value, _ in data["flags"]]
    where = (*path, "argv")
    if kind == "bool":
        for value in values:
            if not isinstance(value, bool):
                checker.problem((*where, value), "the words of a bool are those of true and of false", at_key=True)
        return
    if kind not in ("choice", "string", "int", "float"):
        checker.problem(where, f"words for each value suit bool, choice, int and float, not {kind}")
        return
    if kind in ("choice", "string"):
        values = [str(value) for value in values]
        data["flags"] = [[str(value), words] for value, words in data["flags"]]
    choices = data.setdefault("choices", values)
    if sorted(map(str, choices)) != sorted(map(str, values)):
        missing = ", ".join(sorted(set(map(str, choices)) ^ set(map(str, values))))
        checker.problem(where, f"'choices' and the values under 'argv' differ: {missing}")


def _check_template(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    kind, name = data["type"], path[-1]
    where = (*path, "argv")
    allowed = {"", "low", "high"} if kind == "range" else {""}
    if data.get("repeated") and "separator" not in data:
        allowed.add("...")
    found: list[str] = []
    for word in data["argv"]:
        try:
            names = placeholders(word)
        except ValueError as error:
            checker.problem(where, str(error))
            return
        for placeholder in names:
            if placeholder not in allowed:
                listed = ", ".join(f"{{{item}}}" for item in sorted(allowed))
                checker.problem(where, f"unknown placeholder {{{placeholder}}} (allowed here: {listed})")
            elif placeholder == "..." and word != "{...}":
                checker.problem(where, "{...} stands for several words and must be a word of its own")
        found += names
    if kind == "bool" and found:
        checker.problem(where, "a bool's words are there when it is true and hold no {}; "
                        "for words of both values write argv: {true: +x, false: -x}")  # fmt: skip
    if kind != "bool" and not found:
        checker.problem(where, f"there is no {{}} for the value of {name!r}; only a bool goes without")


def _check_rules(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    kind = data["type"]
    low, high = data.get("minimum"), data.get("maximum")
    for key in ("min", "max", "unit", "above", "below", "decimal"):
        if {"min": low, "max": high}.get(key, data.get(key)) is not None and kind not in _NUMBERS:
            checker.problem(
                (*path, key), f"{key!r} is for numbers ({', '.join(_NUMBERS)}), not for {kind}", at_key=True
            )
    if low is not None and high is not None and low > high:
        checker.problem((*path, "max"), f"'max' ({high}) is below 'min' ({low})")
    if "pattern" in data and kind not in _TEXTS:
        checker.problem(
            (*path, "pattern"), f"'pattern' is for texts ({', '.join(_TEXTS)}), not for {kind}", at_key=True
        )
    if kind == "choice" and not data.get("choices"):
        checker.problem(path, f"parameter {path[-1]!r} is a choice and needs 'choices'", at_key=True)
    if "separator" in data and not data.get("repeated") and kind != "range":
        checker.problem((*path, "separator"), "'separator' joins the values of a 'repeated' parameter", at_key=True)
    if data.get("secret") and (data.get("argv") or data.get("flags")):
        checker.problem((*path, "argv"), "a secret never goes on the command line, where everybody sees it; "
                        "use 'environment', argv: stdin, or the answer to a prompt")  # fmt: skip
    for key in ("min_items", "max_items"):
        if key in data and not data.get("repeated"):
            checker.problem((*path, key), f"{key!r} counts the values of a 'repeated' parameter", at_key=True)
        elif key in data and not (isinstance(data[key], int) and data[key] >= 0):
            checker.problem((*path, key), f"{key!r} is a whole number")
    if data.get("send_default") and "default" not in data:
        checker.problem((*path, "send_default"), "there is no 'default' that could be sent", at_key=True)
    if data.get("required") and "default" in data:
        checker.problem((*path, "default"), "a required parameter has no default", at_key=True)
    if kind == "bool" and (data.get("repeated") or data.get("stdin")):
        checker.problem(path, "a bool is neither repeated nor given on standard input", at_key=True)


def _check_values(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    """Choices and default must be values of the parameter's own type."""
    plain = Parameter(name=str(path[-1]), type=data["type"], minimum=data.get("minimum"), maximum=data.get("maximum"))
    for i, choice in enumerate(data.get("choices", [])):
        try:
            check_one(plain, choice) if data["type"] != "choice" else None
        except ValueError as error:
            checker.problem((*path, "choices", i), f"{error}; accepted: {describe(plain)}")
    if "default" in data:
        parameter = _parameter({"name": path[-1], **data})
        for value in data["default"] if isinstance(data["default"], list) else [data["default"]]:
            try:
                check_one(parameter, value)
            except ValueError as error:
                checker.problem((*path, "default"), f"{error}; accepted: {describe(parameter)}")


def _parameter(data: dict[str, Any]) -> Parameter:
    from .loading import build_parameter

    return build_parameter(data)


def _check_aliases(checker: Checker, parameters: dict[str, Parameter]) -> None:
    owners = {name: name for name in parameters}
    for name, parameter in parameters.items():
        path = ("parameters", name, "aliases")
        for alias in parameter.aliases:
            if alias in CONTROLS:
                checker.problem(path, f"{alias!r} is a task control, no parameter may have it as an alias")
            elif alias in owners:
                of = f"an alias of {owners[alias]!r}" if owners[alias] != alias else "a parameter"
                checker.problem(path, f"{alias!r} is already {of}")
            elif not alias or any(blank in alias for blank in " \t\n="):
                checker.problem(path, f"{alias!r} cannot be a name: it has a blank or =")
            owners.setdefault(alias, name)


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
        fields: dict[str, c.Field] = {"status": c.one_of(("success", "error")), "message": c.text}
        return checker.mapping(path, value, fields, "an exit status", ("status",))
    return {"status": c.one_of(("success", "error"))(checker, path, value)}


def _groups(checker: Checker, path: Path, value: Any) -> list[list[str]]:
    """`[[a, b], [c, d]]`; a single group may be written `[a, b]`."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return [value]
    groups: list[list[str]] = c.list_of(c.list_of(c.line))(checker, path, value)
    return groups


def _example(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    return checker.mapping(path, value, _EXAMPLE, "an example")


def _call(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    return checker.named(path, value, c.anything, "'call'")


def _expect(checker: Checker, path: Path, value: Any) -> dict[str, Any]:
    return checker.named(path, value, c.anything, "'expect'")


def _check_example(
    checker: Checker,
    path: Path,
    example: dict[str, Any],
    parameters: dict[str, Parameter],
    results: dict[str, Any],
    sound: bool,
) -> None:
    names = {alias: p for p in parameters.values() for alias in (p.name, *p.aliases)}
    call = example.get("call", {})
    given = set()
    for name, value in call.items():
        where = (*path, "call", name)
        if not checker.refer(where, name, names, "parameter", at_key=True) or value is None:
            continue
        parameter = names[name]
        given.add(parameter.name)
        for item in value if parameter.repeated and isinstance(value, list) else [value]:
            try:
                _ = sound and check_one(parameter, item)
            except ValueError as error:
                checker.problem(where, f"{error}; accepted: {describe(parameter)}")
    for parameter in parameters.values():
        if parameter.required and parameter.name not in given:
            checker.problem(path, f"the example does not give the required parameter {parameter.name!r}")
    sections = [section for _, section in sections_of(results)]
    if any(not section.get("keys") and "key" not in section for section in sections):
        return
    keys = [key["name"] for section in sections for key in section.get("keys", [])]
    keys += [section["key"] for section in sections if "key" in section]
    keys += [key["name"] for key in results.get("channel", [])]
    for name in example.get("expect", {}):
        checker.refer((*path, "expect", name), name, keys, "result key", at_key=True)


_PARAMETER: dict[str, c.Field] = {
    "type": c.one_of(PARAMETER_TYPES), "help": c.text, "argv": _argv, "required": c.flag, "repeated": c.flag,
    "default": c.anything, "choices": c.list_of(c.scalar), "min": c.number, "max": c.number, "pattern": c.pattern,
    "unit": c.line, "separator": c.literal, "aliases": c.list_of(c.text, single=True), "environment": _variable,
    "secret": c.flag, "needs": c.list_of(c.line, single=True), "send_default": c.flag, "above": c.number,
    "below": c.number, "min_items": c.number, "max_items": c.number, "decimal": c.flag,
}  # fmt: skip
_EXAMPLE: dict[str, c.Field] = {
    "call": _call, "expect": _expect, "needs": c.list_of(c.one_of(_NEEDS), single=True), "help": c.text,
}  # fmt: skip
_DESCRIPTOR: dict[str, c.Field] = {
    "task": c.line, "summary": c.line, "description": c.text, "executable": _executable, "aliases": c.list_of(c.line),
    "arguments": c.words, "command": c.words, "parameters": _parameters, "exclusive": _groups, "at_least_one": _groups,
    "end_of_options": lambda checker, path, value: None if value is None else c.line(checker, path, value),
    "environment": _environment, "exit_statuses": _exit_statuses, "results": results_field,
    "examples": c.list_of(_example), "install": c.line, "terminal": terminal_field, "prompts": prompts_field,
    "prompt_timeout": timeout_field,
}  # fmt: skip
_PACKAGE: dict[str, c.Field] = {
    "format": c.anything, "package": c.line, "version": c.line, "summary": c.line, "description": c.text,
    "author": c.line, "contact": c.line, "homepage": c.line, "license": c.line, "icon": c.line, "bindir": c.line,
    "environment": _environment, "install": c.line,
    "aliases": lambda checker, path, value: [
        [str(old), new] for old, new in checker.named(path, value, c.line, "'aliases'").items()
    ],
}  # fmt: skip
