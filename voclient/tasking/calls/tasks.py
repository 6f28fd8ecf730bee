"""A task: a descriptor made callable."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import CONTROLS, Descriptor, Invocation, Parameter, as_dict
from ..errors import TaskParameterError

if TYPE_CHECKING:
    import inspect

    from ..opset import OPset
    from ..sessions.session import Session
    from .annotations import TableLike
    from .controls import Controls
    from .map import Map
    from .pset import ParameterSet


class _OfEachTask(property):
    """A property of tasks, which their class has as any class has it."""

    def __get__(self, task: Any, owner: type | None = None) -> Any:
        if task is not None:
            return super().__get__(task, owner)
        if self.fget is not None and self.fget.__name__ == "__doc__":
            return getattr(owner, "_OF_ALL", None)
        raise AttributeError  # so `inspect` looks at `__init__`


class Task:
    """A task function: call it, ask for `help()`, look at its signature.

    Parameters
    ----------
    descriptor : Descriptor
        What it calls, and how.

    Attributes
    ----------
    descriptor : Descriptor
        The same.

    Examples
    --------
    >>> from voclient.vaopackage import votinfo
    >>> votinfo
    <task vao.votinfo>
    >>> votinfo("stars.xml")["rows"]
    5
    """

    # Functions have `__get__`; so have tasks, and `help()` and `inspect` show them as functions.
    def __get__(self, instance: object, owner: type | None = None) -> Task:
        return self

    def __init__(self, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self.__name__ = self.__qualname__ = descriptor.task
        self.__module__ = f"voclient.{descriptor.package}package" if descriptor.package == "vao" else descriptor.package

    def __call__(self, /, *operands: Any, **given: Any) -> OPset:
        """Run the task.

        Parameters
        ----------
        *operands
            By position.
        **given
            Parameters and task controls by name.

        Returns
        -------
        OPset
            What the task gives back.

        Raises
        ------
        TaskParameterError
            The call is wrong; nothing was started.
        ExecutableNotFoundError
            Its program is missing.
        TaskExecutionError
            It failed, and `check` was given.
        """
        if self.descriptor.session is not None:
            from ..sessions.session import call_once

            return call_once(self, operands, given)
        from ..running.run import start
        from .arguments import translate, warn_of_deprecated

        controls, values = self.split_controls(given)
        values = self.by_name(operands, values)
        warn_of_deprecated(self.descriptor, values)
        if controls.prompt:
            from .prompting import ask_missing

            values = ask_missing(self.descriptor, values)
        return start(self.descriptor, translate(self.descriptor, values, controls), controls)

    def prepare(self, /, *operands: Any, **given: Any) -> Invocation:
        """Check a call and translate it, without a run.

        Parameters
        ----------
        *operands, **given
            As in a call, without task controls.

        Returns
        -------
        Invocation
            The words of the command line, standard input, and environment.

        Raises
        ------
        TaskParameterError
            The call is wrong.

        Examples
        --------
        >>> from voclient.vaopackage import votsort
        >>> votsort.prepare("stars.xml", name="vmag", top=3).words
        ['stars.xml', '--name=vmag', '--top=3']
        """
        from .arguments import translate, warn_of_deprecated

        values = self.by_name(operands, given)
        warn_of_deprecated(self.descriptor, values)
        return translate(self.descriptor, values)

    def pset(
        self, source: Mapping[str, Any] | str | os.PathLike[str] | None = None, /, **values: Any
    ) -> ParameterSet:  # fmt: skip
        """Make a set of parameters for calls to come.

        Parameters
        ----------
        source : mapping or path, optional
            What it begins with: another set, a dict, or a file (`ParameterSet.save` writes them; `.par` files of IRAF
            and HEASoft are read, too).
        **values
            Parameters by name; they win.

        Returns
        -------
        ParameterSet
            A dict of what is set. `task(pset, …)` and `pset(…)` run the task with it.

        Raises
        ------
        TaskParameterError
            A name or a value is wrong, or the file.

        Examples
        --------
        >>> from voclient.vaopackage import votcnv
        >>> text = votcnv.pset(format="csv", header=False)
        >>> votcnv(text, "stars.xml", format="tsv")["format"]
        'tsv'
        """
        from .pset import make_pset

        return make_pset(self, source, values)

    def map(
        self, items: Iterable[Any] | TableLike, columns: Mapping[str, str] | None = None, /, *,
        as_finished: bool = False, in_flight: int | None = None, **given: Any,
    ) -> Map:  # fmt: skip
        """Run the task for each of many inputs, several at a time.

        Parameters
        ----------
        items : iterable
            For each run a value of the first operand, a tuple of operands, or a dict of parameters (and controls); or
            an astropy Table, whose rows give the parameters that its columns are named after. It is consumed as
            results are taken.
        columns : mapping, optional
            Of a table or of dicts: from the name of a column or key to the parameter it is for.
        as_finished : bool, default: False
            Results come as they end, instead of in the order of the items.
        in_flight : int, optional
            How many runs are begun ahead of the result that is taken; by default four for each process that may run.
        **given
            Parameters and task controls for all of them.

        Returns
        -------
        Map
            An iterator of finished OPsets; closing it ends what still runs.

        Raises
        ------
        TaskParameterError
            The call is wrong. What is wrong with one item is raised in its place, and iteration may go on.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> [result["ra"] for result in vosesame.map(["m31", "m51"])]
        [10.684708, 202.469575]
        """
        from .map import begin_map

        return begin_map(self, items, columns, given, as_finished=as_finished, in_flight=in_flight)

    def session(self, /, *operands: Any, **given: Any) -> Session:
        """Begin a session: one process of the program for many calls.

        Parameters
        ----------
        *operands, **given
            What the program is started with, and the task controls `cwd`, `env`, and for all calls `timeout`, `check`.

        Returns
        -------
        Session
            To be called, and closed: `with task.session() as session:`.

        Raises
        ------
        TaskParameterError
            The call is wrong.
        TaskError
            The descriptor of this task has no `session`.

        Examples
        --------
        >>> from voclient.tasking import import_task
        >>> with import_task("gnuplot.evaluate").session(timeout=10) as evaluate:
        ...     evaluate("6 * 7")["value"]
        42.0
        """
        from ..sessions.session import Session

        return Session(self, operands, given)

    @property
    def operands(self) -> tuple[Parameter, ...]:
        """The parameters that may be given by position, in this order."""
        return tuple(parameter for parameter in self.descriptor.parameters if parameter.positional)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the descriptor says, as a dict.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> votinfo.attributes["summary"]
        'Report the structure of a VOTable'
        """
        result: dict[str, Any] = as_dict(self.descriptor)
        return result

    @_OfEachTask
    def __signature__(self) -> inspect.Signature:
        from .binding import make_signature

        return make_signature(self.descriptor)

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]
        from .binding import make_annotations

        return make_annotations(self.descriptor)

    if not TYPE_CHECKING:  # which knows that every class has one of its own
        _OF_ALL = __doc__

        @_OfEachTask
        def __doc__(self) -> str:
            from .binding import make_docstring

            return make_docstring(self.descriptor)

    def __repr__(self) -> str:
        return (
            f"<task {self.descriptor.package}.{self.__name__}>"
            if self.descriptor.package
            else f"<task {self.__name__}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Task, (self.descriptor,)

    def __eq__(self, other: object) -> bool:
        return self.descriptor == other.descriptor if isinstance(other, Task) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.descriptor.task, self.descriptor.place))

    def by_name(self, operands: tuple[Any, ...], given: dict[str, Any]) -> dict[str, Any]:
        """All values of a call by name."""
        operands, given = self._without_pset(operands, given)
        names = [parameter.name for parameter in self.operands]
        if len(operands) > len(names):
            raise TaskParameterError(self._too_many(operands, names), task=self.__name__, value=operands[len(names)])
        for name, value in zip(names, operands, strict=False):
            if name in given:
                raise TaskParameterError(
                    f"{self.__name__}: parameter {name!r} is given twice, by position and by name",
                    task=self.__name__, parameter=name, value=given[name],
                )  # fmt: skip
            given[name] = value
        return given

    def _without_pset(self, operands: tuple[Any, ...], given: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call without a parameter set as its first operand: the set's values are given by name."""
        module = sys.modules.get("voclient.tasking.calls.pset") if operands else None
        if module is None or not isinstance(operands[0], module.ParameterSet):
            return operands, given
        pset, *rest = operands
        if pset.task != self:
            raise TaskParameterError(
                f"{self.__name__}: {pset!r} is a set of another task; take what is common: "
                f"{self.__name__}.pset(other.select(…))",
                task=self.__name__, value=pset,
            )  # fmt: skip
        return tuple(rest), pset.merge(tuple(rest), given)

    def _too_many(self, operands: tuple[Any, ...], names: list[str]) -> str:
        count = f"{len(names)} value{'' if len(names) == 1 else 's'}" if names else "no values"
        text = f"{self.__name__}: {len(operands)} value{'s' * (len(operands) > 1)} by position, it takes {count}"
        text += f" ({', '.join(names)})" if names else ""
        if names and self.operands[-1].repeated:
            return f"{text}; give several as a list: {self.__name__}([…, …])"
        return f"{text}; give the others by name"

    def split_controls(self, given: dict[str, Any]) -> tuple[Controls, dict[str, Any]]:
        """Split what is given by name into task controls, checked, and the rest."""
        if given.keys().isdisjoint(CONTROLS):
            from .controls import Controls

            return Controls(), given
        from .steering import split_controls

        return split_controls(self.__name__, given)


if "IPython" in sys.modules:
    from .ipython import install

    install()
