"""A call translated: descriptor and values to argv, standard input and environment. Pure, but for staged tables.

Words never meet a shell, and a value never becomes more than the words its template says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import CONTROLS, FRAMES, Descriptor, Invocation, Parameter
from ..descriptors.template import fill
from ..errors import TaskError, TaskParameterError
from ..log import warn_deprecated
from .values import check, describe, is_table, show, spell, suggest

if TYPE_CHECKING:
    from .controls import Controls


def translate(descriptor: Descriptor, given: Mapping[str, Any], controls: Controls | None = None) -> Invocation:
    """Check a call and spell it as a command.

    Parameters
    ----------
    descriptor : Descriptor
        The task.
    given : mapping
        Values by the names of parameters, or their aliases. None is as good as absent.
    controls : Controls, optional
        Those of the call: its folder and its environment say where and how tables are found.

    Returns
    -------
    Invocation
        Words, standard input, environment, and the file descriptors of staged tables.

    Raises
    ------
    TaskParameterError
        A name is unknown, a value not accepted, something missing or in conflict.
    """
    try:
        return _translate(descriptor, given, controls)
    except TaskParameterError as error:
        if any(p.secret and error.parameter in (p.name, *p.aliases) for p in descriptor.parameters):
            error.value = None
        raise


def warn_of_deprecated(descriptor: Descriptor, given: Mapping[str, Any]) -> None:
    """Warn of what a call should do no more: before anything is staged for it, as a warning may be an error."""
    if descriptor.deprecated:
        warn_deprecated(f"{descriptor.task} is deprecated: {descriptor.deprecated}")
    for p in descriptor.parameters:
        for name in (p.name, *p.aliases) if p.deprecated else ():
            _warn_if_asked(descriptor, given, name, p.deprecated)
    warn_of_old_names(descriptor, given)


def warn_of_old_names(descriptor: Descriptor, given: Mapping[str, Any]) -> None:
    """Warn of parameters under names that they should be given by no more."""
    for p in descriptor.parameters:
        for name, text in p.deprecated_aliases if not p.deprecated else ():
            _warn_if_asked(descriptor, given, name, text)


def _warn_if_asked(descriptor: Descriptor, given: Mapping[str, Any], name: str, text: str) -> None:
    if given.get(name) is not None and given[name] is not False:
        warn_deprecated(f"{descriptor.task}: parameter {name!r} is deprecated: {text}")


def _translate(descriptor: Descriptor, given: Mapping[str, Any], controls: Controls | None) -> Invocation:
    if descriptor.function is not None:
        from ..functions.calls import translate_call

        return translate_call(descriptor, descriptor.function, given)
    invocation = begin(descriptor, given)
    values = invocation.values
    if descriptor.prompts:
        from ..running.dialogue import answers

        invocation.answers = answers(descriptor, values)
    stage = _Stage(descriptor, controls)
    try:
        invocation.words += _words(descriptor, values, stage)
        for parameter in descriptor.parameters:
            if parameter.name not in values:
                continue
            if parameter.stdin:
                invocation.stdin = _standard_input(descriptor, parameter, values[parameter.name], stage)
            if parameter.environment:
                items = [_word(descriptor, parameter, item, stage) for item in _items(values[parameter.name])]
                invocation.environment[parameter.environment] = (parameter.separator or " ").join(items)
    except BaseException:
        stage.close()
        raise
    invocation.descriptors = tuple(stage.descriptors)
    return invocation


def begin(descriptor: Descriptor, given: Mapping[str, Any]) -> Invocation:
    """Check a call: an invocation with its values, that has no words yet but those that are always there."""
    given = resolve_names(descriptor, given)
    values = {p.name: check(p, given[p.name], descriptor.task) for p in descriptor.parameters if p.name in given}
    for p in descriptor.parameters:
        if p.send_default and p.name not in given:
            values[p.name] = check(p, p.default, descriptor.task)
    kept = {p.name for p in descriptor.parameters if p.min_items == 0}
    values = {name: value for name, value in values.items() if value != [] or name in kept}
    _check_groups(descriptor, values)
    plain = [not isinstance(values[p.name], list) for p in descriptor.parameters if p.repeated and p.name in values]
    return Invocation(
        executable=descriptor.executable,
        words=list(descriptor.arguments),
        environment=dict(descriptor.environment),
        values=values,
        many=not plain or not all(plain),
    )


def resolve_names(descriptor: Descriptor, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the parameters' own names; those that are None are left out."""
    names = {name: p.name for name, p in descriptor.by_name.items()}
    result: dict[str, Any] = {}
    for name, value in given.items():
        if name not in names:
            listed = ", ".join(p.name for p in descriptor.parameters) or "none"
            raise TaskParameterError(
                f"{descriptor.task}: no parameter {name!r}{suggest(name, (*names, *CONTROLS))} (parameters: {listed})",
                task=descriptor.task, parameter=name, value=value,
            )  # fmt: skip
        if value is None:
            continue
        if names[name] in result:
            raise TaskParameterError(
                f"{descriptor.task}: parameter {names[name]!r} is given twice, under two of its names",
                task=descriptor.task, parameter=names[name], value=value,
            )  # fmt: skip
        result[names[name]] = value
    return result


