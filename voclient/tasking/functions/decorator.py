"""`@task`: a Python function that is called as a task, and runs in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, overload

from ..descriptor import Descriptor, Invocation
from ..errors import TaskError
from ..tasks import Task
from ..values import is_table
from . import calls

if TYPE_CHECKING:
    from .description import Description
    from .kinds import Kind


@overload
def task(function: Callable[..., Any], /) -> FunctionTask: ...
@overload
def task(
    *, name: str | None = None, summary: str | None = None, units: Mapping[str, str] | None = None
) -> Callable[[Callable[..., Any]], FunctionTask]: ...
def task(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    summary: str | None = None,
    units: Mapping[str, str] | None = None,
) -> Any:
    """Make a Python function a task: called like any task, it runs in a process of its own.

    Its annotations say what the parameters are, its docstring (numpydoc) documents them. It returns a dict of results,
    or a single one (key `result`; a Table: `table`); a generator yields pairs of key and value, and dicts, each a row.

    Parameters
    ----------
    function : function
        At the top of a module or script, so that its own process finds it.
    name : str, optional
        Of the task; that of the function by default.
    summary : str, optional
        In a line; the first of the docstring by default.
    units : mapping of str to str, optional
        Units of parameters and results, by name.

    Returns
    -------
    FunctionTask
        The task; as its attribute `function` the function itself.

    Raises
    ------
    TypeError
        It is no function. What is wrong with its annotations is a `DescriptorError`, when the task is first used.

    Examples
    --------
    >>> from voclient.tasking import task
    >>> @task
    ... def distance(parallax: float):
    ...     return {"distance": 1000 / parallax}
    >>> distance(768.5)["distance"]
    1.3012361743656473
    """
    if function is None:
        return lambda function: FunctionTask(function, name, summary, units)
    return FunctionTask(function, name, summary, units)


class FunctionTask(Task):
    """A Python function as a task; its attribute `function` is the function itself: called, it runs right here."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None = None,
        summary: str | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is no function: a task is made of one that was defined by `def`")
        self.function = function
        self._options = (name, summary, dict(units or {}))
        self._description: Description | None = None
        self.__name__ = name or function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__

    @property
    def descriptor(self) -> Descriptor:  # type: ignore[override]
        """What the function's signature, annotations and docstring say; read when first asked for."""
        return self._describe().descriptor

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return super().__doc__ or ""

    def _describe(self) -> Description:
        if self._description is None:
            from .description import describe_function

            _, summary, units = self._options
            self._description = describe_function(self.function, self.__name__, summary, units, self._command())
        return self._description

    def _command(self) -> tuple[str, ...]:
        """The interpreter's options, as of this one, our script, and a name for those who list processes."""
        from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]  # multiprocessing's, too

        script = os.path.join(os.path.dirname(__file__), "worker.py")
        options = [word for word in _args_from_interpreter_flags() if word != "-P"]
        return (*options, "-P", script, f"{self.__module__}:{self.__qualname__}")

    def _translate(self, given: Mapping[str, Any]) -> Invocation:
        import json

        from ..arguments import begin

        if calls.importing:
            raise TaskError(
                f"{self.__name__}: called while the process of a task imports the file it is in; a script calls its "
                "tasks under `if __name__ == '__main__':`"
            )
        kinds = self._describe().kinds
        given = {name: _words(value) if _is_enum(kinds, name) else value for name, value in given.items()}
        invocation = begin(self.descriptor, given)
        values: dict[str, Any] = dict(invocation.values)
        for name, kind in kinds.items():
            if kind.nullable and name not in values and (name in given or self._needs(name)):
                values[name] = None
        staged: list[int] = []
        try:
            arguments = {name: self._argument(kinds[name], value, staged) for name, value in values.items()}
            invocation.stdin = json.dumps(calls.describe_call(self, arguments)).encode()
        except BaseException:
            for number in staged:
                os.close(number)
            raise
        invocation.descriptors = tuple(staged)
        return invocation

    def _needs(self, name: str) -> bool:
        """Whether the function has no default of its own for a parameter that may be None."""
        code = self.function.__code__
        positional = code.co_varnames[: code.co_argcount]
        with_default = positional[len(positional) - len(self.function.__defaults__ or ()) :]
        return name not in with_default and name not in (self.function.__kwdefaults__ or {})

    def _argument(self, kind: Kind, value: Any, staged: list[int]) -> dict[str, Any]:
        """A checked value, and what its process makes of it. Tables go as open files."""
        argument: dict[str, Any] = {"value": value, "convert": kind.convert, "many": kind.many}
        if kind.convert == "table":
            argument |= {"class": kind.name, "names": kind.names, "value": _stage(value, staged)}
        elif kind.convert == "quantity":
            argument["unit"] = kind.unit
        return argument

    def __reduce__(self) -> Any:
        if calls.find_place(self) is not None and calls.member(sys.modules[self.__module__], self.__qualname__) is self:
            return calls.member_of, (self.__module__, self.__qualname__)
        return FunctionTask, (self.function, *self._options)


def _stage(value: Any, staged: list[int]) -> Any:
    if isinstance(value, list):
        return [_stage(each, staged) for each in value]
    if not is_table(value):
        return value
    from ..staging import stage_table

    staged.append(stage_table(value))
    return staged[-1]


def _is_enum(kinds: dict[str, Kind], name: str) -> bool:
    return name in kinds and kinds[name].convert == "enum"


def _words(value: Any) -> Any:
    """Members of enumerations as the words that stand for them."""
    from enum import Enum

    from .kinds import word

    if isinstance(value, (list, tuple)):
        return [_words(each) for each in value]
    return word(value) if isinstance(value, Enum) else value
