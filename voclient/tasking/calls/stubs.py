"""Type stubs: what a type checker and an editor read of a task package."""

from __future__ import annotations

import keyword
import math
from typing import TYPE_CHECKING, Any

from ..packages.index import index_package
from ..packages.modules import load_task
from .annotations import annotate, left_out, spell_type
from .binding import make_docstring

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Package, Parameter

_HEAD = '''\
"""{summary}

Made by `voclient stubs {package}`; when the package changes, make it again.
"""

from collections.abc import Iterable
from os import PathLike
from typing import Literal, Unpack

from voclient.tasking import OPset, Task
from voclient.tasking.calls.annotations import ControlArguments, QuantityLike, SkyLike, TableLike, TimeLike
'''
_MODULE = '''\
"""{summary}"""

from voclient.tasking import bind_module

__getattr__, __dir__ = bind_module({package!r})
'''


def make_stub(package: Package) -> str:
    """The text of a `.pyi` file for the module of a package.

    Parameters
    ----------
    package : Package
        All its tasks are read.

    Returns
    -------
    str
        A class for each task, as a task function is more than a function, and its aliases.

    Raises
    ------
    DescriptorError
        A descriptor is wrong.
    """
    parts = [_HEAD.format(summary=_sentence(package.summary), package=package.name)]
    moved: dict[str, str] = dict(package.aliases)
    names = []
    for entry in index_package(package):
        descriptor = load_task(package, entry.task)
        names.append(entry.task)
        moved |= {alias: entry.task for alias in descriptor.aliases if alias.isidentifier()}
        parts.append(_task(descriptor))
    aliases = [f"{old}: {_class_name(new)}\n" for old, new in moved.items() if new in names and old not in names]
    return "\n".join(parts) + "\n" * bool(aliases) + "".join(aliases)


def make_module(package: Package) -> str:
    """The text of a `.py` file that stands for a package, for `import`."""
    return _MODULE.format(summary=_sentence(package.summary), package=package.name)


def _task(descriptor: Descriptor) -> str:
    arguments = ["self", "/"] + [_argument(p) for p in _operands(descriptor)]
    named = [p for p in descriptor.parameters if not p.operand]
    old = [(alias, p) for p in descriptor.parameters if not p.required for alias in p.aliases if _is_name(alias)]
    if named or old:
        arguments += ["*", *map(_argument, named)]
        arguments += [f"{alias}: {_type(p)} = ..." for alias, p in old]
    arguments.append("**controls: Unpack[ControlArguments]")
    name = _class_name(descriptor.task)
    lines = [f"class {name}(Task):", "    def __call__("]
    lines += [f"        {argument}," for argument in arguments]
    lines[-1] = lines[-1].removesuffix(",")
    text = make_docstring(descriptor, controls=False).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines += ["    ) -> OPset:", *(f"        {line}".rstrip() for line in f'"""{text}"""'.splitlines())]
    return "\n".join([*lines, "", f"{descriptor.task}: {name}", ""])


def _operands(descriptor: Descriptor) -> list[Parameter]:
    """After one that may be left out, Python lets all be left out."""
    result: list[Parameter] = []
    for parameter in descriptor.parameters:
        if parameter.operand:
            optional = any(not before.required for before in result)
            result.append(parameter._replace(required=parameter.required and not optional))
    return result


def _argument(parameter: Parameter) -> str:
    default = left_out(parameter)
    plain = default is None or isinstance(default, (bool, int, str))
    plain = plain or (isinstance(default, float) and math.isfinite(default))
    given = "" if parameter.required else f" = {default!r}" if plain else " = ..."
    return f"{parameter.name}: {_type(parameter)}{given}"


def _type(parameter: Parameter) -> str:
    return spell_type(annotate(parameter, nullable=True))


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _class_name(task: str) -> str:
    return f"_{task[0].upper()}{task[1:]}"


def _sentence(text: Any) -> str:
    return f"{str(text).rstrip('.')}.".replace("\\", "\\\\").replace('"', "'")