def _check_groups(descriptor: Descriptor, values: dict[str, Any]) -> None:
    task = descriptor.task
    # A bool that is False asks for nothing, so it neither conflicts nor counts.
    asked = {name for name, value in values.items() if value is not False}
    for parameter in descriptor.parameters:
        name = parameter.name
        if parameter.required and name not in values:
            what = parameter.help.rstrip(".") or describe(parameter)
            raise TaskParameterError(f"{task}: parameter {name!r} is required ({what})", task=task, parameter=name)
        if (parameter.when and name in asked) or (parameter.required_when and name not in values):
            _check_conditions(descriptor, parameter, values)
        for other in parameter.needs if name in asked else ():
            if other not in asked:
                raise TaskParameterError(
                    f"{task}: parameter {name!r} needs {other!r} as well", task=task, parameter=name
                )
    for group in (*descriptor.exclusive, *descriptor.exactly_one):
        both = [name for name in group if name in asked]
        if len(both) > 1:
            listed = " and ".join(map(repr, both))
            raise TaskParameterError(
                f"{task}: {listed} exclude each other; give one of them",
                task=task,
                parameter=both[1],
                value=values[both[1]],
            )
    for group in (*descriptor.at_least_one, *descriptor.exactly_one):
        if not any(name in asked for name in group):
            listed = " or ".join(map(repr, group))
            raise TaskParameterError(f"{task}: one of {listed} must be given", task=task, parameter=group[0])


def _check_conditions(descriptor: Descriptor, parameter: Parameter, values: dict[str, Any]) -> None:
    from ..descriptors.conditions import describe_condition, holds

    task, name = descriptor.task, parameter.name
    if parameter.when and name in values and not holds(parameter.when, descriptor, values):
        condition = describe_condition(parameter.when)
        raise TaskParameterError(
            f"{task}: parameter {name!r} is for {condition} only", task=task, parameter=name, value=values[name]
        )
    if parameter.required_when and name not in values and holds(parameter.required_when, descriptor, values):
        condition = describe_condition(parameter.required_when)
        raise TaskParameterError(f"{task}: parameter {name!r} is required with {condition}", task=task, parameter=name)


_SAFE = ("path", "table", "int", "float", "angle", "quantity", "range", "position")
"""Types whose words may begin with `-` before a program that knows no `--`: numbers, and files, which get `./`."""


