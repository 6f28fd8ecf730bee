"""Parameter sets as files: written and read as YAML; IRAF's and HEASoft's `.par` files are read as well."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ..errors import DescriptorError, TaskParameterError
from .arguments import resolve_names
from .pset import ParameterSet
from .values import describe, is_table, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .tasks import Task

_FIELD = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^,]*?))\s*(?:,|$)""")


def write(pset: ParameterSet) -> str:
    """The text of a file: what is set, and as comments what is not."""
    descriptor = pset.task.descriptor
    package = f"{descriptor.package}." if descriptor.package else ""
    lines = [f"# {descriptor.summary}", f"task: {package}{descriptor.task}", "parameters:" + " {}" * (not pset)]
    for parameter in descriptor.parameters:
        phrase = describe(parameter) + ("; required" if parameter.required else "")
        phrase += "" if parameter.default is None else f"; default {parameter.default}"
        note = f"{parameter.help} ({phrase})" if parameter.help else phrase
        lines += ["", "  # " + " ".join(note.split())]
        name = parameter.name
        if name in pset and not parameter.secret:
            try:
                lines.append(f"  {name}: {_spell(pset[name])}")
            except ValueError as error:
                raise _error(pset.task, f"parameter {name!r}: {error}", name, pset[name]) from None
        else:
            lines.append(f"  # {name}:" + (" (secret: not saved)" if name in pset else ""))
    return "\n".join(lines) + "\n"


def read(task: Task, file: str) -> ParameterSet:
    """What a file says, checked; a mistake is told with its place."""
    result = ParameterSet(task)
    for place, name, value in _read_par(task, file) if file.endswith(".par") else _read_yaml(task, file):
        try:
            own = next(iter(resolve_names(task.descriptor, {name: ""})))
            if value is not None and own in result:
                raise _error(task, f"parameter {own!r} is given twice, under two of its names", own, value)
            result[name] = value
        except TaskParameterError as error:
            raise _error(task, f"{place}: {_without(task, error)}", error.parameter, error.value) from None
    return result


def _read_yaml(task: Task, file: str) -> Iterator[tuple[str, str, Any]]:
    from ..descriptors.yamlfile import read_document

    try:
        document = read_document(file, surrogates=True)
    except DescriptorError as error:
        raise _error(task, f"parameter set {error}", value=file) from error
    data = document.data
    for line, column, text in document.problems:
        raise _error(task, f"{file}:{line}:{column}: {text}", value=file)
    if not isinstance(data, dict) or not isinstance(data.get("parameters"), dict) or set(data) - {"task", "parameters"}:
        text = "a file of parameters says `task: NAME` and `parameters:`, a value by the name of each"
        raise _error(task, f"{file}: {text}", value=file)
    descriptor = task.descriptor
    names = (descriptor.task, *descriptor.aliases)
    if data.get("task") not in (None, *names, *(f"{descriptor.package}.{name}" for name in names)):
        line, column = document.places[("task",)]
        raise _error(task, f"{file}:{line}:{column}: these are parameters of {data['task']}", value=file)
    types = {name: p.type for name, p in descriptor.by_name.items()}
    for name, value in data["parameters"].items():
        path = ("parameters", name)
        line, column = document.keys[path]
        # What is written `1.10` is text where text is wanted.
        if types.get(name) in ("string", "path", "url", "choice") and value is not None:
            value = document.raw.get(path, value)
        yield f"{file}:{line}:{column}", str(name), value


def _read_par(task: Task, file: str) -> Iterator[tuple[str, str, Any]]:
    """Lines `name,type,mode,value,min,max,prompt`; what is empty or INDEF is not set, `mode` is no parameter."""
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as stream:
            lines = stream.read().splitlines()
    except OSError as error:
        raise _error(task, f"parameter set {file} cannot be read: {error.strerror}", value=file) from error
    separators = {name: p.separator or "," for name, p in task.descriptor.by_name.items() if p.repeated}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = [found[1] or found[2] or found[3] or "" for found in _FIELD.finditer(line)]
        if len(fields) < 4:
            raise _error(task, f"{file}:{number}: not a line of a .par file: name,type,mode,value,…", value=file)
        name, value = fields[0], fields[3]
        if name in ("mode", "") or value in ("", "INDEF"):
            continue
        if value.startswith(")"):
            text = f"{value!r} stands for a parameter of another task, which is not followed; write the value itself"
            raise _error(task, f"{file}:{number}: parameter {name!r}: {text}", name, value)
        items = [item.strip() for item in value.split(separators[name])] if name in separators else []
        yield f"{file}:{number}", name, items if len(items) > 1 else value


def _spell(value: Any) -> str:
    """A checked value in YAML; `ValueError` for what has no text."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_spell, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, (int, float)):
        return repr(value)
    if is_table(value) or not isinstance(value, str):
        raise ValueError(f"{show(value)} is in memory only; write it to a file, and give its name")
    from ..descriptors.yamlfile import quoted

    return quoted(value)


def _without(task: Task, error: TaskParameterError) -> str:
    return str(error).removeprefix(f"{task.__name__}: ")


def _error(task: Task, text: str, parameter: str = "", value: Any = None) -> TaskParameterError:
    return TaskParameterError(f"{task.__name__}: {text}", task=task.__name__, parameter=parameter, value=value)
