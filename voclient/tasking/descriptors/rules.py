"""What must agree between the keys of a descriptor, once each is as `schema` wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..calls.values import check_one, describe
from . import rules_results
from .checking import Checker
from .descriptor import CONTROLS, FRAMES, TIME_FORMS, Parameter
from .loading import build_parameter
from .schema_interaction import check_interaction, spoken
from .schema_parameter import NUMBERS
from .schema_results import sections_of
from .template import fill, pieces, placeholders
from .yamlfile import Path

_TEXTS = ("string", "path", "url", "table")
_ONLY_FOR = {
    "frame": ("position", "angle"), "coordinate": ("angle",), "form": ("time", "position"), "scale": ("time",),
    "format": ("table",), "pattern": _TEXTS,
    "as_file": ("string", "path", "url", "int", "float", "angle", "quantity", "choice", "time"),
    **dict.fromkeys(("min", "max", "above", "below", "decimal"), NUMBERS),
    "unit": (*NUMBERS, "string"),
}  # fmt: skip


def check_rules(checker: Checker, task: dict[str, Any], data: Any) -> None:
    """Check the whole of a descriptor in normal form; `data` is what its file says."""
    raw = task.get("parameters", [])
    sound = checker.is_sound(())
    for item in raw:
        path: Path = ("parameters", item["name"])
        if checker.is_sound(path) and item["name"] in data["parameters"]:
            _check_parameter(checker, path, item, data["parameters"][item["name"]])
    parameters = {item["name"]: build_parameter(item) for item in raw if checker.is_sound(("parameters", item["name"]))}
    names = [item["name"] for item in raw]
    _check_aliases(checker, parameters, names)
    for group in ("exclusive", "at_least_one", "exactly_one"):
        for name in [name for group_names in task.get(group, []) for name in group_names]:
            checker.refer((group,), name, names, "parameter")
    for name, parameter in parameters.items():
        for other in parameter.needs:
            checker.refer(("parameters", name, "needs"), other, names, "parameter")
        for word, condition in (("when", parameter.when), ("required", parameter.required_when)):
            check_condition(checker, ("parameters", name, word), condition, parameters, names)
    inputs = [name for name, parameter in parameters.items() if parameter.stdin]
    for name in inputs[1:]:
        path = ("parameters", name, "argv")
        checker.problem(path, f"standard input already takes {inputs[0]!r}; it can take one parameter")
    if checker.is_sound(("command",)) and "command" in task and checker.is_sound(("parameters",)):
        task["command"] = _command(checker, task, parameters)
    results = task.get("results", {})
    several = results.get("stdout", [])
    for i, section in enumerate(several[:-1]):
        if "when" not in section:
            checker.problem(("results", "stdout", i), "each of several sections but the last needs 'when'")
    for where, section in sections_of(results):
        if checker.is_sound(where):
            rules_results.check_section(checker, where, section)
            for field in ("path", "format"):
                for name in rules_results.names_of(section.get(field, "")):
                    checker.refer((*where, field), name, names, "parameter")
            check_condition(checker, (*where, "when"), section.get("when", ()), parameters, names)
    if all(checker.is_sound((word,)) for word in ("terminal", "prompts", "prompt_timeout", "session", "parameters")):
        check_interaction(checker, task, parameters)
    sound = sound and checker.is_sound(("parameters",)) and checker.is_sound(("results",))
    for i, example in enumerate(task.get("examples", [])):
        if checker.is_sound(("examples", i)):
            _check_example(checker, ("examples", i), example, parameters, names, results, sound)


_WITHIN_WORDS = ("int", "float", "string", "choice", "path", "url")


def _command(checker: Checker, task: dict[str, Any], parameters: dict[str, Parameter]) -> list[Any]:
    """Fixed words, `{name}` as the index of a parameter, words with values in them as lists of both."""
    path: Path = ("command",)
    names = list(parameters)
    result: list[Any] = []
    if "arguments" in task:
        checker.problem(("arguments",), "'command' has all words: its fixed ones, too, so there is no 'arguments'")
    for i, word in enumerate(task["command"]):
        try:
            found = placeholders(word)
        except ValueError as error:
            checker.problem((*path, i), str(error))
            continue
        if not all(checker.refer((*path, i), name, names, "parameter") for name in found):
            continue
        if not found:
            result.append(fill(word, {}))
        elif word == f"{{{found[0]}}}" and not parameters[found[0]].unsent:
            result.append(names.index(found[0]))
        else:
            for name in found:
                if parameters[name].repeated or parameters[name].type not in _WITHIN_WORDS:
                    checker.problem((*path, i), f"{name!r} is no plain value that could stand within a word")
            result.append([names.index(piece) if is_name else piece for is_name, piece in pieces(word)])
    for i, parameter in enumerate(parameters.values()):
        if (parameter.argv or parameter.flags) and i not in result:
            checker.problem(
                path, f"parameter {parameter.name!r} is not in 'command', which has all words in their order"
            )
    return result


def check_condition(
    checker: Checker, path: Path, condition: Any, parameters: dict[str, Parameter], names: list[str]
) -> None:
    """Conditions name parameters, and values that these may have."""
    for name, values in condition:
        if not checker.refer((*path, name), name, names, "parameter", at_key=True) or name not in parameters:
            continue
        for value in values:
            if not isinstance(value, bool):
                _check_value(checker, (*path, name), parameters[name], value)


def _check_value(checker: Checker, path: Path, parameter: Parameter, value: Any) -> None:
    try:
        check_one(parameter, value)
    except ValueError as error:
        checker.problem(path, f"{error}; accepted: {describe(parameter)}")


def _check_parameter(checker: Checker, path: Path, data: dict[str, Any], said: dict[str, Any]) -> None:
    if data.get("flags"):
        _check_flags(checker, path, data)
    elif data.get("argv"):
        _check_template(checker, path, data)
    elif (
        not data.get("stdin")
        and not data.get("unsent")
        and "environment" not in data
        and (data["name"] not in spoken(checker.document.data))
    ):
        checker.problem(path, f"parameter {path[-1]!r} never reaches the program: it needs 'argv' (such as "
                        f"'--{path[-1]} {{}}', or stdin) or 'environment'", at_key=True)  # fmt: skip
    for text, at, at_key in _conflicts(data, said):
        checker.problem((*path, at) if at else path, text, at_key=at_key)
    if checker.is_sound(path):
        _check_values(checker, path, data)


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
    allowed = {""} | set(_parts(data))
    if data.get("repeated") and "separator" not in data and not data.get("as_file"):
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


def _parts(data: dict[str, Any]) -> tuple[str, ...]:
    """What a value of two parts calls them in a template."""
    if data["type"] == "range":
        return "low", "high"
    return FRAMES[data.get("frame", "icrs")] if data["type"] == "position" else ()


def _conflicts(data: dict[str, Any], said: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """What is wrong, the key it is wrong at (nothing: the parameter), and whether it is the key itself."""
    kind = data["type"]
    for key, kinds in _ONLY_FOR.items():
        if key in said and kind not in kinds:
            words = {NUMBERS: "numbers ({})", _TEXTS: "texts ({})"}.get(kinds)
            what = words.format(", ".join(kinds)) if words else _listed(kinds)
            yield f"{key!r} is for {what}, not for {kind}", key, True
    for low, high in (("min", "max"), ("above", "below")):
        if low in said and high in said and said[low] > said[high]:
            yield f"{high!r} ({said[high]}) is below {low!r} ({said[low]})", high, False
    if "max_items" in data and data["max_items"] < data.get("min_items", 0):
        yield f"'max_items' ({data['max_items']}) is below 'min_items' ({data['min_items']})", "max_items", False
    for key in ("min_items", "max_items"):
        if key in data and not data.get("repeated"):
            yield f"{key!r} counts the values of a 'repeated' parameter", key, True
    if kind == "choice" and not data.get("choices"):
        yield f"parameter {data['name']!r} is a choice and needs 'choices'", "", True
    if "separator" in data and not data.get("repeated") and kind not in ("range", "position"):
        yield "'separator' joins the values of a 'repeated' parameter", "separator", True
    if data.get("secret") and (data.get("argv") or data.get("flags")) and not data.get("as_file"):
        yield ("a secret never goes on the command line, where everybody sees it; use 'environment', argv: stdin, "
               "as_file, or the answer to a prompt", "argv", False)  # fmt: skip
    if data.get("send_default") and "default" not in data:
        yield "there is no 'default' that could be sent", "send_default", True
    if data.get("required") and "default" in data:
        yield "a required parameter has no default", "default", True
    if kind == "bool" and (data.get("repeated") or data.get("stdin")):
        yield "a bool is neither repeated nor given on standard input", "", True
    forms = TIME_FORMS if kind == "time" else ("degrees", "sexagesimal")
    if "form" in data and kind in ("time", "position") and data["form"] not in forms:
        yield f"the form of a {kind} cannot be {data['form']!r} (allowed: {', '.join(forms)})", "form", False
    coordinates = FRAMES[data.get("frame", "icrs")]
    if kind == "angle" and data.get("coordinate", coordinates[0]) not in coordinates:
        listed = " and ".join(coordinates)
        yield (
            f"{data['coordinate']!r} is no coordinate of {data.get('frame', 'icrs')}: it has {listed}",
            "coordinate",
            False,
        )
    if kind == "angle" and "frame" in data and "coordinate" not in data:
        yield "'frame' of an angle says what its 'coordinate' belongs to, and there is none", "frame", True


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _check_values(checker: Checker, path: Path, data: dict[str, Any]) -> None:
    """Choices and default must be values of the parameter's own type."""
    bounds = {key: data[key] for key in ("minimum", "maximum", "above", "below") if key in data}
    plain = Parameter(name=data["name"], type=data["type"], **bounds)
    for i, choice in enumerate(data.get("choices", []) if data["type"] != "choice" else []):
        _check_value(checker, (*path, "choices", i), plain, choice)
    if "default" in data:
        parameter = build_parameter(data)
        values = data["default"] if isinstance(data["default"], list) else [data["default"]]
        if data["type"] in ("range", "position") and not any(isinstance(value, list) for value in values):
            values = [data["default"]]
        for value in values:
            _check_value(checker, (*path, "default"), parameter, value)


def _check_aliases(checker: Checker, parameters: dict[str, Parameter], names: list[str]) -> None:
    owners = {name: name for name in names}
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


def _check_example(
    checker: Checker,
    path: Path,
    example: dict[str, Any],
    parameters: dict[str, Parameter],
    names: list[str],
    results: dict[str, Any],
    sound: bool,
) -> None:
    known = {alias: p for p in parameters.values() for alias in (p.name, *p.aliases)}
    given = set()
    for name, value in example.get("call", {}).items():
        where = (*path, "call", name)
        if not checker.refer(where, name, [*names, *(alias for alias in known if alias not in names)], "parameter",
                             at_key=True) or value is None or name not in known:  # fmt: skip
            continue
        parameter = known[name]
        given.add(parameter.name)
        if sound:
            for item in value if parameter.repeated and isinstance(value, list) else [value]:
                _check_value(checker, where, parameter, item)
    for parameter in parameters.values():
        if parameter.required and parameter.name not in given:
            checker.problem(path, f"the example does not give the required parameter {parameter.name!r}")
    keys = rules_results.key_names(results)
    for name in example.get("expect", {}) if keys is not None else ():
        checker.refer((*path, "expect", name), name, keys or [], "result key", at_key=True)