def _words(descriptor: Descriptor, values: dict[str, Any], stage: _Stage) -> list[str]:
    """In order of declaration; when an operand begins with `-`, options go first, then `--` and the operands."""
    groups = [
        (parameter, _expand(descriptor, parameter, values[parameter.name], stage))
        for parameter in descriptor.parameters
        if parameter.name in values and (parameter.argv or parameter.flags)
    ]
    if descriptor.command:
        groups = _arrange(descriptor, {parameter.name: words for parameter, words in groups}, values, stage)
    risky = [
        (parameter, word) for parameter, words in groups if parameter.operand
        for word in words if word.startswith("-") and word != "-"
    ]  # fmt: skip
    if not risky:
        return [word for _, words in groups for word in words]
    if descriptor.end_of_options is not None and not descriptor.command:
        options = [word for parameter, words in groups if not parameter.operand for word in words]
        operands = [word for parameter, words in groups if parameter.operand for word in words]
        return [*options, descriptor.end_of_options, *operands]
    for parameter, word in risky:
        # Who asks for a number, or for one of its own words, knows what begins with `-`.
        if parameter.type not in _SAFE and not parameter.choices:
            raise _refusal(descriptor, parameter, word, "begins with '-' and the program would take it for an option")
    return [
        f"./{word}" if is_file and word.startswith("-") and word != "-" else word
        for is_file, words in ((p.operand and p.type in ("path", "table"), words) for p, words in groups)
        for word in words
    ]


_FIXED = Parameter("")


def _arrange(
    descriptor: Descriptor, groups: dict[str, list[str]], values: dict[str, Any], stage: _Stage
) -> list[tuple[Parameter, list[str]]]:
    """The words in the order of `command`. A `--` in it protects the operands behind it."""
    result = []
    protected = False
    for item in descriptor.command:
        if isinstance(item, str):
            result.append((_FIXED, [item]))
            protected = protected or item == "--"
        elif isinstance(item, tuple):
            used = [descriptor.parameters[piece] for piece in item if isinstance(piece, int)]
            if all(p.name in values for p in used):
                parts = [
                    piece if isinstance(piece, str) else values[descriptor.parameters[piece].name] for piece in item
                ]
                word = "".join(_word(descriptor, used[0], part, stage) for part in parts)
                is_fixed = protected or isinstance(item[0], str)
                result.append((_FIXED if is_fixed else used[0]._replace(argv=("{}",)), [word]))
        elif (parameter := descriptor.parameters[item]).name in groups:
            result.append((_FIXED if protected else parameter, groups[parameter.name]))
    return result


def _expand(descriptor: Descriptor, parameter: Parameter, value: Any, stage: _Stage) -> list[str]:
    if parameter.flags:
        return [word for item in _items(value) for choice, words in parameter.flags if choice == item for word in words]
    if parameter.type == "bool":
        return [fill(word, {}) for word in parameter.argv] if value else []
    if parameter.type in ("range", "position"):
        return [fill(word, parts) for pair in _items(value) for parts in (spell_parts(parameter, pair),)
                for word in parameter.argv]  # fmt: skip
    if parameter.as_file:
        return [fill(word, {"": _as_file(descriptor, parameter, value, stage)}) for word in parameter.argv]
    items = [_word(descriptor, parameter, item, stage) for item in _items(value)]
    if not items:
        return []
    if parameter.repeated and parameter.separator is not None:
        items = [_join(descriptor, parameter, items) if isinstance(value, list) else items[0]]
    if "{...}" in parameter.argv:
        return [w for word in parameter.argv for w in (items if word == "{...}" else [fill(word, {})])]
    return [fill(word, {"": item}) for item in items for word in parameter.argv]


def spell_parts(parameter: Parameter, pair: tuple[Any, Any]) -> dict[str, str]:
    """The two of a range or position by their names, and both in one word."""
    if parameter.type == "range":
        names, words = ("low", "high"), _spelled(parameter, pair)
    else:
        names = FRAMES[parameter.frame]
        if parameter.form == "sexagesimal":
            from .quantities import spell_sexagesimal

            hours = names[0] == "ra"
            words = spell_sexagesimal(pair[0], hours=hours), spell_sexagesimal(pair[1], hours=False)
        else:
            words = _spelled(parameter, pair)
    return {names[0]: words[0], names[1]: words[1], "": (parameter.separator or ",").join(words)}


def _spelled(parameter: Parameter, pair: tuple[Any, Any]) -> tuple[str, str]:
    return spell(pair[0], decimal=parameter.decimal), spell(pair[1], decimal=parameter.decimal)


