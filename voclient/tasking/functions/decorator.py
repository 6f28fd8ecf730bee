"""`@task`: a Python function that is called as a task, and runs in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from ..calls.tasks import Task
from . import calls

if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Literal

    from ..calls.annotations import QuantityLike
    from ..calls.controls import Callback, ProgressCallback
    from ..calls.pset import ParameterSet
    from ..descriptors.descriptor import Descriptor
    from ..opset import OPset


P = ParamSpec("P")
R = TypeVar("R")


@overload
def task(function: Callable[P, R], /) -> FunctionTask[P, R]: ...
@overload
def task(
    *, name: str | None = None, summary: str | None = None, units: Mapping[str, str] | None = None
) -> Callable[[Callable[P, R]], FunctionTask[P, R]]: ...
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


class FunctionTask(Task, Generic[P, R]):
    """A Python function as a task; its attribute `function` is the function itself: called, it runs right here."""

    def __init__(
        self,
        function: Callable[P, R],
        name: str | None = None,
        summary: str | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is no function: a task is made of one that was defined by `def`")
        self.function = function
        self._options = (name, summary, dict(units or {}))
        self._descriptor: Descriptor | None = None
        self.__name__ = name or function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__

    if TYPE_CHECKING:
        # A checker holds a call to the function's own signature. No type says that and task controls: with one, it
        # lets the rest pass.
        @overload
        def __call__(self, /, *operands: P.args, **given: P.kwargs) -> OPset: ...
        @overload
        def __call__(self, pset: ParameterSet, /, *operands: Any, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, async_: bool, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, execute: bool, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, timeout: float | QuantityLike | None, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, check: bool, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, cwd: str | os.PathLike[str] | None, **given: Any) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, env: Mapping[str, str] | None, **given: Any) -> OPset: ...
        @overload
        def __call__(
            self, /, *operands: Any, cache: bool | float | str | QuantityLike | timedelta, **given: Any
        ) -> OPset: ...
        @overload
        def __call__(
            self, /, *operands: Any, callback: Callback | Mapping[str, Callback] | None, **given: Any
        ) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, executor: Any, **given: Any) -> OPset: ...
        @overload
        def __call__(
            self, /, *operands: Any, progress: bool | Literal["auto"] | ProgressCallback | None, **given: Any
        ) -> OPset: ...
        @overload
        def __call__(self, /, *operands: Any, prompt: bool, **given: Any) -> OPset: ...
        def __call__(self, /, *operands: Any, **given: Any) -> OPset: ...

    @property
    def descriptor(self) -> Descriptor:  # type: ignore[override]
        """What the function's signature, annotations and docstring say; read when first asked for."""
        if self._descriptor is None:
            from .description import describe_function

            _, summary, units = self._options
            self._descriptor = describe_function(self, summary, units, self._command())
        return self._descriptor

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return super().__doc__ or ""

    def _command(self) -> tuple[str, ...]:
        """The interpreter's options, as of this one, our script, and a name for those who list processes."""
        from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]  # multiprocessing's, too

        script = os.path.join(os.path.dirname(__file__), "worker.py")
        options = [word for word in _args_from_interpreter_flags() if word != "-P"]
        return (*options, "-P", script, f"{self.__module__}:{self.__qualname__}")

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __reduce__(self) -> Any:
        if calls.find_place(self) is not None and calls.member(sys.modules[self.__module__], self.__qualname__) is self:
            return calls.member_of, (self.__module__, self.__qualname__)
        return FunctionTask, (self.function, *self._options)
