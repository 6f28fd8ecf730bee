"""Read descriptors and package files: checked wholly, compiled once.

What a file says in normal form is kept as JSON in the cache folder, named after the file's path and good for one
modification time, size and version of the format's code. PyYAML is imported only when that misses.
"""

from __future__ import annotations

import json
import os
from binascii import crc32
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import locations
from ..errors import DescriptorError
from .descriptor import (
    Condition,
    Descriptor,
    Example,
    ExitStatus,
    Key,
    Package,
    Parameter,
    Place,
    Prompt,
    Requirement,
    Results,
    Section,
    SessionForm,
)

if TYPE_CHECKING:
    from .checking import Checker

_T = TypeVar("_T")
_COMPILER = 5
"""Goes up whenever the normal form of the same YAML changes."""


def load_descriptor(file: str | os.PathLike[str], package: Package | None = None) -> Descriptor:
    """Read the descriptor of a task.

    Parameters
    ----------
    file : path
        The YAML file.
    package : Package, optional
        The package it belongs to: its name, and defaults for its tasks.

    Returns
    -------
    Descriptor
        The whole of it, checked.

    Raises
    ------
    DescriptorError
        The file cannot be read or is wrong: every mistake with line, column, and what is allowed.

    Examples
    --------
    >>> descriptor = load_descriptor("mytasks/countlines.yaml")
    >>> descriptor.executable, [parameter.name for parameter in descriptor.parameters]
    ('wc', ['file'])
    """
    return _load(file, "descriptor", lambda data, path: build_descriptor(data, path, package))


def check_units(file: str | os.PathLike[str]) -> None:
    """Whether astropy knows every unit of a descriptor that is right otherwise; `DescriptorError` names the others."""
    from .unit_names import check_unit_names

    _compile(os.path.abspath(file), "descriptor", check_unit_names)


def check_aliases(file: str | os.PathLike[str]) -> None:
    """Whether the tasks exist that a right `package.yaml` gives other names; `DescriptorError` names the others."""
    from .schema import check_moved_tasks

    _compile(os.path.abspath(file), "package", check_moved_tasks)


def load_package_file(file: str | os.PathLike[str]) -> Package:
    """Read a `package.yaml`; raises as `load_descriptor`."""
    return _load(file, "package", build_package)


def build_descriptor(data: dict[str, Any], file: str, package: Package | None = None) -> Descriptor:
    """Make a descriptor of checked data in normal form."""
    executable = data["executable"]
    if "/" in executable:
        executable = os.path.normpath(os.path.join(os.path.dirname(file), os.path.expanduser(executable)))
    results = data.get("results", {})
    stdout = list(map(_section, results.get("stdout", ())))
    environment = dict(package.environment if package else ()) | dict(data.get("environment", ()))
    return Descriptor(
        task=data["task"],
        summary=data["summary"],
        executable=executable,
        place=Place(file, *data["place"]),
        description=data.get("description", ""),
        arguments=tuple(data.get("arguments", ())),
        command=tuple(tuple(item) if isinstance(item, list) else item for item in data.get("command", ())),
        parameters=tuple(build_parameter(item) for item in data.get("parameters", ())),
        exclusive=tuple(map(tuple, data.get("exclusive", ()))),
        at_least_one=tuple(map(tuple, data.get("at_least_one", ()))),
        exactly_one=tuple(map(tuple, data.get("exactly_one", ()))),
        end_of_options=data.get("end_of_options", package.end_of_options if package else "--"),
        results=Results(
            stdout=stdout[0] if stdout else None,
            alternatives=tuple(stdout[1:]),
            stderr=_section(results["stderr"]) if "stderr" in results else None,
            files=tuple(map(_section, results.get("files", ()))),
            channel=_keys(results.get("channel", ())),
        ),
        environment=tuple(environment.items()),
        exit_statuses=tuple((number, ExitStatus(**item)) for number, item in data.get("exit_statuses", ())),
        examples=tuple(map(_example, data.get("examples", ()))),
        aliases=tuple(data.get("aliases", ())),
        package=package.name if package else "",
        bindir=package.bindir if package else None,
        install=data.get("install") or (package.install if package else ""),
        terminal=tuple(data.get("terminal", ())),
        prompts=tuple(Prompt(**item) for item in data.get("prompts", ())),
        prompt_timeout=data.get("prompt_timeout", 10.0),
        session=_session(data["session"]) if "session" in data else None,
        requires=_requirement(data) or (package.requires if package else None),
        state=package.state if package else False,
        reads_environment=(*(package.reads_environment if package else ()), *data.get("reads_environment", ())),
        volatile=data.get("volatile", False),
        deprecated=data.get("deprecated", ""),
    )