def _as_file(descriptor: Descriptor, parameter: Parameter, value: Any, stage: _Stage) -> str:
    """The name of a file that holds the values, a line each (or joined by the separator)."""
    words = [_word(descriptor, parameter, item, stage) for item in _items(value)]
    for word in words if len(words) > 1 else ():
        if "\n" in word:
            raise _refusal(descriptor, parameter, word, "has two lines, but its list is a file with a line for each")
    return stage.write(os.fsencode((parameter.separator or "\n").join(words) + "\n"))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _join(descriptor: Descriptor, parameter: Parameter, items: list[str]) -> str:
    separator = parameter.separator or ""
    for item in items:
        if separator and separator in item:
            raise _refusal(
                descriptor, parameter, item, f"contains {separator!r}, which separates the values of its list"
            )
    return separator.join(items)


def _word(descriptor: Descriptor, parameter: Parameter, value: Any, stage: _Stage) -> str:
    """One value as a word that can be handed to a program."""
    if parameter.type == "table" and isinstance(value, str):
        value = stage.read(parameter, value)
    if is_table(value):
        try:
            return stage.name(value, parameter.format)
        except TaskError:
            raise
        except Exception as error:  # whatever astropy's writers raise
            reason = f"cannot be written as {parameter.format}: {error}"
            raise _refusal(descriptor, parameter, value, reason) from error
    word = spell(value, decimal=parameter.decimal)
    if "\0" in word:
        raise _refusal(descriptor, parameter, value, "contains the character NUL; no program can be given it")
    try:
        os.fsencode(word)
    except UnicodeEncodeError as error:
        reason = f"contains {word[error.start]!r}, which has no bytes; no program can be given it"
        raise _refusal(descriptor, parameter, value, reason) from None
    return word


def _standard_input(descriptor: Descriptor, parameter: Parameter, value: Any, stage: _Stage) -> bytes | str:
    """The bytes themselves, or the path of the file that is standard input."""
    if isinstance(value, list):
        separator = parameter.separator or "\n"
        text = separator.join(_word(descriptor, parameter, item, stage) for item in value)
        return os.fsencode(text if parameter.separator else text + "\n")
    word = _word(descriptor, parameter, value, stage)
    if parameter.type not in ("path", "table"):
        return os.fsencode(word)
    if "://" in word:
        raise _refusal(
            descriptor, parameter, word, "is no file; it is read from standard input: give a file or a Table"
        )
    return word


def _refusal(descriptor: Descriptor, parameter: Parameter, value: Any, reason: str) -> TaskParameterError:
    shown, value = ("its secret value", None) if parameter.secret else (show(value), value)
    text = f"{descriptor.task}: parameter {parameter.name!r}: {shown} {reason}"
    return TaskParameterError(text, task=descriptor.task, parameter=parameter.name, value=value)


class _Stage:
    """Files written for one call. The descriptors belong to the invocation, and are closed if none comes of it."""

    def __init__(self, descriptor: Descriptor, controls: Controls | None) -> None:
        self.descriptors: list[int] = []
        self._descriptor = descriptor
        self._controls = controls

    def name(self, table: Any, format: str) -> str:
        from ..running.environment import table_rows
        from .staging import stage_table

        rows = table_rows(self._descriptor, self._controls.env if self._controls else {})
        self.descriptors.append(stage_table(table, format, rows))
        return f"/dev/fd/{self.descriptors[-1]}"

    def read(self, parameter: Parameter, name: str) -> Any:
        """The table of a Parquet file, which programs cannot read; any other name as it is."""
        from .staging import is_parquet, read_parquet

        path = os.path.join((self._controls and self._controls.cwd) or "", name)
        if not is_parquet(path):
            return name
        try:
            return read_parquet(path)
        except Exception as error:  # whatever astropy and pyarrow raise
            reason = f"cannot be read as Parquet by astropy: {error}"
            raise _refusal(self._descriptor, parameter, name, reason) from error

    def write(self, content: bytes) -> str:
        from ..running.process import open_bytes

        self.descriptors.append(open_bytes(content))
        return f"/dev/fd/{self.descriptors[-1]}"

    def close(self) -> None:
        for number in self.descriptors:
            os.close(number)
        self.descriptors.clear()
