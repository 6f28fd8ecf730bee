"""Parameter sets: values for the parameters of one task, kept apart from any call."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ..errors import MissingKeyError, TaskParameterError
from .annotations import left_out
from .arguments import resolve_names, warn_of_old_names
from .values import check, show, suggest

if TYPE_CHECKING:
    from ..descriptors.descriptor import Parameter
    from ..opset import OPset
    from .tasks import Task


class ParameterSet(MutableMapping[str, Any]):
    """Values for parameters of one task: a dict of those that are set, each checked when it is set.

    It is a value: a call reads it and changes nothing, and no two sets know of each other. Made by `Task.pset`.

    Parameters
    ----------
    task : Task
        Whose parameters.
    values : mapping, optional
        What is set to begin with.

    Examples
    --------
    >>> from voclient.vaopackage import votsort
    >>> brightest = votsort.pset(name="vmag", top="3")
    >>> brightest["top"]
    3
    >>> brightest["top"] = 2
    >>> votsort(brightest, "stars.xml")["rows"]
    2
    """

    def __init__(self, task: Task, values: Mapping[str, Any] | None = None) -> None:
        self.task = task
        self._values: dict[str, Any] = {}
        self.update(values or {})

    def __getitem__(self, name: str) -> Any:
        own = self._own_name(name)
        if own is None:
            names = self.names()
            listed = ", ".join(names) or "none"
            text = f"{self.task.__name__}: no parameter {name!r}{suggest(str(name), names)} (parameters: {listed})"
            raise MissingKeyError(text)
        if own not in self._values:
            default = left_out(self._parameter(own))
            told = "" if default is None else f"; left out it is {show(default)}"
            raise MissingKeyError(f"{self.task.__name__}: parameter {own!r} is not set{told}")
        return self._values[own]

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __delitem__(self, name: str) -> None:
        self[name]
        del self._values[self._own_name(name) or name]

    def __contains__(self, name: object) -> bool:
        return self._own_name(name) in self._values

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self.names() if name in self._values])

    def __len__(self) -> int:
        return len(self._values)

    def update(self, other: Any = (), /, **values: Any) -> None:
        """Set several parameters: all of them, or none when one is wrong.

        Parameters
        ----------
        other : mapping, optional
            Another set, a part of one, or a dict. None as a value: not set any more.
        **values
            The same by name.

        Raises
        ------
        TaskParameterError
            As the call would.

        Examples
        --------
        >>> from voclient.vaopackage import votcnv
        >>> text = votcnv.pset(format="csv", header=False)
        >>> text.update(format="tsv", header=None)
        >>> dict(text)
        {'format': 'tsv'}
        """
        given = {**dict(other), **values}
        descriptor = self.task.descriptor
        checked = {
            name: check(self._parameter(name), value, descriptor.task)
            for name, value in resolve_names(descriptor, given).items()
        }
        for name, value in given.items():
            if value is None:
                self._values.pop(self._own_name(name) or name, None)
        self._values.update(checked)
        warn_of_old_names(descriptor, given)

    def copy(self) -> ParameterSet:
        """Make an equal one that changes for itself.

        Returns
        -------
        ParameterSet
            The other.

        Examples
        --------
        >>> from voclient.vaopackage import votsort
        >>> brightest = votsort.pset(name="vmag")
        >>> faintest = brightest.copy()
        >>> faintest["descending"] = True
        >>> dict(brightest)
        {'name': 'vmag'}
        """
        return ParameterSet(self.task, self._values)

    def __or__(self, other: Mapping[str, Any]) -> ParameterSet:
        result = self.copy()
        result.update(other)
        return result

    def names(self, pattern: str = "*") -> list[str]:
        """The names of the task's parameters, set or not.

        Parameters
        ----------
        pattern : str, optional
            As file names are matched.

        Returns
        -------
        list of str
            In the order of the descriptor.

        Examples
        --------
        >>> from voclient.vaopackage import votsort
        >>> votsort.pset().names("*d")
        ['id', 'ucd']
        """
        return [p.name for p in self.task.descriptor.parameters if fnmatchcase(p.name, pattern)]

    def select(self, *patterns: str) -> ParameterSet:
        """Those that are set and match one of the patterns, as a set of its own.

        Parameters
        ----------
        *patterns : str
            As file names are matched.

        Returns
        -------
        ParameterSet
            A part of this one, with which another can be updated.

        Examples
        --------
        >>> from voclient.vaopackage import votcnv
        >>> votcnv.pset(format="csv", header=False, indent=2).select("format", "h*")
        <parameters of vao.votcnv: format='csv', header=False>
        """
        chosen = {n: v for n, v in self._values.items() if any(fnmatchcase(n, pattern) for pattern in patterns)}
        return ParameterSet(self.task, chosen)

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write them to a file that people can read and change, with the help of each parameter.

        Parameters
        ----------
        file : path
            A YAML file, replaced if it is there. Secrets are not written.

        Raises
        ------
        TaskParameterError
            A value has no text (a Table in memory).
        OSError
            The file cannot be written.

        Examples
        --------
        >>> from voclient.vaopackage import votcnv
        >>> votcnv.pset(format="csv").save("convert.yaml")
        >>> votcnv.pset("convert.yaml", header=False)
        <parameters of vao.votcnv: format='csv', header=False>
        """
        from .pset_file import write

        text = write(self)
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)

    def __call__(self, /, *operands: Any, **given: Any) -> OPset:
        """Run the task with them; what is given here wins.

        Parameters
        ----------
        *operands, **given
            As in a call of the task.

        Returns
        -------
        OPset
            As of the task.
        """
        return self.task(self, *operands, **given)

    def merge(self, operands: tuple[Any, ...], given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a call: these, but for what the call itself gives."""
        by_place = [parameter.name for parameter, _ in zip(self.task.operands, operands, strict=False)]
        taken = {*by_place, *map(self._own_name, given)}
        return {**{name: value for name, value in self._values.items() if name not in taken}, **given}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ParameterSet) and other.task != self.task:
            return False
        return super().__eq__(other)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={self._shown(name)}" for name in self)
        package = f"{self.task.descriptor.package}." if self.task.descriptor.package else ""
        return f"<parameters of {package}{self.task.__name__}: {values or 'none set'}>"

    def __str__(self) -> str:
        """All parameters, a line each: those that are not set in parentheses, with what happens then."""
        lines = [f"{self.task.__name__}: {self.task.descriptor.summary}"]
        width = max(map(len, self.names()), default=0) + 2
        for parameter in self.task.descriptor.parameters:
            name = parameter.name
            default = left_out(parameter)
            value = self._shown(name) if name in self._values else "" if default is None else show(default)
            label = name if name in self._values else f"({name})"
            lines.append(f"  {label:<{width}}  {value:<16}  {parameter.help}".rstrip())
        return "\n".join(lines)

    def _ipython_key_completions_(self) -> list[str]:
        return self.names()

    def _shown(self, name: str) -> str:
        return "***" if self._parameter(name).secret else show(self._values[name])

    def _own_name(self, name: object) -> str | None:
        """The parameter's own name for one of its names."""
        return next((p.name for p in self.task.descriptor.parameters if name == p.name or name in p.aliases), None)

    def _parameter(self, name: str) -> Parameter:
        return next(p for p in self.task.descriptor.parameters if p.name == name)


def make_pset(task: Task, source: Any, values: Mapping[str, Any]) -> ParameterSet:
    """A set from nothing, a mapping, another set, or a file; and values by name, which win."""
    if isinstance(source, (str, os.PathLike)):
        from .pset_file import read

        result = read(task, os.fspath(source))
    elif source is None or isinstance(source, Mapping):
        result = ParameterSet(task, source)
    else:
        raise TaskParameterError(
            f"{task.__name__}: a parameter set is made of a mapping or a file, not of {show(source)}",
            task=task.__name__, value=source,
        )  # fmt: skip
    result.update(values)
    return result