def build_parameter(data: dict[str, Any]) -> Parameter:
    """Make a parameter of checked data in normal form."""
    fields = dict(data)
    for name in ("argv", "choices", "aliases", "needs"):
        if name in fields:
            fields[name] = tuple(fields[name])
    if "flags" in fields:
        fields["flags"] = tuple((value, tuple(words)) for value, words in fields["flags"])
    if "deprecated_aliases" in fields:
        fields["deprecated_aliases"] = tuple(map(tuple, fields["deprecated_aliases"]))
    for name in ("when", "required_when"):
        if name in fields:
            fields[name] = _condition(fields[name])
    return Parameter(**fields)


def build_package(data: dict[str, Any], file: str) -> Package:
    """Make a package of checked data in normal form."""
    folder = os.path.dirname(file)
    fields = {name: value for name, value in data.items() if name not in ("package", "format", "place")}
    if "bindir" in fields:
        fields["bindir"] = os.path.normpath(os.path.join(folder, os.path.expanduser(fields["bindir"])))
    for name in ("environment", "aliases"):
        fields[name] = tuple(map(tuple, fields.get(name, ())))
    fields["deprecated_aliases"] = tuple(fields.get("deprecated_aliases", ()))
    fields["requires"] = _requirement(data)
    fields["reads_environment"] = tuple(data.get("reads_environment", ()))
    return Package(name=data["package"], folder=folder, **fields)


def _session(data: dict[str, Any]) -> SessionForm:
    return SessionForm(**data | {name: tuple(data.get(name, ())) for name in ("command", "startup")})


def _condition(data: Any) -> Condition:
    return tuple((name, tuple(values)) for name, values in data)


def _requirement(data: dict[str, Any]) -> Requirement | None:
    if "requires" not in data:
        return None
    fields = dict(data["requires"])
    if "argv" in fields:
        fields["argv"] = tuple(fields["argv"])
    return Requirement(**fields)


def _section(data: dict[str, Any]) -> Section:
    fields = data | {"keys": _keys(data.get("keys", ())), "when": _condition(data.get("when", ()))}
    for name in ("columns", "widths", "strip"):
        fields[name] = tuple(data.get(name, ()))
    return Section(**fields)


def _example(data: dict[str, Any]) -> Example:
    call, expect, needs = data.get("call", {}), data.get("expect", {}), tuple(data.get("needs", ()))
    return Example(call, expect, needs, data.get("help", ""))


def _keys(items: Any) -> tuple[Key, ...]:
    return tuple(Key(**item) for item in items)


def _load(file: str | os.PathLike[str], kind: str, build: Callable[[dict[str, Any], str], _T]) -> _T:
    """Build from the file's data in normal form: from the cache when it is there and good, else compiled."""
    path = os.path.abspath(file)
    try:
        status = os.stat(path)
    except OSError as error:
        raise DescriptorError(f"{path}: cannot be read: {error.strerror}", file=path) from error
    stamp = [_COMPILER, kind, path, status.st_mtime_ns, status.st_size]
    entry = cache_entry("descriptors", path)
    try:
        return build(read_cache(entry, stamp), path)
    except (TypeError, LookupError, ValueError, AttributeError):
        data = _compile(path, kind)
        write_cache(entry, stamp, data)
        return build(data, path)


def _compile(
    path: str, kind: str, check_more: Callable[[Checker, dict[str, Any]], None] | None = None
) -> dict[str, Any]:
    from .checking import Checker
    from .schema import check_descriptor, check_package
    from .yamlfile import read_document

    document = read_document(path)
    checker = Checker(document)
    data = (check_descriptor if kind == "descriptor" else check_package)(checker, document.data)
    if check_more is not None:
        checker.finish()
        check_more(checker, data)
    checker.finish()
    data["place"] = document.places[()]
    return data


def cache_entry(folder: str, path: str) -> str:
    """The cache file for a path. Two paths may share one, the stamp tells them apart: a proper hash costs an import."""
    name = os.path.basename(path).removesuffix(".yaml")
    return os.path.join(locations.cache_folder(), folder, f"{crc32(os.fsencode(path)):08x}-{name[:64]}")


def read_cache(entry: str, stamp: list[Any]) -> Any:
    """What `write_cache` stored under that stamp, or None. Nothing but our own files is believed."""
    try:
        with open(entry, "rb") as stream:
            if os.fstat(stream.fileno()).st_uid != os.geteuid():
                return None
            content = json.loads(stream.read())
        return content[1] if content[0] == stamp else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def write_cache(entry: str, stamp: list[Any], data: Any) -> None:
    """Put JSON in place by rename; a cache that cannot be written is no cache, and no error."""
    temporary = f"{entry}.{os.getpid()}"
    try:
        content = json.dumps([stamp, data])
        os.makedirs(os.path.dirname(entry), mode=0o700, exist_ok=True)
        with open(temporary, "w", encoding="ascii") as stream:
            stream.write(content)
        os.replace(temporary, entry)
    except (OSError, ValueError, TypeError):
        try:
            os.unlink(temporary)
        except OSError:
            return
